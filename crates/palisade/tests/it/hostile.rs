//! Input that is meant to break it: a problem with a place and a reason, and the rest is scanned.

use crate::{FINE, Folder, OPEN_QUEUE};

/// Scans a hostile file beside a good one: the good one is always judged.
fn beside(name: &str, file: &str, bytes: impl AsRef<[u8]>) -> crate::Run {
    let folder = Folder::new(&format!("hostile-{name}"))
        .with(file, bytes)
        .with("zz/good.yaml", OPEN_QUEUE);
    let run = folder.scan(&["."]);
    let files: Vec<String> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["location"]["file"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        files.contains(&"zz/good.yaml".to_owned()),
        "{name}: {files:?}"
    );
    run
}

const HEAD: &str = "AWSTemplateFormatVersion: '2010-09-09'\n";

#[test]
fn texts_that_are_not_well_formed() {
    for (name, text) in [
        ("bracket", format!("{HEAD}Resources: [")),
        ("quote", format!("{HEAD}Resources: 'x")),
        ("colon", format!("{HEAD}Resources: a: b")),
        (
            "tabs",
            format!("{HEAD}Resources:\n\tQ:\n\t\tType: AWS::SQS::Queue\n"),
        ),
        ("alias", format!("{HEAD}Resources: *nowhere")),
    ] {
        let run = beside(name, "bad.yaml", text);
        assert_eq!(run.code(), 3, "{name}");
        let problem = &run.json()["problems"][0];
        assert_eq!(problem["file"], "bad.yaml");
        assert!(problem["line"].as_u64().is_some(), "{name}");
    }
    let run = beside(
        "json",
        "bad.json",
        "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {",
    );
    assert_eq!(run.code(), 3);
}

#[test]
fn alias_bombs() {
    let mut bomb = format!("{HEAD}a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for i in 1..12 {
        let refs = vec![format!("*a{}", i - 1); 10].join(",");
        bomb.push_str(&format!("a{i}: &a{i} [{refs}]\n"));
    }
    let run = beside("bomb", "bad.yaml", bomb);
    assert_eq!(run.code(), 3);
    assert!(run.problems("error")[0].contains("aliases"));
}

#[test]
fn deep_nesting() {
    let yaml = format!("{HEAD}Resources: {}", "[".repeat(100_000));
    assert_eq!(beside("deep-yaml", "bad.yaml", yaml).code(), 3);
    let json = format!("{{\"AWSTemplateFormatVersion\": {}", "[".repeat(100_000));
    assert_eq!(beside("deep-json", "bad.json", json).code(), 3);
    let block: String = (0..3_000)
        .map(|i| format!("{}a:\n", " ".repeat(i)))
        .collect();
    assert_eq!(
        beside("deep-block", "bad.yaml", format!("{HEAD}{block}")).code(),
        3
    );
}

#[test]
fn reference_cycles() {
    let text = "\
Conditions:
  A: !Condition B
  B: !Not [!Condition A]
Resources:
  F:
    Type: AWS::Lambda::Function
    Condition: A
    Properties: {Role: !GetAtt R.Arn, Code: {ZipFile: !If [A, !Ref F, !Ref G]}}
  R: {Type: 'AWS::IAM::Role', Properties: {X: !GetAtt F.Arn}}
  V: {Type: 'AWS::Lambda::Version', Properties: {FunctionName: !Ref W}}
  W: {Type: 'AWS::Lambda::Alias', Properties: {FunctionName: !Ref V}}
  U: {Type: 'AWS::Lambda::Url', Properties: {TargetFunctionArn: !Ref W, AuthType: AWS_IAM}}
  P: {Type: 'AWS::ApiGateway::Resource', Properties: {ParentId: !Ref P, PathPart: x}}
  M: {Type: 'AWS::ApiGateway::Method', Properties: {ResourceId: !Ref P, HttpMethod: GET, AuthorizationType: AWS_IAM}}
";
    assert_ne!(beside("cycle", "t.yaml", text).code(), 4);
    let stacks = "Resources:\n  S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: t.yaml}}\n";
    let run = beside("stack-cycle", "t.yaml", stacks);
    assert_eq!(run.code(), 3);
}

