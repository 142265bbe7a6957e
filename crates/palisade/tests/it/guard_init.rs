//! `palisade guard init`: a first guard.toml, never more open than what it was read from.

use crate::{Folder, OPEN_QUEUE};
use palisade_guard::config::Config;
use std::fs::{read_to_string, write};
use std::path::Path;

const PLACE: [&str; 6] = [
    "--account",
    "111122223333",
    "--region",
    "eu-west-1",
    "--target",
    "http://127.0.0.1:9000",
];

fn init(folder: &Folder, arguments: &[&str]) -> crate::Run {
    folder.run(&[&["guard", "init"], arguments].concat())
}

fn guard(folder: &Folder) -> String {
    read_to_string(folder.0.join("guard.toml")).unwrap()
}

/// What differs between languages: where things are written, and what they call what is to be decided.
fn normal(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.map(|line| {
        let line = line.replace("\"invoice\"", "\"invoices\"");
        if line.starts_with("arns = ") {
            return "arns".to_owned();
        }
        let parts = line
            .split("\"decide: ")
            .enumerate()
            .map(|(number, part)| match number {
                0 => part.to_owned(),
                _ => {
                    let quote = part.replace("\\\"", "''").find('"').unwrap();
                    format!("\"decide{}", &part[quote..])
                }
            });
        parts.collect()
    });
    lines.collect()
}

#[test]
fn the_example_is_the_same_in_each_language() {
    let mut seen: Vec<(&str, Vec<String>)> = Vec::new();
    for (language, stage) in [
        ("sam", ["--parameter", "Stage=dev"]),
        ("serverless", ["--stage", "dev"]),
        ("terraform", ["--var", "stage=dev"]),
    ] {
        let folder = Folder::new(&format!("init-orders-{language}"));
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/orders");
        let example = examples.join(language).canonicalize().unwrap();
        let run = init(
            &folder,
            &[&[example.to_str().unwrap()], &PLACE[..], &stage].concat(),
        );
        assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
        assert!(!run.out().contains("error:"), "{}", run.out());
        let mut text = guard(&folder);
        assert!(!text.contains("public"), "{text}");
        assert!(text.contains("who may call: there, a function decides"));
        if language == "sam" {
            // SAM answers browsers on every path, also where none calls.
            let webhook = text.find("path = \"/webhooks/payment\"").unwrap();
            let cors = webhook + text[webhook..].find("\n[routes.cors]").unwrap();
            let end = cors + 1 + text[cors + 1..].find("\n\n").unwrap();
            text.replace_range(cors..=end, "");
        }
        let contract = read_to_string(folder.0.join("contracts/api.json")).unwrap();
        assert!(contract.contains("^[A-Z0-9-]{3,32}$"), "{contract}");
        seen.push((language, normal(&text)));
    }
    let first = &seen[0].1;
    assert!(first.iter().any(|line| line == "path = \"/orders/{id}\""));
    for (language, lines) in &seen {
        assert_eq!(lines, first, "{language}");
    }
}

#[test]
fn everything_known_is_a_configuration() {
    let folder = Folder::new("init-menu").with("menu.yaml", include_str!("guard_init/menu.yaml"));
    let run = init(&folder, &[&["menu.yaml"], &PLACE[..]].concat());
    assert_eq!(run.code(), 0, "{}", run.err());
    assert!(!run.out().contains("decision"), "{}", run.out());
    let text = guard(&folder);
    assert_eq!(text, include_str!("guard_init/menu.toml"), "{text}");
    let config = Config::parse("guard.toml", &text).unwrap();
    let public: Vec<_> = config
        .routes
        .iter()
        .filter(|r| r.accepts.is_empty())
        .collect();
    assert_eq!(public.len(), 1);
    assert_eq!(public[0].methods, ["GET"]);

    // What is there is not replaced unless that is said.
    let again = init(&folder, &[&["menu.yaml"], &PLACE[..]].concat());
    assert_eq!(again.code(), 2);
    assert!(again.err().contains("--force"), "{}", again.err());
    let forced = init(&folder, &[&["menu.yaml", "--force"], &PLACE[..]].concat());
    assert_eq!(forced.code(), 0);
    assert_eq!(guard(&folder), text);
}

/// Without the place of deployment, each value that depends on it is refused at its place.
#[test]
fn what_only_the_deployment_knows_is_to_be_decided() {
    let folder =
        Folder::new("init-symbols").with("menu.yaml", include_str!("guard_init/menu.yaml"));
    let run = init(&folder, &["menu.yaml"]);
    assert!(run.out().contains("3 decisions are left"), "{}", run.out());
    let errors = Config::parse("guard.toml", &guard(&folder)).unwrap_err();
    let told: Vec<&str> = errors.iter().map(|error| error.message()).collect();
    assert_eq!(
        told,
        [
            "to be decided: where the functions behind `MenuApi` are reached, as `https://host`",
            "to be decided: the region that callers sign for",
            "to be decided: arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:menu-changes",
        ]
    );
}

