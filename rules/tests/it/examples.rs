//! The examples do what they are marked with.

use crate::harness::{Language, examples, folder, found, kinds, marks, run};
use palisade_rule::Profile;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn examples_give_what_they_are_marked_with() {
    let mut wrong = Vec::new();
    for entry in palisade_rules::ALL {
        let (mut bad, mut good) = (0, 0);
        for example in examples(entry) {
            let marks = marks(&example.text);
            if marks.is_empty() {
                good += 1;
            } else {
                bad += 1;
            }
            for profile in [Profile::All, Profile::Default] {
                if profile == Profile::Default && entry.rule.profile == Profile::All {
                    continue;
                }
                let expected: BTreeMap<u32, BTreeSet<String>> = marks
                    .iter()
                    .filter(|(_, (_, all))| profile == Profile::All || !all)
                    .map(|(line, (ids, _))| (*line, ids.clone()))
                    .collect();
                let examined = run(entry, &example, profile);
                let found = found(&examined);
                let unreadable: Vec<_> = examined.problems.iter().map(|p| &p.message).collect();
                if found != expected || !unreadable.is_empty() {
                    wrong.push(format!(
                        "{} ({profile:?})\n  marked: {expected:?}\n  found:  {found:?}\n  \
                         unresolved: {:?}\n  problems: {unreadable:?}",
                        example.name,
                        examined
                            .unresolved
                            .iter()
                            .map(|u| &u.reason)
                            .collect::<Vec<_>>(),
                    ));
                }
            }
        }
        if bad == 0 || good == 0 {
            wrong.push(format!(
                "{}: {bad} bad and {good} good examples",
                entry.rule.id
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn metadata_is_complete() {
    let mut seen = BTreeSet::new();
    for entry in palisade_rules::ALL {
        let rule = entry.rule;
        let kebab = rule
            .id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(kebab && seen.insert(rule.id), "{}", rule.id);
        assert!(
            folder(entry).join("rule.rs").exists(),
            "{}: wrong folder",
            rule.id
        );
        assert!(
            !rule.title.ends_with('.'),
            "{}: title ends with a stop",
            rule.id
        );
        assert!(!rule.clauses.is_empty(), "{}: no clause", rule.id);
        for clause in rule.clauses {
            assert!(
                clause.parse::<palisade_core::ClauseId>().is_ok(),
                "{}: {clause}",
                rule.id
            );
        }
        let page = entry.page;
        assert!(
            page.starts_with(&format!("# {}\n", rule.id)),
            "{}: heading",
            rule.id
        );
        for section in ["## Why it matters", "## How to fix", "## What it can't see"] {
            assert!(
                page.contains(section),
                "{}: no section `{section}`",
                rule.id
            );
        }
    }
}

/// Ids that have no case in a language, each with the reason.
fn without(language: Language) -> BTreeMap<&'static str, &'static str> {
    let ledger = match language {
        Language::Terraform => include_str!("../../foreign-ids-terraform.tsv"),
        _ => include_str!("../../foreign-ids-cloudformation.tsv"),
    };
    let rows = ledger.lines().skip(1);
    rows.filter_map(|row| row.split_once('\t')).collect()
}

/// Every foreign id that a rule can give has a failing case and a passing case: a good example of
/// the same rule with a resource of a kind on which the id fails.
#[test]
fn every_foreign_id_has_a_failing_and_a_passing_case() {
    all_but_the_excused(Language::CloudFormation);
}

/// The same in Terraform.
#[test]
fn every_foreign_id_has_its_cases_in_terraform() {
    all_but_the_excused(Language::Terraform);
}

/// No id is lacking but those that the language's ledger names with a reason.
fn all_but_the_excused(language: Language) {
    let (lacking, excused) = (lacking(language), without(language));
    let wrong: Vec<_> = (lacking.iter())
        .filter(|(id, _)| !excused.contains_key(id.as_str()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let idle: Vec<_> = (excused.keys())
        .filter(|id| !lacking.contains_key(**id))
        .collect();
    assert!(idle.is_empty(), "these have their cases: {idle:?}");
}

/// The ids that no example of a language shows failing and passing, with what is missing.
fn lacking(language: Language) -> BTreeMap<String, String> {
    let mut lacking = BTreeMap::new();
    for entry in palisade_rules::ALL {
        let mut failing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut passing: BTreeSet<String> = BTreeSet::new();
        let examples = examples(entry).into_iter();
        for example in examples.filter(|example| example.language == language) {
            let examined = run(entry, &example, Profile::All);
            let kinds = kinds(&examined);
            let found: BTreeSet<String> = (examined.findings.iter())
                .map(|finding| finding.resource.address.to_string())
                .collect();
            // Examples in Terraform show both beside each other.
            let fine = kinds.iter().filter(|(address, _)| match language {
                Language::Terraform => !found.contains(*address),
                _ => found.is_empty(),
            });
            passing.extend(fine.map(|(_, kind)| kind.clone()));
            for finding in &examined.findings {
                let address = finding.resource.address.to_string();
                let written = finding.resource.kind.to_string();
                for alias in &finding.aliases {
                    let failing = failing.entry(alias.to_string()).or_default();
                    failing.extend(kinds.get(&address).cloned());
                    failing.insert(written.clone());
                }
            }
        }
        for alias in entry.rule.aliases {
            let what = match failing.get(*alias) {
                None => "no failing case",
                Some(kinds) if kinds.is_disjoint(&passing) => "no passing case",
                Some(_) => continue,
            };
            lacking.insert((*alias).to_owned(), format!("{}: {what}", entry.rule.id));
        }
        for alias in failing.keys() {
            if !entry.rule.aliases.contains(&alias.as_str()) {
                let what = format!("{}: not in its metadata", entry.rule.id);
                lacking.insert(alias.clone(), what);
            }
        }
    }
    lacking
}

/// What a template declares, a service of the Serverless Framework can declare below `resources`.
#[test]
fn examples_give_the_same_inside_a_service() {
    const HEAD: &str = "service: s\nprovider:\n  name: aws\nresources:\n";
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for entry in palisade_rules::ALL {
        for mut example in examples(entry) {
            let plain = !example.text.contains("AWS::Serverless") && !example.text.starts_with('{');
            if example.language != Language::CloudFormation || !plain {
                continue;
            }
            tried += 1;
            let expected = found(&run(entry, &example, Profile::All));
            let inside = example.text.lines().map(|line| format!("  {line}\n"));
            example.text = format!("{HEAD}{}", inside.collect::<String>());
            example.language = Language::Serverless;
            let head = u32::try_from(HEAD.lines().count()).expect("short");
            let expected: BTreeMap<u32, BTreeSet<String>> = (expected.into_iter())
                .map(|(line, ids)| (line + head, ids))
                .collect();
            let found = found(&run(entry, &example, Profile::All));
            if found != expected {
                wrong.push(format!("{}\n  {expected:?}\n  {found:?}", example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 150, "{tried}");
}
