//! The examples do what they are marked with.

use crate::harness::{examples, folder, found, kinds, marks, run};
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

/// Every foreign id that a rule can give has a failing case and a passing case: a good example of
/// the same rule with a resource of a kind on which the id fails.
#[test]
fn every_foreign_id_has_a_failing_and_a_passing_case() {
    let mut lacking = Vec::new();
    for entry in palisade_rules::ALL {
        let mut failing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut passing: BTreeSet<String> = BTreeSet::new();
        for example in examples(entry) {
            let examined = run(entry, &example, Profile::All);
            if examined.findings.is_empty() {
                passing.extend(kinds(&examined).into_values());
            }
            let kinds = kinds(&examined);
            for finding in &examined.findings {
                for alias in &finding.aliases {
                    let address = finding.resource.address.to_string();
                    let known = kinds.get(&address).cloned();
                    let kind = known.unwrap_or_else(|| finding.resource.kind.to_string());
                    failing.entry(alias.to_string()).or_default().insert(kind);
                    failing
                        .entry(alias.to_string())
                        .or_default()
                        .insert(finding.resource.kind.to_string());
                }
            }
        }
        for alias in entry.rule.aliases {
            match failing.get(*alias) {
                None => lacking.push(format!("{}: {alias} has no failing case", entry.rule.id)),
                Some(kinds) if kinds.is_disjoint(&passing) => {
                    lacking.push(format!("{}: {alias} has no passing case", entry.rule.id));
                }
                Some(_) => {}
            }
        }
        for alias in failing.keys() {
            if !entry.rule.aliases.contains(&alias.as_str()) {
                lacking.push(format!("{}: {alias} is not in its metadata", entry.rule.id));
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}
