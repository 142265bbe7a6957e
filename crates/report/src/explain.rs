//! What a rule is about, for people at a terminal: its metadata and its page.

mod page;

use crate::clean::wrap;
use crate::paint::Paint;
use palisade_policy::Clause;
use palisade_rule::{Profile, RuleEntry};
use std::fmt::Write as _;

/// A rule: what it is called and how severe it is, then its page.
#[must_use]
pub fn rule(entry: &RuleEntry, color: bool) -> String {
    let paint = Paint { color };
    let rule = entry.rule;
    let head = format!("{}[{}]", rule.severity, rule.id);
    let mut out = format!(
        "{}: {}\n\n",
        paint.severity(rule.severity, &head),
        paint.bold(rule.title)
    );
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let lines = wrap(value, 66, 0).join("\n              ");
            let _ = writeln!(out, "  {} {lines}", paint.dim(&format!("{name:11}")));
        }
    };
    let severity = format!(
        "{}, with {} confidence",
        rule.severity,
        rule.confidence.as_str()
    );
    row("severity", &severity);
    row("reported", profile(rule.profile));
    row("policy", &rule.clauses.join(", "));
    let cwe = rule.cwe.map(|n| format!("CWE-{n}")).unwrap_or_default();
    row("weakness", &cwe);
    row("known as", &rule.aliases.join(", "));
    row("family", entry.family);
    row("since", rule.since);
    out.push('\n');
    out.push_str(&page::render(entry.page, paint));
    out
}

/// A clause of the policy: what it asks, and the rules that serve it.
#[must_use]
pub fn clause(clause: &Clause, rules: &[&RuleEntry], color: bool) -> String {
    let paint = Paint { color };
    let mut out = format!("{} {}\n\n", paint.bold(clause.id.as_str()), clause.title);
    for line in wrap(&clause.text, 78, 0) {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "\n  {}     {}", paint.dim("section"), clause.section);
    let points: Vec<&str> = clause.points.iter().map(|p| p.as_str()).collect();
    let _ = writeln!(out, "  {}   {}", paint.dim("held where"), points.join(", "));
    for (framework, ids) in &clause.frameworks {
        let _ = writeln!(
            out,
            "  {} {}",
            paint.dim(&format!("{framework:11}")),
            ids.join(", ")
        );
    }
    out.push('\n');
    out.push_str(&by_rules(
        "No rule serves this clause.",
        "Served by",
        rules,
        paint,
    ));
    out
}

/// An id of another tool: the rules whose findings can carry it. One rule is shown in full.
#[must_use]
pub fn foreign(id: &str, rules: &[&RuleEntry], color: bool) -> String {
    let paint = Paint { color };
    let id = crate::clean::line(id);
    match rules {
        [entry] => format!(
            "{} is what other tools call a condition of this rule:\n\n{}",
            paint.bold(&id),
            rule(entry, color)
        ),
        _ => format!(
            "{}\n\n{}",
            paint.bold(&id),
            by_rules("No rule knows this id.", "Found by", rules, paint)
        ),
    }
}

fn by_rules(none: &str, some: &str, rules: &[&RuleEntry], paint: Paint) -> String {
    if rules.is_empty() {
        return format!("{none}\n");
    }
    let what = crate::line::count(rules.len(), "rule");
    let mut out = format!("{some} {what}:\n");
    let widest = rules.iter().map(|e| e.rule.id.len()).max().unwrap_or(0);
    for entry in rules {
        let rule = entry.rule;
        let severity = format!("{:8}", rule.severity.as_str());
        let _ = writeln!(
            out,
            "  {} {:widest$}  {}",
            paint.severity(rule.severity, &severity),
            rule.id,
            rule.title
        );
    }
    out.push_str("\nSee `palisade explain RULE` for more.\n");
    out
}

fn profile(profile: Profile) -> &'static str {
    match profile {
        Profile::Default => "always",
        Profile::All => "with `--profile all`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::RULES;

    #[test]
    fn a_rule() {
        insta::assert_snapshot!(rule(&RULES[2], false));
    }

    #[test]
    fn a_rule_in_color() {
        insta::assert_snapshot!(rule(&RULES[3], true).replace('\x1b', "␛"));
    }

    #[test]
    fn a_clause() {
        let id = "SCSP-3.1".parse().unwrap();
        let asked = palisade_policy::Catalogue::builtin().get(&id).unwrap();
        let text = clause(asked, &[&RULES[3]], false);
        assert!(text.starts_with("SCSP-3.1 "), "{text}");
        assert!(
            text.contains(&asked.section) && text.contains("nist-800-53"),
            "{text}"
        );
        assert!(text.contains("medium   unencrypted-queue"), "{text}");
        assert!(clause(asked, &[], false).contains("No rule serves"));
    }

    #[test]
    fn an_id_of_another_tool() {
        let one = foreign("CKV_AWS_27", &[&RULES[3]], false);
        assert!(one.contains("medium[unencrypted-queue]"), "{one}");
        let two = foreign("CKV_AWS_27", &[&RULES[2], &RULES[3]], false);
        assert!(two.contains("Found by 2 rules"), "{two}");
    }
}
