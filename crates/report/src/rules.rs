//! The list of rules, for people and for programs.

use crate::json::tree;
use crate::line::count;
use crate::paint::Paint;
use palisade_rule::{Profile, RuleEntry};
use serde_json::json as value;
use std::fmt::Write as _;

/// The rules by family: severity, id and title.
#[must_use]
pub fn table(rules: &[RuleEntry], color: bool) -> String {
    let paint = Paint { color };
    let widest = rules.iter().map(|e| e.rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    let mut family = "";
    for entry in sorted(rules) {
        if entry.family != family {
            let gap = if family.is_empty() { "" } else { "\n" };
            family = entry.family;
            let _ = writeln!(out, "{gap}{}", paint.bold(family));
        }
        let rule = entry.rule;
        let severity = format!("{:8}", rule.severity.as_str());
        let id = format!("{:widest$}", rule.id);
        let more = match rule.profile {
            Profile::Default => String::new(),
            Profile::All => paint.dim(" (--profile all)"),
        };
        let _ = writeln!(
            out,
            "  {} {}  {}{more}",
            paint.severity(rule.severity, &severity),
            paint.code(&id),
            rule.title
        );
    }
    let _ = writeln!(
        out,
        "\n{}. `palisade explain RULE` says what one finds, and how to mend it.",
        count(rules.len(), "rule")
    );
    out
}

/// The rules as a page of Markdown, each with a link to its own page, relative to `docs/`.
#[must_use]
pub fn markdown(rules: &[RuleEntry]) -> String {
    let mut out = String::from(
        "# Rules\n\nWritten by `cargo xtask generate` from the rules' own folders. `palisade explain ID` \
         shows a rule's page at the terminal.\n",
    );
    let mut family = "";
    for entry in sorted(rules) {
        if entry.family != family {
            family = entry.family;
            let _ = write!(
                out,
                "\n## {family}\n\n| rule | finds | severity | profile | policy | ids of other tools |\n|---|---|---|---|---|---|\n"
            );
        }
        let rule = entry.rule;
        let _ = writeln!(
            out,
            "| [`{0}`](../rules/{family}/{0}/rule.md) | {1} | {2} | {3} | {4} | {5} |",
            rule.id,
            rule.title,
            rule.severity,
            rule.profile.as_str(),
            rule.clauses.join(", "),
            rule.aliases.join(", ")
        );
    }
    out
}

/// The rules as JSON (`schemas/rules.schema.json`).
#[must_use]
pub fn json(rules: &[RuleEntry]) -> String {
    let rules: Vec<_> = sorted(rules)
        .iter()
        .map(|entry| {
            let rule = entry.rule;
            value!({
                "id": rule.id,
                "family": entry.family,
                "title": rule.title,
                "severity": rule.severity,
                "confidence": rule.confidence,
                "profile": match rule.profile {
                    Profile::Default => "default",
                    Profile::All => "all",
                },
                "clauses": rule.clauses,
                "cwe": rule.cwe.map(|n| format!("CWE-{n}")),
                "aliases": rule.aliases,
                "since": rule.since,
            })
        })
        .collect();
    tree(value!({"schema": "palisade.rules/1", "rules": rules}))
}

fn sorted(rules: &[RuleEntry]) -> Vec<&RuleEntry> {
    let mut rules: Vec<&RuleEntry> = rules.iter().collect();
    rules.sort_by_key(|e| (e.family, e.rule.id));
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::RULES;
    use serde_json::Value;

    #[test]
    fn a_table() {
        insta::assert_snapshot!(table(RULES, false), @r"
        testing
          high     broad-role           Finds broad-role
          critical literal-secret       Finds literal-secret
          critical public-function-url  Finds public-function-url
          medium   unencrypted-queue    Finds unencrypted-queue

        4 rules. `palisade explain RULE` says what one finds, and how to mend it.
        ");
    }

    #[test]
    fn follows_its_schema() {
        let schema = include_str!("../../../schemas/rules.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let rules: Value = serde_json::from_str(&json(RULES)).unwrap();
        jsonschema::validate(&schema, &rules).unwrap();
        let real: Value = serde_json::from_str(&json(palisade_rules::ALL)).unwrap();
        jsonschema::validate(&schema, &real).unwrap();
    }
}
