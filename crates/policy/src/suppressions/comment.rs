//! Reads suppressions out of comments: `palisade: ignore[rule-id] reason until=2027-01-01` and
//! `checkov:skip=ID:reason`.
//!
//! A comment that speaks to Palisade and is not understood is a mistake and never passed over: its
//! author believes that it does something.

use super::{Collector, Scope, SuppressionKind, Written};
use crate::error::did_you_mean;
use palisade_core::{Sources, Span};
use palisade_syntax::Comment;

/// What begins a comment for Palisade.
const OURS: &str = "palisade:";

/// What begins a skip comment of Checkov, under its names.
const SKIPS: [&str; 3] = ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="];

pub(super) fn read(collector: &mut Collector<'_>, comments: &[Comment]) {
    // Most files have none of ours, and then no line is asked for.
    let lines = if comments.iter().any(|comment| comment.text.contains(OURS)) {
        target_lines(collector.context.sources, comments)
    } else {
        vec![0; comments.len()]
    };
    for (comment, line) in comments.iter().zip(lines) {
        read_one(collector, comment, line);
    }
}

fn read_one(collector: &mut Collector<'_>, comment: &Comment, target: u32) {
    let text = plain(&comment.text);
    if let Some(rest) = ours(text) {
        match directive(rest) {
            Ok((ids, reason, until)) => collector.add(Written {
                kind: SuppressionKind::Palisade,
                ids,
                reason,
                until,
                scope: Scope::Line(target),
                span: comment.span,
            }),
            Err(message) => collector.wrong(comment.span, message),
        }
    }
    for start in SKIPS {
        let Some(at) = text.find(start) else {
            continue;
        };
        let (ids, reason) = skip(&text[at + start.len()..]);
        let line = collector.context.sources.line(comment.span);
        collector.add(Written {
            kind: SuppressionKind::Foreign,
            ids,
            reason,
            until: None,
            scope: Scope::Around(line),
            span: comment.span,
        });
    }
}

/// The words of a comment, without the marks around them.
fn plain(text: &str) -> &str {
    let text = text.trim_start_matches(['#', '/', '*', '!', '-', ' ', '\t', '\r', '\n']);
    text.trim_end().trim_end_matches("*/").trim_end()
}

/// What follows the address: at the start anything, further on only a whole directive, because
/// prose may speak about it.
fn ours(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(OURS) {
        return Some(rest);
    }
    ["palisade: ignore[", "palisade:ignore["]
        .iter()
        .filter_map(|start| text.find(start))
        .min()
        .map(|at| &text[at + OURS.len()..])
}

type Directive = (Vec<String>, String, Option<String>);

fn directive(rest: &str) -> Result<Directive, String> {
    let rest = rest.trim_start();
    let word_end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .unwrap_or(rest.len());
    let (word, rest) = rest.split_at(word_end);
    if word != "ignore" {
        let known = ["ignore", "skip", "disable", "suppress"];
        let help = did_you_mean(word, known).is_some();
        let help = if help {
            "; write `palisade: ignore[rule-id] reason`"
        } else {
            "; the only one is `palisade: ignore[rule-id] reason`"
        };
        return Err(format!("unknown directive `palisade: {word}`{help}"));
    }
    let inside = rest.trim_start().strip_prefix('[').ok_or(
        "`palisade: ignore` needs the rules in brackets: `palisade: ignore[rule-id] reason`",
    )?;
    let (ids, rest) = inside
        .split_once(']')
        .ok_or("`palisade: ignore[` is not closed with `]`")?;
    let ids: Vec<String> = ids
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(ToOwned::to_owned)
        .collect();
    if ids.is_empty() {
        return Err("`palisade: ignore[]` names no rule".to_owned());
    }
    let mut until = None;
    let mut words = Vec::new();
    for word in rest.split_whitespace() {
        let Some((before, date)) = word.split_once("until=") else {
            words.push(word);
            continue;
        };
        if until.is_some() {
            return Err("`until=` is written twice".to_owned());
        }
        until = Some(date.trim_end_matches([',', '.', ';', ')']).to_owned());
        words.extend(Some(before.trim_end_matches('(')).filter(|word| !word.is_empty()));
    }
    Ok((ids, reason(&words.join(" ")), until))
}

fn reason(text: &str) -> String {
    text.trim_start_matches([':', '-', '–', '—', ' ', ','])
        .trim()
        .to_owned()
}

/// Ids, separated by commas, and what follows the colon.
fn skip(rest: &str) -> (Vec<String>, String) {
    let line = rest.lines().next().unwrap_or_default();
    let (ids, text) = line.split_once(':').unwrap_or((line, ""));
    let id = |part: &str| -> Option<String> {
        let id = part.split_whitespace().next()?;
        let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        id.bytes().all(valid).then(|| id.to_owned())
    };
    (ids.split(',').filter_map(id).collect(), reason(text))
}

/// The line that each comment speaks about: its own when something stands before it, else the next
/// one that is neither blank nor a comment. Found from the last to the first, so that a long block
/// of comments is walked once.
fn target_lines(sources: &Sources, comments: &[Comment]) -> Vec<u32> {
    let mut lines = vec![0; comments.len()];
    for (index, comment) in comments.iter().enumerate().rev() {
        let span = comment.span;
        let text = sources.text(span.file);
        let before = text.get(..span.start as usize).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        if !before[line_start..].trim().is_empty() {
            lines[index] = sources.line(span);
            continue;
        }
        let rest = text.get(span.end as usize..).unwrap_or_default();
        let at = span.end as usize + (rest.len() - rest.trim_start().len());
        lines[index] = match comments.get(index + 1) {
            Some(next) if next.span.start as usize == at => lines[index + 1],
            _ => sources.line(Span::new(span.file, at, at)),
        };
    }
    lines
}
