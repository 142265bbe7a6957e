//! A finding about permissions is proved by a request.

use crate::harness::{Example, Language, examples, run};
use palisade_policy::Parameters;
use palisade_rule::Profile;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The rules that decide by evaluation, each with what the messages say of those of its findings
/// that are about something else than permissions.
const RULES: &[(&str, &[&str])] = &[
    ("attack-path", &[]),
    ("broad-device-policy", &[]),
    ("broad-managed-policy", &[]),
    ("confused-deputy-permission", &["once it is deleted"]),
    ("every-action", &[]),
    ("foreign-account-access", &["messages are sent to"]),
    ("full-control-policy", &[]),
    ("locked-out-bucket", &[]),
    ("open-event-source", &[]),
    ("outsider-trust", &[]),
    ("privilege-escalation", &[]),
    ("public-bucket", &["access control list"]),
    ("public-function", &[]),
    ("public-resource", &[]),
    (
        "public-search-domain",
        &["its policy alone keeps others out"],
    ),
    ("shared-logs", &[]),
    ("unbound-federation", &[]),
    ("unbound-permissions", &[]),
    ("writable-code-bucket", &["overwritten without a trace"]),
];

#[test]
fn findings_about_permissions_carry_a_witness() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in palisade_rules::ALL {
        let known = RULES.iter().find(|(id, _)| *id == entry.rule.id);
        for example in examples(entry) {
            for finding in run(entry, &example, Profile::All).findings {
                let json = serde_json::to_value(&finding).unwrap();
                let proved = json["witness"]["principal"].is_string()
                    && json["witness"]["action"]
                        .as_str()
                        .is_some_and(|a| a.contains(':'))
                    && json["witness"]["resource"].is_string();
                let expected = known.is_some_and(|(_, others)| {
                    !others.iter().any(|text| finding.message.contains(text))
                });
                seen.extend(expected.then_some(entry.rule.id));
                if proved != expected {
                    wrong.push(format!(
                        "{}: {} {}",
                        example.name, finding.message, json["witness"]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen.len(), RULES.len(), "{seen:?}");
}

/// A statement under more conditions than are looked at is neither harmless nor proved.
#[test]
fn too_many_conditions_are_said() {
    let mut text = "Conditions:\n".to_owned();
    for i in 0..8 {
        text += &format!("  C{i}: !Equals [!Ref AWS::Region, region-{i}]\n");
    }
    text += "Resources:\n  B: { Type: AWS::S3::Bucket }\n  P:\n    Type: AWS::S3::BucketPolicy\n    \
             Properties:\n      Bucket: !Ref B\n      PolicyDocument:\n        Statement:\n";
    for i in 0..8 {
        let who = if i >= 5 {
            "'*'"
        } else {
            "{ Service: s3.amazonaws.com }"
        };
        text += &format!(
            "          - !If [C{i}, {{ Effect: Allow, Principal: {who}, Action: 's3:*', \
             Resource: '*' }}, !Ref AWS::NoValue]\n"
        );
    }
    let all = palisade_rules::ALL.iter();
    let rule = all
        .into_iter()
        .find(|entry| entry.rule.id == "public-bucket")
        .unwrap();
    let example = Example {
        language: Language::CloudFormation,
        name: String::new(),
        text,
        folder: PathBuf::new(),
        parameters: Parameters::default(),
    };
    let examined = run(rule, &example, Profile::All);
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    // One for each statement that would let everybody in, none for the others.
    assert_eq!(examined.unresolved.len(), 3, "{:?}", examined.unresolved);
}

/// Beyond that, what a statement says is known all the same; only whether it is there is not.
#[test]
fn statements_under_too_many_conditions_are_read() {
    let unresolved = |last: &str| {
        let mut text = "Conditions:\n".to_owned();
        for i in 0..6 {
            text += &format!("  C{i}: !Equals [!Ref AWS::Region, region-{i}]\n");
        }
        text += "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
                 PolicyDocument:\n        Statement:\n";
        for i in 0..6 {
            let action = if i == 5 { last } else { "s3:GetObject" };
            text += &format!(
                "          - !If [C{i}, {{ Effect: Allow, Action: '{action}', \
                 Resource: 'arn:aws:s3:::a/{i}' }}, !Ref AWS::NoValue]\n"
            );
        }
        let mut all = palisade_rules::ALL.iter();
        let rule = all.find(|entry| entry.rule.id == "every-action").unwrap();
        let example = Example {
            language: Language::CloudFormation,
            name: String::new(),
            text,
            folder: PathBuf::new(),
            parameters: Parameters::default(),
        };
        let examined = run(rule, &example, Profile::All);
        assert!(examined.findings.is_empty(), "{:?}", examined.findings);
        examined.unresolved.len()
    };
    assert_eq!(unresolved("s3:PutObject"), 0);
    assert_eq!(unresolved("*"), 1);
}

/// What names a thing of the owner's is not one of the provider's names.
#[test]
fn a_key_of_ones_own_leaves_nothing_undecided() {
    let all = palisade_rules::ALL.iter();
    let rule = all
        .into_iter()
        .find(|entry| entry.rule.id == "provider-managed-data-key")
        .unwrap();
    let text = |key: &str| {
        format!(
            "Parameters: {{ Given: {{ Type: String }} }}\n\
             Resources:\n  \
               Key: {{ Type: AWS::KMS::Key, Properties: {{ KeyPolicy: {{}} }} }}\n  \
               Queue: {{ Type: AWS::SQS::Queue, Properties: {{ KmsMasterKeyId: {key} }} }}\n"
        )
    };
    for (key, unresolved) in [("!Ref Key", 0), ("!GetAtt Key.Arn", 0), ("!Ref Given", 1)] {
        let example = Example {
            language: Language::CloudFormation,
            name: String::new(),
            text: text(key),
            folder: PathBuf::new(),
            parameters: Parameters::default(),
        };
        let examined = run(rule, &example, Profile::All);
        assert!(examined.findings.is_empty(), "{:?}", examined.findings);
        assert_eq!(examined.unresolved.len(), unresolved, "{key}");
    }
}
