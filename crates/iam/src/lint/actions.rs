//! Actions that do not exist, or are there twice.

use super::{Found, has_wildcards, is_symbolic};
use crate::catalogue::Catalogue;
use crate::pattern::{Pattern, Text, Token};
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
    let wide: Vec<(usize, Wide<'_>)> = (patterns.iter().enumerate())
        .filter_map(|(n, text)| Some((n, Wide::of(text)?)))
        .collect();
    let mut seen = BTreeSet::new();
    for (n, text) in patterns.iter().enumerate() {
        let written = text.written.to_ascii_lowercase();
        let by = (wide.iter())
            .find(|(m, wider)| *m != n && wider.covers(&written))
            .map(|(m, wider)| (m, wider.text))
            .filter(|(m, wider)| **m < n || !wider.written.eq_ignore_ascii_case(&text.written));
        let message = match by {
            Some((_, wider)) => {
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

/// A pattern with wildcards.
struct Wide<'a> {
    text: &'a Text,
    pattern: &'a Pattern,
    /// All that it matches begins so.
    start: String,
    one: bool,
}

impl<'a> Wide<'a> {
    fn of(text: &'a Text) -> Option<Self> {
        let pattern = text.plain()?;
        if !has_wildcards(pattern.tokens()) || is_symbolic(text) {
            return None;
        }
        let literal = |token: &Token| match token {
            Token::Char(c) => Some(*c),
            _ => None,
        };
        Some(Self {
            text,
            pattern,
            start: pattern.tokens().iter().map_while(literal).collect(),
            one: pattern.tokens().contains(&Token::One),
        })
    }

    /// Whether it covers all that another pattern, written in lower case, matches. A wildcard in
    /// that one is a character like others, but `?` must not be taken to cover `*`: that may be
    /// longer, or empty.
    fn covers(&self, other: &str) -> bool {
        other.starts_with(&self.start)
            && !(self.one && other.contains('*'))
            && self.pattern.matches(other) == crate::Truth::Yes
    }
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
