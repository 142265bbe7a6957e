//! No report shows a secret: not in messages, not in excerpts, not in the model.

use crate::harness::{Example, examples};
use palisade_app::{FileError, Files};
use palisade_core::{Date, Finding, Location, Related};
use palisade_policy::{Config, KnownRules, Parameters};
use palisade_rule::{Profile, Rule};
use palisade_scan::{Examined, Given, Input, Settings, examine};
use std::collections::BTreeMap;

/// The rules that recognise literal secrets.
const RULES: &[&str] = &[
    "database-password-in-template",
    "literal-secret",
    "plaintext-build-secret",
    "plaintext-parameter",
    "secret-in-environment",
    "secret-in-template",
];

struct InMemory(BTreeMap<&'static str, &'static str>);

impl Files for InMemory {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let text = self.0.get(path).ok_or(FileError::Missing)?;
        Ok((*text).as_bytes().to_vec())
    }
}

fn run_all(text: &str, files: &[(&'static str, &'static str)], config: &Config) -> Examined {
    let rules: Vec<&'static Rule> = palisade_rules::ALL.iter().map(|e| e.rule).collect();
    let settings = Settings {
        rules: &rules,
        known: &known(),
        config,
        config_prefix: "",
        parameters: &Parameters::default(),
        access: &palisade_access::Settings::default(),
        today: Date::new(2026, 11, 22).unwrap(),
        given: &Given::default(),
        dump_model: true,
    };
    let files = InMemory(files.iter().copied().collect());
    examine(Input::named("t.yaml", text.as_bytes()), &files, &settings)
}

fn known() -> KnownRules {
    KnownRules::new(
        palisade_rules::ALL
            .iter()
            .map(|e| (e.rule.id, e.rule.aliases)),
    )
}

fn everything() -> Config {
    Config {
        profile: Profile::All,
        ..Config::default()
    }
}

/// Everything that any report could show.
fn shown(examined: &Examined) -> Vec<String> {
    let mut texts = Vec::new();
    let related = |list: &[Related], texts: &mut Vec<String>| {
        for place in list {
            texts.push(place.message.clone());
            texts.push(place.excerpt.text.clone());
        }
    };
    for finding in &examined.findings {
        texts.push(finding.message.clone());
        texts.push(finding.help.clone());
        texts.push(finding.excerpt.text.clone());
        texts.extend(finding.when.iter().cloned());
        related(&finding.related, &mut texts);
        related(&finding.path, &mut texts);
    }
    texts.push(serde_json::to_string(&examined.findings).unwrap());
    texts.push(serde_json::to_string(&examined.unresolved).unwrap());
    texts.push(serde_json::to_string(&examined.problems).unwrap());
    texts.push(serde_json::to_string(&examined.entry_points).unwrap());
    texts.push(examined.model.as_ref().unwrap().to_string());
    texts
}

#[track_caller]
fn hidden(name: &str, secret: &str, examined: &Examined) {
    let escaped = serde_json::to_string(secret).unwrap();
    let escaped = escaped.trim_matches('"');
    for text in shown(examined) {
        for secret in [secret, escaped] {
            if let Some(at) = text.find(secret) {
                let around: String = text[..at].chars().rev().take(200).collect();
                let around: String = around.chars().rev().collect();
                panic!("{name}: `{secret}` is shown: {around}>>>{secret}");
            }
        }
    }
}

/// The scalar that stands at a place.
fn written(text: &str, place: &Location) -> String {
    let offset = |line: u32, column: u32| {
        let before: usize = text
            .split_inclusive('\n')
            .take(line as usize - 1)
            .map(str::len)
            .sum();
        let rest = text.get(before..).unwrap_or_default();
        let within: usize = rest
            .chars()
            .take(column as usize - 1)
            .map(char::len_utf8)
            .sum();
        before + within
    };
    let from = offset(place.line, place.column);
    let to = offset(place.end_line, place.end_column);
    text.get(from..to).unwrap_or_default().trim().to_owned()
}

/// The secret that a finding is about; nothing when it is about something that only the
/// deployment knows.
fn secret_of(finding: &Finding, text: &str) -> Option<String> {
    let mut place = written(text, &finding.location);
    let line = text.lines().nth(finding.location.line as usize - 1)?;
    // A finding about an entry may point at its key.
    if let Some((_, value)) = line.split_once(&format!("{place}: ")) {
        place = value.split(" #").next().unwrap_or(value).trim().to_owned();
    }
    let mut secret = place.strip_prefix("!Sub").unwrap_or(&place).trim();
    let step = finding
        .related
        .iter()
        .find(|r| r.message.starts_with("this value comes through"));
    let through;
    if let Some(step) = step.filter(|_| !place.contains("${")) {
        through = written(text, &step.location);
        if step.message.ends_with(&format!(" {through}")) {
            return None;
        }
        secret = &through;
    }
    if secret.starts_with('!') {
        // Functions of the language: `PLACES` has them.
        return None;
    }
    let secret = secret.trim_matches(['"', '\'']);
    if secret.starts_with("{{resolve:") {
        return None;
    }
    // What stands before the first hole.
    let literal = secret.split("${").next().unwrap_or(secret);
    (!literal.is_empty()).then(|| literal.to_owned())
}

#[test]
fn examples_of_secrets_are_never_shown() {
    for id in RULES {
        let entry = palisade_rules::by_id(id).unwrap();
        let mut secrets = 0;
        for Example { name, text, .. } in examples(entry) {
            let examined = run_all(&text, &[], &everything());
            let own = |f: &&Finding| RULES.contains(&&*f.rule);
            for finding in examined.findings.iter().filter(own) {
                if let Some(secret) = secret_of(finding, &text) {
                    secrets += 1;
                    hidden(&name, &secret, &examined);
                }
            }
        }
        assert!(secrets > 0, "{id}: no example with a secret");
    }
}

