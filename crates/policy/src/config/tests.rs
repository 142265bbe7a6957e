use super::*;

fn known() -> KnownRules {
    KnownRules::new([
        ("queue-unencrypted", &["CKV_AWS_27", "SQS.1"][..]),
        ("role-shared", &[][..]),
        ("table-unencrypted", &["CKV_AWS_119", "CKV_AWS_28"][..]),
    ])
}

fn config(text: &str) -> Config {
    Config::parse("palisade.toml", text, &known()).unwrap()
}

#[test]
fn environments_are_read() {
    let config = config(
        r#"
[environments.dev]

[environments.prod]
stage = "prod"
parameters = { Encrypt = true }
parameter-files = ["prod.json"]
var-files = ["a.tfvars", "b.tfvars"]
options = { region = "eu-central-1" }

[environments.prod.env]
TABLE = "orders"
"#,
    );
    let map = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let prod = Environment {
        stage: Some("prod".to_owned()),
        parameters: map("Encrypt", "true"),
        parameter_files: vec!["prod.json".to_owned()],
        variable_files: vec!["a.tfvars".to_owned(), "b.tfvars".to_owned()],
        options: map("region", "eu-central-1"),
        variables: map("TABLE", "orders"),
    };
    assert_eq!(
        config.environments,
        BTreeMap::from([
            ("dev".to_owned(), Environment::default()),
            ("prod".to_owned(), prod),
        ])
    );
}

#[test]
fn a_full_file_is_read() {
    let config = config(
        r#"
profile = "all"
fail-on = "high"
policy = "policy.toml"
exclude = ["tests/fixtures", "**/*.bak.yaml"]
ignore = ["SQS.1"]

[rules]
role-shared = "off"
table-unencrypted = { severity = "critical", reason = "holds patient data" }

[[paths]]
path = "legacy/**"
rules = { role-shared = "low", CKV_AWS_28 = "off" }

[parameters]
log-retention-days = 400

[accounts]
trusted = ["123456789012"]

[cloudformation]
parameters = { Stage = "prod", Count = 3, Public = false }

[sam.parameters]
Stage = "dev"
"#,
    );
    assert_eq!(config.profile, Profile::All);
    assert_eq!(config.fail_on, Severity::High);
    assert_eq!(config.policy.as_deref(), Some("policy.toml"));
    assert_eq!(
        config.excluded("tests/fixtures/a/b.yaml").unwrap().as_str(),
        "tests/fixtures"
    );
    assert!(config.excluded("a/x.bak.yaml").is_some());
    assert!(config.excluded("src/a.yaml").is_none());
    let table = &config.rules[&known().resolve("table-unencrypted").unwrap()];
    assert_eq!(table.reason.as_deref(), Some("holds patient data"));
    assert_eq!(config.parameters.log_retention_days, Some(400));
    assert_eq!(
        config.parameters.trusted_accounts.as_deref().unwrap(),
        ["123456789012"]
    );
    let texts: Vec<_> = config.cloudformation.values().map(String::as_str).collect();
    assert_eq!(texts, ["3", "false", "prod"]);
    assert_eq!(config.sam["Stage"], "dev");
    assert_eq!(Config::parse("p", "", &known()).unwrap(), Config::default());
}

#[test]
fn settings_go_from_the_general_to_the_particular() {
    use Profile::{All, Default as Usual};
    use Setting::{At, Off, On};
    let tables = "[rules]\nrole-shared = \"off\"\ntable-unencrypted = \"high\"\nCKV_AWS_28 = \"low\"\n\
                  [[paths]]\npath = \"old\"\nrules = { role-shared = \"on\" }\n\
                  [[paths]]\npath = \"old/x\"\nrules = { role-shared = \"info\" }";
    let path = "a.yaml";
    for (text, rule, aliases, profile, path, expected) in [
        ("", "role-shared", &[][..], Usual, path, On),
        ("", "role-shared", &[], All, path, Off),
        ("profile = \"all\"", "role-shared", &[], All, path, On),
        (
            "select = [\"role-shared\"]",
            "role-shared",
            &[],
            All,
            path,
            On,
        ),
        (
            "select = [\"role-shared\"]",
            "queue-unencrypted",
            &[],
            Usual,
            path,
            Off,
        ),
        (
            "select = [\"SQS.1\"]",
            "queue-unencrypted",
            &["SQS.1"],
            Usual,
            path,
            On,
        ),
        (
            "select = [\"SQS.1\"]",
            "queue-unencrypted",
            &["CKV_AWS_27"],
            Usual,
            path,
            Off,
        ),
        (
            "ignore = [\"SQS.1\"]",
            "queue-unencrypted",
            &["SQS.1"],
            Usual,
            path,
            Off,
        ),
        (
            "ignore = [\"SQS.1\"]",
            "queue-unencrypted",
            &[],
            Usual,
            path,
            On,
        ),
        (tables, "role-shared", &[], Usual, path, Off),
        (tables, "role-shared", &[], Usual, "old/a.yaml", On),
        (
            tables,
            "role-shared",
            &[],
            Usual,
            "old/x/a.yaml",
            At(Severity::Info),
        ),
        (
            tables,
            "table-unencrypted",
            &["CKV_AWS_119"],
            All,
            path,
            At(Severity::High),
        ),
        (
            tables,
            "table-unencrypted",
            &["CKV_AWS_28"],
            All,
            path,
            At(Severity::Low),
        ),
    ] {
        let got = config(text).setting(rule, aliases, profile, path);
        assert_eq!(got, expected, "{rule} {aliases:?} in {path} with {text}");
    }
}

