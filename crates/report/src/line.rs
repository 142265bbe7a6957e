//! The sentences that several formats share.

use palisade_core::{Excerpt, Finding, Severity, SuppressedBy};
use palisade_scan::{EntryPointRow, Report};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, one: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        _ => format!("{n} {one}s"),
    }
}

/// `2 critical, 3 high`; the most severe first.
pub(crate) fn severities(counts: &BTreeMap<Severity, usize>) -> String {
    let parts: Vec<String> = counts
        .iter()
        .rev()
        .map(|(severity, n)| format!("{n} {severity}"))
        .collect();
    parts.join(", ")
}

/// `18 findings (2 critical, 16 low)`, or `no findings`.
pub(crate) fn findings(report: &Report) -> String {
    let counts = report.by_severity();
    match counts.values().sum::<usize>() {
        0 => "no findings".to_owned(),
        n => format!("{} ({})", count(n, "finding"), severities(&counts)),
    }
}

/// The whole scan in one line.
pub(crate) fn total(report: &Report) -> String {
    format!("{} in {}", findings(report), scanned(report))
}

/// What was looked at.
pub(crate) fn scanned(report: &Report) -> String {
    let stats = &report.stats;
    format!(
        "{}, {}, {}",
        count(stats.templates, "template"),
        count(stats.resources, "resource"),
        count(stats.rules, "rule")
    )
}

/// `12 ways in: 3 without authentication, …`; nothing when there is none.
pub(crate) fn ways_in(entries: &[EntryPointRow]) -> Option<String> {
    const WORDS: [(&str, &str); 8] = [
        ("none", "without authentication"),
        ("api-key", "with an API key only"),
        ("unknown", "undecided"),
        ("token", "with tokens"),
        ("custom", "with a custom authorizer"),
        ("iam", "with signed requests"),
        ("provider", "from the provider itself"),
        ("not-needed", "answered without running code"),
    ];
    if entries.is_empty() {
        return None;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        *counts.entry(entry.authentication).or_default() += 1;
    }
    let mut parts = Vec::new();
    for (key, words) in WORDS {
        if let Some(n) = counts.remove(key) {
            parts.push(format!("{n} {words}"));
        }
    }
    parts.extend(counts.iter().map(|(key, n)| format!("{n} {key}")));
    let all = match entries.len() {
        1 => "1 way in".to_owned(),
        n => format!("{n} ways in"),
    };
    Some(format!("{all}: {}", parts.join(", ")))
}

/// `only in dev, test`, for a finding that does not hold in all environments.
pub(crate) fn only_in(finding: &Finding, environments: &[Arc<str>]) -> Option<String> {
    (finding.environments.len() < environments.len())
        .then(|| format!("only in {}", finding.environments.join(", ")))
}

/// `Environments dev, prod: 3 findings only in prod, 1 only in dev`; nothing when none is named.
pub(crate) fn differences(report: &Report) -> Option<String> {
    let names = report.environments.join(", ");
    let head = match report.environments.len() {
        0 => return None,
        1 => return Some(format!("Environment {names}")),
        _ => format!("Environments {names}"),
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in report.active() {
        if let Some(only) = only_in(finding, &report.environments) {
            *counts.entry(only).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| Reverse(*n));
    let parts = counts.iter().enumerate();
    let parts: Vec<String> = parts
        .map(|(i, (only, n))| match i {
            0 => format!("{} {only}", count(*n, "finding")),
            _ => format!("{n} {only}"),
        })
        .collect();
    Some(match parts.is_empty() {
        true => format!("{head}: the same findings in each"),
        false => format!("{head}: {}", parts.join("; ")),
    })
}

/// What silenced a finding.
pub(crate) fn suppressed_by(by: SuppressedBy) -> &'static str {
    match by {
        SuppressedBy::Inline => "a comment or metadata entry",
        SuppressedBy::ForeignComment => "a comment for another tool",
        SuppressedBy::Exception => "an approved exception",
    }
}

/// The path of a file as the reader would type it.
pub(crate) fn path(root_prefix: &str, file: &str) -> String {
    format!("{root_prefix}{file}")
}

/// A sentence in which names stand between backticks: `plain` writes what is outside of them, and
/// `code` what is inside. With an odd backtick, everything is outside.
pub(crate) fn prose(
    text: &str,
    plain: impl Fn(&str) -> String,
    code: impl Fn(&str) -> String,
) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let inside = |i: usize| !i.is_multiple_of(2);
    let empty = |(i, part): (usize, &&str)| inside(i) && part.trim().is_empty();
    if parts.len().is_multiple_of(2) || parts.iter().enumerate().any(empty) {
        return plain(text);
    }
    let parts = parts.iter().enumerate();
    parts
        .map(|(i, part)| match inside(i) {
            true => code(part),
            false => plain(part),
        })
        .collect()
}

/// The line of an excerpt that holds the start of the mark, the part of the mark that lies on it,
/// and the number of the line. Nothing when there is no text, as for what nobody wrote.
pub(crate) fn marked_line(excerpt: &Excerpt) -> Option<(&str, Range<usize>, u32)> {
    let text = &*excerpt.text;
    if text.trim().is_empty() {
        return None;
    }
    let at = floor(text, excerpt.mark.start);
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    let mark_end = floor(text, excerpt.mark.end).clamp(at, end);
    let before = text[..start].matches('\n').count();
    let number = excerpt
        .first_line
        .saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
    Some((&text[start..end], at - start..mark_end - start, number))
}

fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