const NESTED: &str = "
Parameters:
  Password: { Type: String, NoEcho: true }
Resources:
  Inner:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Ref Password
      DBName: !Ref Password
";

/// Places in which secrets stand: a template, and the secret in it.
const PLACES: &[(&str, &str, &str)] = &[
    (
        "default of a parameter that goes into a nested stack",
        "hunter2-nested",
        "
Parameters:
  Secret: { Type: String, NoEcho: true, Default: hunter2-nested }
Resources:
  Database:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: nested.yaml
      Parameters: { Password: !Ref Secret }
",
    ),
    (
        "default of a parameter in a connection string",
        "hunter2",
        "
Parameters:
  User: { Type: String, Default: orders }
  Secret: { Type: String, Default: hunter2 }
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs8.10
      Description: !Ref Secret
      Environment:
        Variables:
          DATABASE_URL: !Sub 'postgres://${User}:${Secret}@db.internal/orders'
          NOTE: !Sub 'is ${Secret}'
          OWNER: !Ref User
",
    ),
    (
        "a text of JSON",
        "Sommer2024-json",
        r#"
Resources:
  Login:
    Type: AWS::SecretsManager::Secret
    Properties:
      SecretString: !Sub '{"username": "${AWS::StackName}", "password": "Sommer2024-json"}'
"#,
    ),
    (
        "a block scalar over several lines",
        "MIIEowIBAAKCAQEA7",
        "
Resources:
  Certificate:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /orders/tls
      Type: String
      Value: |
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEA7
        -----END RSA PRIVATE KEY-----
",
    ),
    (
        "user data",
        "AKIAQ7RZ3LWM5XKD2HTB",
        "
Resources:
  Host:
    Type: AWS::EC2::Instance
    Properties:
      UserData:
        Fn::Base64: !Sub |
          #!/bin/sh
          export AWS_ACCESS_KEY_ID=AKIAQ7RZ3LWM5XKD2HTB
          curl https://${AWS::Region}.example.org
",
    ),
    (
        "one of several values",
        "hunter2-one",
        "
Parameters: { Stage: { Type: String }, Given: { Type: String } }
Conditions: { Prod: !Equals [!Ref Stage, prod] }
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !If [Prod, !Ref Given, hunter2-one]
",
    ),
    (
        "a mapping",
        "hunter2-map",
        "
Parameters: { Stage: { Type: String } }
Mappings:
  Stages:
    dev: { Password: hunter2-map }
    prod: { Password: hunter2-map-prod }
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      DBName: !FindInMap [Stages, dev, Password]
      MasterUserPassword: !FindInMap [Stages, !Ref Stage, Password]
",
    ),
    (
        "a list in a parameter",
        "hunter2-list",
        "
Parameters:
  Secrets: { Type: String, Default: 'hunter2-list,other' }
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Select [0, !Split [',', !Ref Secrets]]
",
    ),
    (
        "a function that makes JSON",
        "hunter2-made",
        "
Transform: AWS::LanguageExtensions
Parameters:
  Secret: { Type: String, Default: hunter2-made }
Resources:
  Login:
    Type: AWS::SecretsManager::Secret
    Properties:
      SecretString:
        Fn::ToJsonString: { username: orders, password: !Ref Secret }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Ref Secret
",
    ),
    (
        "Globals of SAM",
        "hunter2-sam",
        "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.7
    Environment: { Variables: { DB_PASSWORD: hunter2-sam } }
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: { Handler: a.b, CodeUri: s3://bucket/key }
",
    ),
    (
        "a template on one line",
        "hunter2-line",
        r#"{"Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"PubliclyAccessible": true, "MasterUserPassword": "hunter2-line"}}}}"#,
    ),
    (
        "a finding that is silenced",
        "hunter2-quiet",
        "
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs8.10
      Environment:
        Variables:
          # palisade: ignore[secret-in-environment] a test
          DB_PASSWORD: hunter2-quiet
",
    ),
];

#[test]
fn secrets_are_hidden_wherever_they_stand() {
    let nested = [("nested.yaml", NESTED)];
    for (name, secret, text) in PLACES {
        let examined = run_all(text, &nested, &everything());
        let own = |f: &&Finding| RULES.contains(&&*f.rule);
        assert!(
            examined.findings.iter().any(|f| own(&f)),
            "{name}: no finding"
        );
        hidden(name, secret, &examined);
    }
}

#[test]
fn secrets_are_hidden_when_their_rules_are_off() {
    let off: String = RULES.iter().map(|id| format!("{id} = \"off\"\n")).collect();
    let config = Config::parse("palisade.toml", &format!("[rules]\n{off}"), &known()).unwrap();
    let config = Config {
        profile: Profile::All,
        ..config
    };
    for (name, secret, text) in PLACES {
        let examined = run_all(text, &[("nested.yaml", NESTED)], &config);
        let own = |f: &Finding| RULES.contains(&&*f.rule);
        assert!(!examined.findings.iter().any(own), "{name}: a finding");
        hidden(name, secret, &examined);
    }
}

#[test]
fn what_is_no_secret_is_shown() {
    let examined = run_all(PLACES[1].2, &[], &everything());
    let runtime = |f: &&Finding| &*f.rule == "deprecated-runtime";
    let finding = examined.findings.iter().find(runtime).unwrap();
    assert!(finding.excerpt.text.contains("nodejs8.10"));
    let model = examined.model.unwrap().to_string();
    assert!(model.contains("nodejs8.10"));
    assert!(model.contains("\"value\":\"orders\""), "{model}");
}