#[test]
fn a_rule_runs_when_any_finding_of_it_could_be_reported() {
    let carried = ["CKV_AWS_119", "CKV_AWS_28"];
    for (text, expected) in [
        ("", true),
        ("ignore = [\"table-unencrypted\"]", false),
        ("ignore = [\"CKV_AWS_28\"]", true),
        ("select = [\"role-shared\"]", false),
        ("select = [\"CKV_AWS_28\"]", true),
        ("rules = { table-unencrypted = \"off\" }", false),
        (
            "rules = { table-unencrypted = \"off\", CKV_AWS_28 = \"on\" }",
            true,
        ),
        ("rules = { CKV_AWS_28 = \"off\" }", true),
        (
            "rules = { table-unencrypted = \"off\" }\npaths = [{ path = \"a\", rules = { table-unencrypted = \"low\" } }]",
            true,
        ),
    ] {
        let runs = config(text).runs("table-unencrypted", &carried, Profile::Default);
        assert_eq!(runs, expected, "{text}");
    }
    assert!(!config("").runs("role-shared", &[] as &[&str], Profile::All));
    assert!(config("rules = { role-shared = \"low\" }").runs(
        "role-shared",
        &[] as &[&str],
        Profile::All
    ));
}

#[test]
fn mistakes_have_places_and_suggestions() {
    for (text, expected) in [
        (
            "profil = \"all\"",
            &["1:1: unknown key `profil`; did you mean `profile`?"][..],
        ),
        (
            "profile = \"al\"",
            &["1:11: `al` is not one of `default`, `all`; did you mean `all`?"],
        ),
        (
            "profile = 3",
            &["1:11: `profile` must be a text, not a TOML integer"],
        ),
        (
            "fail_on = \"low\"",
            &["1:1: unknown key `fail_on`; did you mean `fail-on`?"],
        ),
        (
            "[rules]\nrole-shard = \"off\"",
            &["2:1: unknown rule `role-shard`; did you mean `role-shared`?"],
        ),
        (
            "[rules]\nCKV_AWS_29 = \"off\"",
            &["2:1: unknown rule `CKV_AWS_29`; did you mean `CKV_AWS_27`?"],
        ),
        (
            "[rules]\nrole-shared = \"of\"",
            &[
                "2:15: `of` is not one of `off`, `on`, `info`, `low`, `medium`, `high`, `critical`; did you mean `off`?",
            ],
        ),
        (
            "[[paths]]\npath = \"a\"\nrule = {}",
            &[
                "1:1: `rules` is missing",
                "3:1: unknown key `rule`; did you mean `rules`?",
            ],
        ),
        (
            "rules = { role-shared = { sevrity = \"low\" } }",
            &["1:27: unknown key `sevrity`; did you mean `severity`?"],
        ),
        (
            "[accounts]\ntrusted = [\"12345678901\"]",
            &["2:12: `12345678901` is not an account id; AWS account ids have 12 digits"],
        ),
        (
            "parameters = { trusted-accounts = [] }\naccounts = { trusted = [] }",
            &[
                "2:24: trusted accounts are given here and as parameter `trusted-accounts`; keep one of them",
            ],
        ),
        (
            "ignore = [\"role-shared\"]\nrules = { role-shared = \"low\" }",
            &["1:10: `role-shared` is in `ignore` and in `[rules]`; keep one of them"],
        ),
        (
            "[environments.prod]\nvar-file = [\"a\"]\nstage = \"\"",
            &[
                "2:1: unknown key `var-file`; did you mean `var-files`?",
                "3:9: `stage` is empty",
            ],
        ),
        (
            "[environments.\"a b\"]",
            &["1:15: `a b` is no name for an environment; use letters, digits, `-`, `_` and `.`"],
        ),
        (
            "environments = { prod = 1 }",
            &["1:25: `prod` must be a table, not a TOML integer"],
        ),
        ("exclude = [\"\"]", &["1:12: `exclude` is empty"]),
        (
            "ä = 1\nexclude = [1]",
            &["1:1: invalid unquoted key, expected letters, numbers, `-`, `_`"],
        ),
        (
            "a = 1\nb = 2",
            &["1:1: unknown key `a`", "2:1: unknown key `b`"],
        ),
    ] {
        let errors = Config::parse("f", text, &known()).unwrap_err();
        let errors: Vec<_> = errors
            .iter()
            .map(|e| e.to_string()[2..].to_owned())
            .collect();
        assert_eq!(errors, expected, "{text}");
    }
}