#[test]
fn huge_files() {
    let mut text = HEAD.to_owned();
    text.push_str(&"# padding padding padding padding\n".repeat(600_000));
    let run = beside("huge", "bad.yaml", text);
    assert_eq!(run.code(), 3);
    assert!(run.problems("error")[0].contains("larger"));
}

#[test]
fn encodings_and_line_ends() {
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(OPEN_QUEUE.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let bom = format!("\u{feff}{OPEN_QUEUE}");
    let crlf = OPEN_QUEUE.replace('\n', "\r\n");
    for (name, bytes) in [
        ("utf16", utf16),
        ("bom", bom.into_bytes()),
        ("crlf", crlf.into_bytes()),
    ] {
        let run = beside(name, "t.yaml", bytes);
        assert_eq!(run.rules().len(), 2, "{name}");
        let json = run.json();
        let finding = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|f| f["location"]["file"] == "t.yaml")
            .unwrap();
        assert_eq!(
            (&finding["location"]["line"], &finding["location"]["column"]),
            (&5.into(), &29.into()),
            "{name}"
        );
    }
    let latin1 = [HEAD.as_bytes(), b"Description: caf\xe9\nResources: {}\n"].concat();
    let run = beside("latin1", "bad.yaml", latin1);
    assert_eq!(run.code(), 3);
    assert!(run.problems("error")[0].contains("UTF-8"));
}

#[test]
fn binary_files() {
    let run = beside("binary", "bad.yaml", b"AWSTemplateFormatVersion\0\x01\x02");
    assert_eq!(run.code(), 3);
    // Binary data that does not look like a template is nobody's concern.
    assert_eq!(
        beside("noise", "noise.json", [0u8, 159, 146, 150]).code(),
        1
    );
}

#[test]
fn duplicate_keys() {
    let run = beside(
        "duplicate",
        "t.yaml",
        format!("{FINE}Resources:\n  B: {{Type: 'AWS::SQS::Queue'}}\n"),
    );
    assert!(
        run.problems("warning")[0].contains("twice"),
        "{:?}",
        run.problems("warning")
    );
}

#[test]
fn documents_that_are_no_templates() {
    for (name, text, what) in [
        ("empty", "", "an empty document"),
        ("list", "- a\n- b\n", "a list"),
        ("scalar", "7", "a single value"),
    ] {
        let folder = Folder::new(&format!("hostile-no-{name}")).with("t.yaml", text);
        assert_eq!(folder.scan(&["."]).code(), 0, "walked: nobody's concern");
        let run = folder.scan(&["t.yaml"]);
        assert_eq!(run.code(), 3, "named: a problem");
        assert!(run.problems("error")[0].contains(what));
    }
}

#[cfg(unix)]
#[test]
fn links_pipes_and_unreadable_files() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("hostile-links")
        .with("good.yaml", OPEN_QUEUE)
        .with("loop/x.txt", "");
    symlink("..", folder.0.join("loop/up")).unwrap();
    symlink("self.yaml", folder.0.join("self.yaml")).unwrap();
    symlink("nowhere.yaml", folder.0.join("dangling.yaml")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.0.join("pipe.yaml"))
        .status();
    let run = folder.scan(&["."]);
    assert_eq!(run.rules(), ["unencrypted-queue"], "{}", run.err());
    let problems = run.problems("error");
    assert!(
        problems.iter().any(|p| p.contains("self.yaml")),
        "{problems:?}"
    );
    assert!(
        problems.iter().any(|p| p.contains("dangling.yaml")),
        "{problems:?}"
    );
    if made.is_ok_and(|status| status.success()) {
        assert!(
            problems.iter().any(|p| p.contains("pipe.yaml")),
            "{problems:?}"
        );
    }
}

#[test]
fn odd_templates_are_read_as_far_as_they_go() {
    let run = beside(
        "odd",
        "t.yaml",
        "Resources:\n  A: 7\n  B: {Type: 7}\n  C: {Type: 'AWS::SQS::Queue', Properties: []}\n  D: {Type: 'AWS::SQS::Queue', Properties: {SqsManagedSseEnabled: [1, {a: b}]}}\n  '': {Type: 'AWS::SQS::Queue'}\nParameters: x\nConditions: []\n",
    );
    assert_eq!(run.code(), 1);
    assert_eq!(run.problems("warning").len(), 2);
}
