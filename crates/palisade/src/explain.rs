//! `palisade rules` and `palisade explain`.

use crate::cli::{ColorArg, ExplainArgs, ListFormat, RulesArgs};
use crate::render::{color, print, section_of};
use crate::scan::CommandError;
use palisade_core::ClauseId;
use palisade_report::{explain, rules as list};
use palisade_rule::RuleEntry;
use palisade_rules::ALL;
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Lists the rules.
pub(crate) fn rules(arguments: &RulesArgs, asked: ColorArg) -> Result<ExitCode, CommandError> {
    print(&match arguments.format {
        ListFormat::Text => list::table(ALL, color(asked)),
        ListFormat::Json => list::json(ALL),
    });
    Ok(ExitCode::SUCCESS)
}

/// Explains whatever has this name.
pub(crate) fn run(arguments: &ExplainArgs, asked: ColorArg) -> Result<ExitCode, CommandError> {
    let text = text(arguments.name.trim(), color(asked))
        .ok_or_else(|| CommandError::usage(unknown(arguments.name.trim())))?;
    print(&text);
    Ok(ExitCode::SUCCESS)
}

fn text(name: &str, color: bool) -> Option<String> {
    if let Some(entry) = ALL.iter().find(|e| e.rule.id.eq_ignore_ascii_case(name)) {
        return Some(explain::rule(entry, color));
    }
    if let Ok(clause) = name.to_ascii_uppercase().parse::<ClauseId>() {
        let rules = having(clause.as_str(), |entry| entry.rule.clauses);
        let section = section_of(&clause).map(|(_, title)| title);
        if !rules.is_empty() || section.is_some() {
            return Some(explain::clause(&clause, section.as_deref(), &rules, color));
        }
    }
    let rules = having(name, |entry| entry.rule.aliases);
    match rules.is_empty() {
        true => None,
        false => Some(explain::foreign(name, &rules, color)),
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
    let names: BTreeSet<&str> = ALL
        .iter()
        .flat_map(|entry| {
            let rule = entry.rule;
            let more = rule.clauses.iter().chain(rule.aliases).copied();
            std::iter::once(rule.id).chain(more)
        })
        .collect();
    let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    let help = match nearest(name, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`palisade rules` lists the rules".to_owned(),
    };
    format!("`{shown}` is neither a rule nor a clause nor an id of another tool; {help}")
}

/// The name that takes the fewest changes, when it is near enough to be meant.
fn nearest<'a>(name: &str, names: &BTreeSet<&'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_lowercase().chars().take(64).collect();
    let limit = (name.len() / 3).max(1);
    names
        .iter()
        .map(|other| (distance(&name, &other.to_lowercase()), *other))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, other)| other)
}

/// How many characters must be added, removed or changed to come from one name to the other.
fn distance(a: &[char], b: &str) -> usize {
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, b) in b.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, a) in a.iter().enumerate() {
            let change = diagonal + usize::from(*a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[a.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_their_case() {
        let of = |name: &str| text(name, false).unwrap_or_default();
        assert!(of("Unencrypted-Queue").starts_with("medium[unencrypted-queue]"));
        assert!(of("scsp-3.1").starts_with("SCSP-3.1 Data protection"));
        assert!(of("ckv_aws_27").contains("unencrypted-queue"));
        assert_eq!(text("nothing", false), None);
    }

    #[test]
    fn near_names_are_suggested() {
        assert!(unknown("unencrypted-queu").contains("did you mean `unencrypted-queue`?"));
        assert!(unknown("zzzzzz").contains("`palisade rules`"));
    }

    #[test]
    fn distances() {
        let check = |a: &str, b: &str, expected| {
            let a: Vec<char> = a.chars().collect();
            assert_eq!(distance(&a, b), expected);
        };
        check("", "", 0);
        check("abc", "abd", 1);
        check("abc", "bc", 1);
        check("kitten", "sitting", 3);
    }
}
