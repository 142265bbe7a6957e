//! Whatever rules, graph and permissions ask about, the table of Terraform's names tells.

use crate::harness::{Example, Language, run_rules};
use palisade_policy::Parameters;
use palisade_rule::{Check, Profile, Want};
use palisade_terraform::properties;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Kinds that no resource of Terraform's becomes, and why.
const NONE: &[(&str, &str)] = &[
    (
        "AWS::ApiGateway::DomainNameV2",
        "a domain name, for private ones too",
    ),
    (
        "AWS::DynamoDB::GlobalTable",
        "a table says its replicas itself",
    ),
    (
        "AWS::IAM::Policy",
        "a policy belongs to a role, a user or a group",
    ),
    (
        "AWS::Lambda::Version",
        "a function publishes its versions itself",
    ),
    ("AWS::SNS::TopicInlinePolicy", "a topic's policy"),
    ("AWS::SQS::QueueInlinePolicy", "a queue's policy"),
    (
        "AWS::SecretsManager::SecretTargetAttachment",
        "the secret's value says what it is for",
    ),
];

/// Every kind that is named in the sources below a folder.
fn named_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named_in(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("\"AWS::") {
                let kind = text[at + 1..].split('"').next().unwrap();
                let pieces: Vec<&str> = kind.split("::").collect();
                let plain = |piece: &&str| {
                    !piece.is_empty() && piece.chars().all(|c| c.is_ascii_alphanumeric())
                };
                if pieces.len() == 3 && pieces.iter().all(plain) {
                    found.insert(kind.to_owned());
                }
            }
        }
    }
}

fn asked() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let families = palisade_rules::ALL.iter().map(|entry| entry.family);
    let beside = ["src", "../crates/app/src/graph", "../crates/access/src"];
    let folders: BTreeSet<&str> = families.chain(beside).collect();
    let mut found = BTreeSet::new();
    for folder in folders {
        named_in(&root.join(folder), &mut found);
    }
    // Macros of CloudFormation.
    found.retain(|kind| !kind.starts_with("AWS::Serverless::"));
    found
}

#[test]
fn every_kind_has_a_row() {
    let asked = asked();
    assert!(asked.len() > 150, "only {} kinds", asked.len());
    let without: Vec<&String> = asked
        .iter()
        .filter(|kind| properties(kind).is_none())
        .collect();
    let known: Vec<&str> = NONE.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(without, known);
}

/// Properties that no argument becomes, and why.
const NAMELESS: &[(&str, &str, &str)] = &[
    (
        "AWS::ApiGateway::Deployment",
        "StageDescription.DataTraceEnabled",
        "only method settings say it",
    ),
    (
        "AWS::Elasticsearch::Domain",
        "LogPublishingOptions.AUDIT_LOGS.Enabled",
        "the type of log is a value",
    ),
    (
        "AWS::OpenSearchService::Domain",
        "LogPublishingOptions.AUDIT_LOGS.Enabled",
        "the type of log is a value",
    ),
    (
        "AWS::RDS::DBInstance",
        "DBClusterSnapshotIdentifier",
        "the provider can't restore from it",
    ),
    (
        "AWS::RDS::DBInstance",
        "SourceDBClusterIdentifier",
        "a replica's source is an instance",
    ),
];

/// Whether a path is listed, or comes about without a row below one that is: plain names and, above
/// them, lists of blocks.
fn has_name(path: &str, listed: &[String]) -> bool {
    let segments: Vec<&str> = path.split('.').collect();
    let name = |segment: &&str| segment.trim_end_matches("[]").to_owned();
    let is_listed = |count: &usize| {
        let names: Vec<String> = segments[..*count].iter().map(name).collect();
        listed.contains(&names.join("."))
    };
    let known = (1..=segments.len()).rev().find(is_listed).unwrap_or(0);
    let plain = |segment: &&str| {
        let two = |pair: &[u8]| pair.iter().all(u8::is_ascii_uppercase);
        !segment.as_bytes().windows(2).any(two)
    };
    let rest = &segments[known..];
    let lists = rest.split_last().map_or(&[][..], |(_, above)| above);
    rest.iter().all(plain) && lists.iter().all(|segment| segment.ends_with("[]"))
}

#[test]
fn every_property_of_a_table_has_a_name() {
    let mut missing = BTreeSet::new();
    let mut asked = 0;
    for entry in palisade_rules::ALL {
        let Check::Table(rows) = entry.rule.check else {
            continue;
        };
        for row in rows {
            let Some(listed) = properties(row.kind) else {
                continue;
            };
            for Want { path, .. } in row.any.iter().chain(&row.when) {
                asked += 1;
                if !has_name(path, listed) {
                    missing.insert((row.kind, *path));
                }
            }
        }
    }
    let known = NAMELESS.iter().map(|(kind, path, _)| (*kind, *path));
    assert!(asked > 200, "only {asked} questions");
    assert_eq!(missing, known.collect());
}

/// Attachments to roles, policies of keys and the like that others made: what is written is judged,
/// and nothing is said of what stands elsewhere.
#[test]
fn parts_without_their_whole_are_judged_by_what_they_say() {
    let text = include_str!("alone.tf");
    let example = Example {
        name: "alone.tf".to_owned(),
        language: Language::Terraform,
        text: text.to_owned(),
        folder: PathBuf::new(),
        parameters: Parameters::default(),
    };
    let rules: Vec<_> = palisade_rules::ALL.iter().map(|entry| entry.rule).collect();
    let examined = run_rules(&rules, &example, Profile::All);
    let mut expected: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for (line, number) in text.lines().zip(1..) {
        if let Some((_, rules)) = line.split_once("# says: ") {
            expected.insert(number, rules.split(", ").collect());
        }
    }
    let mut found: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for finding in &examined.findings {
        let rules = found.entry(finding.location.line).or_default();
        rules.insert(&finding.rule);
    }
    assert_eq!(found, expected);
    let unresolved: Vec<_> = examined.unresolved.iter().map(|u| &u.reason).collect();
    assert!(unresolved.is_empty(), "{unresolved:?}");
}
