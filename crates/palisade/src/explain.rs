//! `palisade rules` and `palisade explain`.

use crate::cli::{ColorArg, ExplainArgs, ListFormat, RulesArgs};
use crate::coverage::others;
use crate::failure::CommandError;
use crate::output;
use crate::render::color;
use palisade_core::{ClauseId, suggest};
use palisade_policy::{Catalogue, Clause, Enforcer};
use palisade_report::{explain, rules as list};
use palisade_rule::RuleEntry;
use palisade_rules::ALL;
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Lists the rules.
pub(crate) fn rules(arguments: &RulesArgs, asked: ColorArg) -> Result<ExitCode, CommandError> {
    let text = match arguments.format {
        ListFormat::Text => list::table(ALL, color(asked)),
        ListFormat::Json => list::json(ALL),
        ListFormat::Markdown => list::markdown(ALL),
    };
    output::write(None, &text)?;
    Ok(ExitCode::SUCCESS)
}

/// Explains whatever has this name.
pub(crate) fn run(arguments: &ExplainArgs, asked: ColorArg) -> Result<ExitCode, CommandError> {
    let text = text(arguments.name.trim(), color(asked))
        .ok_or_else(|| CommandError::usage(unknown(arguments.name.trim())))?;
    output::write(None, &text)?;
    Ok(ExitCode::SUCCESS)
}

fn text(name: &str, color: bool) -> Option<String> {
    if let Some(entry) = ALL.iter().find(|e| e.rule.id.eq_ignore_ascii_case(name)) {
        return Some(explain::rule(entry, color));
    }
    if let Ok(clause) = name.to_ascii_uppercase().parse::<ClauseId>() {
        let rules = having(clause.as_str(), |entry| entry.rule.clauses);
        return Catalogue::builtin()
            .get(&clause)
            .map(|clause| explain::clause(clause, &rules, color) + &beside(clause));
    }
    let rules = having(name, |entry| entry.rule.aliases);
    match rules.is_empty() {
        true => None,
        false => Some(explain::foreign(name, &rules, color)),
    }
}

/// What holds a clause beside rules, on a line.
fn beside(clause: &Clause) -> String {
    let serves = |enforcer: &Enforcer<'_>| enforcer.serves(&clause.id);
    let others = others().filter(serves);
    let named = others.map(|enforcer| format!("`{}` of {}", enforcer.name, enforcer.point));
    match named.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => none,
        some => format!("\nHeld by {some}, too.\n"),
    }
}

fn having(
    id: &str,
    ids: impl Fn(&'static RuleEntry) -> &'static [&'static str],
) -> Vec<&'static RuleEntry> {
    let has = |entry: &&'static RuleEntry| ids(entry).iter().any(|i| i.eq_ignore_ascii_case(id));
    ALL.iter().filter(has).collect()
}

/// What is said of a name that nothing has.
fn unknown(name: &str) -> String {
    let clauses = Catalogue::builtin().clauses().map(|c| c.id.as_str());
    let names: BTreeSet<&str> = ALL
        .iter()
        .flat_map(|entry| {
            let rule = entry.rule;
            let more = rule.clauses.iter().chain(rule.aliases).copied();
            std::iter::once(rule.id).chain(more)
        })
        .chain(clauses)
        .collect();
    let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    let help = match suggest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`palisade rules` lists the rules".to_owned(),
    };
    format!("`{shown}` is neither a rule nor a clause nor an id of another tool; {help}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_their_case() {
        let of = |name: &str| text(name, false).unwrap_or_default();
        assert!(of("Unencrypted-Queue").starts_with("medium[unencrypted-queue]"));
        assert!(of("scsp-3.1").starts_with("SCSP-3.1 "));
        assert!(of("SCSP-6.2").ends_with("\nHeld by `authorize` of guard, too.\n"));
        assert!(of("ckv_aws_27").contains("unencrypted-queue"));
        assert_eq!(text("nothing", false), None);
    }

    #[test]
    fn near_names_are_suggested() {
        assert!(unknown("unencrypted-queu").contains("did you mean `unencrypted-queue`?"));
        assert!(unknown("zzzzzz").contains("`palisade rules`"));
    }
}