#[test]
fn roles_of_a_ledger_are_read() {
    let read = config(
        "[ledger.roles.audit]\nusers = [\"ada\"]\nclasses = [\"*\"]\n\
         [ledger.roles.support]\nusers = [\"bob\", \"eve\"]\nclasses = [\"api_activity\"]\npersonal = true",
    );
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let audit = LedgerRole {
        users: texts(&["ada"]),
        ..LedgerRole::default()
    };
    let support = LedgerRole {
        users: texts(&["bob", "eve"]),
        classes: Some(texts(&["api_activity"])),
        personal: true,
    };
    assert_eq!(
        read.ledger.roles,
        Some(BTreeMap::from([
            ("audit".to_owned(), audit),
            ("support".to_owned(), support),
        ]))
    );
    assert_eq!(config("").ledger.roles, None);
}

#[test]
fn mistakes_in_roles_have_places_and_help() {
    let text = "[ledger.role]\n[ledger.roles.a]\nusers = [\"ada\"]\nclasses = [\"api_activty\", \"x\"]\n\
                personal = 1\n[ledger.roles.b]\nuser = [\"bob\"]\nclasses = []";
    let errors = Config::parse("palisade.toml", text, &known()).unwrap_err();
    let told: Vec<(u32, String)> = errors.iter().map(|e| (e.line(), e.to_string())).collect();
    for (line, part) in [
        (1, "unknown key `role`"),
        (4, "unknown class `api_activty`"),
        (4, "api_activity"),
        (4, "there are `*` for all, `vulnerability_finding`"),
        (5, "`personal` must be true or false"),
        (6, "`users` is missing"),
        (7, "unknown key `user`"),
    ] {
        let mut found = told.iter();
        assert!(
            found.any(|(at, text)| *at == line && text.contains(part)),
            "{line}: {part}: {told:#?}"
        );
    }
}

#[test]
fn where_checkpoints_go_is_read() {
    let read = config(
        "[ledger.publish]\nevery = \"5m\"\nfile = \"out\"\nca = \"ca.pem\"\n\
         witnesses = [{ url = \"https://w.example\", key = \"w+1+a\" }]",
    );
    let publish = LedgerPublish {
        every: 300,
        file: Some("out".to_owned()),
        url: None,
        witnesses: vec![LedgerWitness {
            url: "https://w.example".to_owned(),
            key: "w+1+a".to_owned(),
        }],
        ca: Some("ca.pem".to_owned()),
    };
    assert_eq!(read.ledger.publish, Some(publish));
    let read = config("[ledger.publish]\nurl = \"https://a.example\"");
    assert_eq!(read.ledger.publish.map(|p| p.every), Some(60));
    assert_eq!(config("").ledger.publish, None);
    let text = "[ledger.publish]\nevery = \"5\"\nfiles = 1\nwitnesses = [{ url = \"a\" }, 3]";
    let errors = Config::parse("palisade.toml", text, &known()).unwrap_err();
    let told: Vec<(u32, String)> = errors.iter().map(|e| (e.line(), e.to_string())).collect();
    for (line, part) in [
        (2, "`5` is not how often"),
        (3, "unknown key `files`"),
        (4, "`key` is missing"),
        (4, "must be a table"),
    ] {
        let mut found = told.iter();
        assert!(
            found.any(|(at, text)| *at == line && text.contains(part)),
            "{line}: {part}: {told:#?}"
        );
    }
    for text in ["", "s", "0s", "25h", "-1s", "1d", "99999999999s", "é"] {
        assert_eq!(LedgerPublish::every(text), None, "{text}");
    }
}