/// What is open under a condition only, or where a function decides, is not written as open.
#[test]
fn doubt_is_never_public() {
    let template = include_str!("guard_init/menu.yaml");
    let conditional = template.replace(
        "      AuthorizationType: JWT\n",
        "      AuthorizationType: !If [Open, NONE, JWT]\n",
    );
    let conditional =
        format!("Conditions:\n  Open: !Equals [!Ref AWS::Region, us-east-1]\n{conditional}");
    let custom = template.replace("AuthorizationType: JWT", "AuthorizationType: CUSTOM");
    let imported = template.replace(
        "AuthorizerId: !Ref Staff",
        "AuthorizerId: !ImportValue staff",
    );
    for (number, (text, why)) in [
        (conditional, "depends on a condition"),
        (custom, "a function decides"),
        (imported, "stands elsewhere"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = Folder::new(&format!("init-doubt-{number}")).with("menu.yaml", text);
        let run = init(&folder, &[&["menu.yaml"], &PLACE[..]].concat());
        assert!(run.out().contains(why), "{}{}", run.out(), run.err());
        let text = guard(&folder);
        assert_eq!(text.matches("public = true").count(), 1, "{text}");
    }
}

#[test]
fn documents_are_read_too() {
    let document = "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\nsecurity: [{oidc: []}]\npaths:\n  \
                    /a:\n    get:\n      responses: {'200': {description: ok}}\n  /b:\n    get:\n      \
                    security: []\n      responses: {'200': {description: ok}}\ncomponents:\n  \
                    securitySchemes:\n    oidc: {type: openIdConnect, openIdConnectUrl: \
                    'https://login.example.com/.well-known/openid-configuration'}\n";
    let folder = Folder::new("init-openapi").with("api/shop.yaml", document);
    let run = init(&folder, &[&["api/shop.yaml"], &PLACE[..]].concat());
    assert!(
        run.out().contains("1 decision is left"),
        "{}{}",
        run.out(),
        run.err()
    );
    let text = guard(&folder);
    assert!(text.contains("openapi = \"api/shop.yaml\""), "{text}");
    assert!(
        text.contains("issuer = \"https://login.example.com\""),
        "{text}"
    );
    assert_eq!(text.matches("public = true").count(), 1, "{text}");
    // Written elsewhere, it names the document in one form, as seen from there.
    let elsewhere = ["api/shop.yaml", "--out", "site/guard.toml"];
    assert_eq!(init(&folder, &elsewhere).code(), 0);
    let text = std::fs::read_to_string(folder.0.join("site/guard.toml")).unwrap();
    assert!(text.contains("# ../api/shop.yaml:6"), "{text}");
    let named = text.matches("shop.yaml").count();
    assert_eq!(text.matches("../api/shop.yaml").count(), named, "{text}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = Folder::new("init-wrong")
        .with("queue.yaml", OPEN_QUEUE)
        .with("swagger.json", r#"{"swagger": "2.0", "paths": {}}"#)
        .with("broken.yaml", "openapi: 3.0.0\npaths: [\n")
        .with("text.txt", "hello")
        .with("two/a/template.yaml", OPEN_QUEUE)
        .with("two/b/template.yaml", OPEN_QUEUE);
    for (option, value, why) in [
        ("--target", "localhost:9000", "is not a URL"),
        ("--target", "https://shop.example.com/v1", "has a path"),
        ("--target", "http://10.0.0.1", "is not encrypted"),
        ("--account", "123", "12 digits"),
    ] {
        let run = init(&folder, &["queue.yaml", option, value]);
        assert_eq!(run.code(), 2, "{value}: {}", run.out());
        assert!(run.err().contains(why), "{value}: {}", run.err());
    }
    for (path, code, why) in [
        ("queue.yaml", 2, "no route and no source"),
        ("swagger.json", 2, "convert it to 3.0"),
        ("broken.yaml", 3, "no application"),
        ("text.txt", 3, "no application"),
        ("missing", 2, "missing"),
        ("two", 2, "name one"),
    ] {
        let run = init(&folder, &[path]);
        assert_eq!(run.code(), code, "{path}: {}{}", run.out(), run.err());
        assert!(run.err().contains(why), "{path}: {}", run.err());
        assert!(!folder.0.join("guard.toml").exists());
    }
    write(
        folder.0.join("menu.yaml"),
        include_str!("guard_init/menu.yaml"),
    )
    .unwrap();
    assert_eq!(init(&folder, &["menu.yaml"]).code(), 0);
}
