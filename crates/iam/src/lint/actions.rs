//! Actions that do not exist, or are there twice.

use super::{Found, has_wildcards, is_symbolic};
use crate::catalogue::Catalogue;
use crate::pattern::{Pattern, Text};
use crate::policy::Statement;
use crate::read::{Note, cut};
use palisade_core::suggest;
use std::collections::BTreeSet;

/// Notes what is wrong with the actions of a statement, and gives those that it is about.
pub(super) fn check<'c>(
    statement: &'c Statement,
    catalogue: &'c Catalogue,
    notes: &mut Vec<Note>,
) -> Found<'c> {
    let patterns = &statement.actions.patterns;
    let mut found = Found {
        by_pattern: Vec::with_capacity(patterns.len()),
        complete: !statement.actions.except,
    };
    for (n, text) in patterns.iter().enumerate() {
        let everything = text.plain().is_none_or(Pattern::is_everything);
        if everything || is_symbolic(text) {
            found.complete = false;
            continue;
        }
        let Some((prefix, name)) = text.written.split_once(':') else {
            // The reader has said that this is no action.
            found.complete = false;
            continue;
        };
        let actions = if name.contains(['*', '?']) || prefix.contains(['*', '?']) {
            catalogue.actions_matching(&text.written).collect()
        } else {
            let service = catalogue.service(prefix);
            service
                .and_then(|s| Some((s, s.action(name)?)))
                .into_iter()
                .collect::<Vec<_>>()
        };
        if actions.is_empty() {
            found.complete = false;
            notes.push(unknown(text, prefix, name, catalogue));
        }
        found.by_pattern.push((n, actions));
    }
    redundant(patterns, statement.actions.except, notes);
    found
}

fn unknown(text: &Text, prefix: &str, name: &str, catalogue: &Catalogue) -> Note {
    let (shown, date) = (cut(&text.written), catalogue.date());
    if prefix.contains(['*', '?']) {
        let message = format!("`{shown}` matches no action of the catalogue of {date}");
        return Note::warning(text.span, message);
    }
    let (message, help) = match catalogue.service(prefix) {
        None => {
            let near = suggest(prefix, catalogue.services());
            let message = format!("the catalogue of {date} has no service `{}`", cut(prefix));
            (message, near.map(|near| format!("{near}:{name}")))
        }
        Some(_) if name.contains(['*', '?']) => {
            let message = format!("`{shown}` matches no action of the catalogue of {date}");
            (message, None)
        }
        Some(service) => {
            let near = suggest(name, service.actions.iter().map(|action| &*action.name));
            let message = format!("the catalogue of {date} has no action `{shown}`");
            (
                message,
                near.map(|near| format!("{}:{near}", service.prefix)),
            )
        }
    };
    let note = Note::warning(text.span, message);
    match help {
        Some(near) => note.help(format!("did you mean `{}`?", cut(&near))),
        None => note,
    }
}

/// Patterns that another one of the same list covers.
fn redundant(patterns: &[Text], except: bool, notes: &mut Vec<Note>) {
    let wide: Vec<(usize, &Text, &Pattern)> = (patterns.iter().enumerate())
        .filter_map(|(n, text)| Some((n, text, text.plain()?)))
        .filter(|(_, text, pattern)| has_wildcards(pattern.tokens()) && !is_symbolic(text))
        .collect();
    let mut seen = BTreeSet::new();
    for (n, text) in patterns.iter().enumerate() {
        let written = text.written.to_ascii_lowercase();
        // A wildcard in the text is one character like others to the pattern that covers it.
        let by = (wide.iter())
            .find(|(m, _, pattern)| *m != n && covers(pattern, &written))
            .filter(|(m, wider, _)| *m < n || !wider.written.eq_ignore_ascii_case(&text.written));
        let message = match by {
            Some((_, wider, _)) => {
                format!(
                    "`{}` is covered by `{}`",
                    cut(&text.written),
                    cut(&wider.written)
                )
            }
            None if !seen.insert(written) => {
                format!("`{}` stands here twice", cut(&text.written))
            }
            None => continue,
        };
        let kept = if except { "excepts" } else { "names" };
        let help = format!("without it the statement {kept} the same actions");
        notes.push(Note::warning(text.span, message).help(help));
    }
}

/// Whether a pattern covers all that another one, written in lower case, matches.
fn covers(pattern: &Pattern, other: &str) -> bool {
    // `?` in the pattern must not be taken to cover `*` in the other: that may be longer, or empty.
    let one = pattern.tokens().contains(&crate::pattern::Token::One);
    !(one && other.contains('*')) && pattern.matches(other) == crate::Truth::Yes
}

/// Whether the statement is about nothing but assuming roles.
pub(super) fn is_of_sts(statement: &Statement) -> bool {
    let patterns = &statement.actions.patterns;
    patterns.iter().all(|text| {
        text.written
            .get(..4)
            .is_some_and(|p| p.eq_ignore_ascii_case("sts:"))
    })
}
