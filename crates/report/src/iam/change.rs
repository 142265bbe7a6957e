//! What changes about who may do what, and what an application allows that it must not: `palisade iam
//! diff` and the gates.
//!
//! Text and Markdown tell it as a sentence for each statement; JSON has a published schema
//! (`schemas/iam-changes.schema.json`).

use crate::clean::{line as clean, wrap};
use crate::line::{count, path, prose};
use crate::markdown;
use crate::paint::Paint;
use crate::text::Style;
use palisade_access::{Change, ChangeKind, Gain, Target};
use palisade_core::{Location, Problem, ProblemLevel};
use palisade_iam::{ContextValue, Request};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What changes.
    Diff,
    /// Whether something is newly allowed.
    NoNewAccess,
    /// Whether something is allowed that must not be.
    Forbid,
    /// Whether something is open to everybody.
    NoPublicAccess,
}

impl Question {
    /// The name of its command.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::NoNewAccess => "no-new-access",
            Self::Forbid => "forbid",
            Self::NoPublicAccess => "no-public-access",
        }
    }

    /// What is so when it holds.
    fn holds(self) -> &'static str {
        match self {
            Self::Diff => "nobody may do more or less than before",
            Self::NoNewAccess => "nothing is newly allowed",
            Self::Forbid => "nobody may do what is forbidden",
            Self::NoPublicAccess => "nothing is open to everybody",
        }
    }

    /// How it is said that somebody may do something.
    fn verb(self) -> &'static str {
        match self {
            Self::Diff | Self::NoNewAccess => "may now call",
            Self::Forbid | Self::NoPublicAccess => "may call",
        }
    }
}

/// What was found, and where.
#[derive(Clone, Copy, Debug)]
pub struct Changes<'a> {
    /// What was asked.
    pub question: Question,
    /// The name of the version before, where there is one, and what to put before its paths.
    pub old: Option<(&'a str, &'a str)>,
    /// The name of what was asked about, and what to put before its paths.
    pub new: (&'a str, &'a str),
    /// The version before has nothing there.
    pub missing: bool,
    /// What was found.
    pub changes: &'a [Change],
    /// What could not be read.
    pub problems: &'a [Problem],
}

impl Changes<'_> {
    /// Whether the bar is held; nothing when that is not known.
    #[must_use]
    pub fn holds(&self) -> Option<bool> {
        if self.changes.iter().any(|change| !change.gained.is_empty()) {
            Some(false)
        } else if self.changes.iter().any(|change| !change.unknown.is_empty())
            || self.errors().next().is_some()
        {
            None
        } else {
            Some(true)
        }
    }

    /// What was not read, and could allow more.
    fn errors(&self) -> impl Iterator<Item = &Problem> {
        let broken = |problem: &&Problem| problem.level == ProblemLevel::Error;
        self.problems.iter().filter(broken)
    }

    /// How many may do more, how many less, and of how many it is not known.
    fn counts(&self) -> [usize; 3] {
        let of = |asked: &dyn Fn(&Change) -> bool| {
            let changes = self.changes.iter().filter(|change| asked(change));
            let subjects: BTreeSet<_> = changes
                .map(|c| (&c.subject.location.file, &c.subject.id))
                .collect();
            subjects.len()
        };
        [
            of(&|change| !change.gained.is_empty()),
            of(&|change| !change.lost.is_empty() || change.kind == ChangeKind::Removed),
            of(&|change| !change.unknown.is_empty()),
        ]
    }

    /// What a change does, when it allows more: by name when it is in one place.
    fn headline(&self, places: usize) -> String {
        let more = self.changes.iter().find(|change| !change.gained.is_empty());
        match more.filter(|_| places == 1) {
            Some(one) if one.guard => {
                format!("this change lets others use the {}", one.subject.label)
            }
            Some(one) => format!("this change lets the {} do more", one.subject.label),
            None => format!("this change allows more in {places} places"),
        }
    }

    /// The answer in one sentence, in plain text.
    fn summary(&self) -> String {
        let [more, less, unknown] = self.counts();
        let mut parts = Vec::new();
        match self.question {
            Question::Diff => {
                if more > 0 {
                    parts.push(format!("{more} allow more"));
                }
                if less > 0 {
                    parts.push(format!("{less} allow less"));
                }
            }
            _ if more > 0 => parts.push(format!("violated by {more}")),
            _ => {}
        }
        if unknown > 0 {
            parts.push(format!("{unknown} can't be told"));
        }
        let errors = self.errors().count();
        if errors > 0 {
            parts.push(format!("{} in what was read", count(errors, "error")));
        }
        match parts.is_empty() {
            true => self.question.holds().to_owned(),
            false => parts.join(", "),
        }
    }
}

/// As text for people, ending in a line break.
#[must_use]
pub fn text(changes: &Changes<'_>, style: &Style<'_>) -> String {
    let paint = Paint { color: style.color };
    let names = |text: &str| prose(&clean(text), str::to_owned, |name| paint.bold(name));
    let mut out = String::new();
    for problem in changes.errors() {
        let at = (problem.line).map_or_else(String::new, |line| format!(":{line}"));
        let _ = writeln!(
            out,
            "{} {}{at}: {}\n",
            paint.warn("error:"),
            clean(&path(changes.new.1, &problem.file)),
            clean(&problem.message)
        );
    }
    let old_prefix = changes.old.map_or("", |(_, prefix)| prefix);
    for change in changes.changes {
        let gone = change.kind == ChangeKind::Removed;
        let prefix = if gone { old_prefix } else { changes.new.1 };
        let _ = writeln!(
            out,
            "{} {}",
            names(&heading(change)),
            paint.dim(&place(prefix, &change.subject.location))
        );
        for gain in &change.gained {
            let words = sentence(change, gain, changes.question.verb(), SHORT);
            item(&mut out, paint.warn("+"), &words, style, &names);
            if let Some(at) = &gain.at {
                let _ = writeln!(out, "      {}", paint.dim(&place(changes.new.1, at)));
            }
            if let Some(witness) = &gain.witness {
                for (n, part) in example(witness).into_iter().enumerate() {
                    let lead = if n == 0 { "e.g. " } else { "     " };
                    let _ = writeln!(
                        out,
                        "      {}",
                        paint.dim(&format!("{lead}{}", clean(&part)))
                    );
                }
            }
        }
        for gain in &change.lost {
            let words = sentence(change, gain, "may no longer call", SHORT);
            item(&mut out, paint.good("-"), &words, style, &names);
        }
        for reason in &change.unknown {
            let words = format!("can't be told whether it may do more: {reason}");
            item(&mut out, paint.warn("?"), &words, style, &names);
        }
        out.push('\n');
    }
    if changes.missing {
        out.push_str("There is no such folder or file in the version before: everything is new.\n");
    }
    let summary = changes.summary();
    let summary = match changes.holds() {
        Some(true) => paint.good(&summary),
        _ => paint.warn(&summary),
    };
    let _ = writeln!(out, "{}: {summary}", paint.bold(&clean(&title(changes))));
    out
}

fn title(changes: &Changes<'_>) -> String {
    match changes.old {
        Some((old, _)) => format!("{} {old} -> {}", changes.question.as_str(), changes.new.0),
        None => format!("{} {}", changes.question.as_str(), changes.new.0),
    }
}

fn item(
    out: &mut String,
    mark: String,
    words: &str,
    style: &Style<'_>,
    names: &dyn Fn(&str) -> String,
) {
    // Names are painted line by line; one that is cut at a space stays plain.
    let lines = wrap(&clean(words), style.columns().saturating_sub(6), 4);
    for (n, text) in lines.iter().enumerate() {
        let lead = if n == 0 {
            format!("  {mark} ")
        } else {
            "      ".to_owned()
        };
        let _ = writeln!(out, "{lead}{}", names(text));
    }
}

/// Whom or what a change is about.
fn heading(change: &Change) -> String {
    let when = match change.when.as_slice() {
        [] => String::new(),
        when => format!(", when {}", when.join(" and ")),
    };
    let state = match change.kind {
        ChangeKind::Added if !change.guard => "new ",
        ChangeKind::Removed => "gone: ",
        _ => "",
    };
    format!("{state}{}{when}", change.subject.label)
}

/// Longer lists are cut where people read them.
const SHORT: usize = 8;
const LONG: usize = 40;

fn sentence(change: &Change, gain: &Gain, verb: &str, most: usize) -> String {
    let who = match change.guard {
        true => format!("{} ", list(&gain.who, most)),
        false => String::new(),
    };
    let actions: Vec<String> = gain.actions.iter().map(|a| format!("`{a}`")).collect();
    let targets: Vec<String> = gain.targets.iter().map(label).collect();
    let (actions, targets) = (list(&actions, most), list(&targets, most));
    format!("{who}{verb} {actions} on {targets}")
}

fn label(target: &Target) -> String {
    target.label.clone()
}

fn list(items: &[String], most: usize) -> String {
    match items.len().checked_sub(most) {
        None | Some(0) => items.join(", "),
        Some(more) => {
            let shown = items.get(..most).unwrap_or(items);
            format!("{} and {more} more", shown.join(", "))
        }
    }
}

fn place(prefix: &str, at: &Location) -> String {
    clean(&format!("{}:{}", path(prefix, &at.file), at.line))
}

/// A request in short: who, what, and in which context.
fn example(request: &Request) -> Vec<String> {
    let mut lines = vec![format!(
        "{} calls {} on {}",
        super::caller(&request.caller),
        request.action,
        request.resource
    )];
    for (key, value) in request.context.iter() {
        let value = match value {
            ContextValue::Single(value) => value.to_string(),
            ContextValue::Many(values) => values.join(", "),
        };
        lines.push(format!("with {key} = {value}"));
    }
    lines
}

/// As Markdown for a pull request.
#[must_use]
pub fn markdown(changes: &Changes<'_>) -> String {
    let [more, ..] = changes.counts();
    let summary = changes.summary();
    let mut out = match changes.question {
        Question::Diff if more > 0 => {
            let headline = markdown::prose(&changes.headline(more));
            format!("## Permissions: {headline}\n\n")
        }
        Question::Diff => format!("## Permissions: {}\n\n", markdown::escape(&summary)),
        other => format!(
            "## Permissions: {}: {}\n\n",
            other.as_str(),
            markdown::escape(&summary)
        ),
    };
    for change in changes.changes {
        for gain in &change.gained {
            let lets = match changes.question {
                Question::Diff | Question::NoNewAccess => "This change lets",
                Question::Forbid | Question::NoPublicAccess => "This lets",
            };
            let who = match change.guard {
                true => list(&gain.who, LONG),
                false => format!("the {}", heading(change)),
            };
            let words = sentence(change, gain, "call", LONG);
            let call = words.split_once("call ").map_or("", |(_, rest)| rest);
            let of = match change.guard {
                true => format!(", by the policy on the {}", heading(change)),
                false => String::new(),
            };
            let sentence = format!("{lets} {who} call {call}{of}");
            let _ = write!(out, "- {}", markdown::prose(&sentence));
            if let Some(at) = &gain.at {
                let _ = write!(out, " ({})", markdown::link(at, changes.new.1));
            }
            out.push('\n');
            if let Some(witness) = &gain.witness {
                let _ = write!(out, "{}", proof(witness));
            }
        }
        for reason in &change.unknown {
            let words = format!(
                "It can't be told whether the {} may do more: {reason}",
                heading(change)
            );
            let _ = writeln!(out, "- {}", markdown::prose(&words));
        }
    }
    let less: Vec<String> = changes.changes.iter().flat_map(lost).collect();
    if !less.is_empty() {
        let items: String = less
            .iter()
            .map(|words| format!("- {}\n", markdown::prose(words)))
            .collect();
        let _ = write!(
            out,
            "\n<details>\n<summary>{} no longer allowed</summary>\n\n{items}\n</details>\n",
            less.len()
        );
    }
    let problems: Vec<String> = changes
        .errors()
        .map(|p| {
            let file = markdown::code(&path(changes.new.1, &p.file));
            format!("- {file}: {}\n", markdown::prose(&p.message))
        })
        .collect();
    if !problems.is_empty() {
        let _ = write!(
            out,
            "\n<details open>\n<summary>Not read</summary>\n\n{}\n</details>\n",
            problems.concat()
        );
    }
    if let Some((old, _)) = changes.old {
        let _ = writeln!(
            out,
            "\n{} → {}{}",
            markdown::code(old),
            markdown::code(changes.new.0),
            if changes.missing {
                " (everything is new)"
            } else {
                ""
            }
        );
    }
    out
}

fn lost(change: &Change) -> Vec<String> {
    if change.kind == ChangeKind::Removed {
        return vec![format!("The {} is gone", change.subject.label)];
    }
    let sentence = |gain: &Gain| match change.guard {
        true => format!(
            "{}, by the policy on the {}",
            sentence(change, gain, "may no longer call", LONG),
            heading(change)
        ),
        false => format!(
            "The {} {}",
            heading(change),
            sentence(change, gain, "may no longer call", LONG)
        ),
    };
    change.lost.iter().map(sentence).collect()
}

/// A request, folded, to be copied into `palisade iam simulate`.
fn proof(witness: &Request) -> String {
    let text = format!("{:#}", crate::json::sorted(super::request(witness)));
    let lines: Vec<String> = text
        .lines()
        .map(|text| format!("  {}", clean(text)))
        .collect();
    format!(
        "  <details><summary>a request that proves it</summary>\n\n  ```json\n{}\n  ```\n\n  </details>\n",
        lines.join("\n").replace("```", "` ` `")
    )
}

/// As JSON text.
#[must_use]
pub fn json(changes: &Changes<'_>) -> String {
    let found: Vec<Value> = changes.changes.iter().map(change).collect();
    let mut value = json!({
        "changes": found,
        "problems": changes.problems,
        "new": changes.new.0,
    });
    if let Some((old, _)) = changes.old {
        value["old"] = json!(old);
    }
    match changes.question {
        Question::Diff => value["schema"] = json!("palisade.iam-diff/1"),
        gate => {
            value["schema"] = json!("palisade.iam-gate/1");
            value["gate"] = json!(gate.as_str());
            value["holds"] = json!(changes.holds());
        }
    }
    crate::json::tree(value)
}

fn change(change: &Change) -> Value {
    json!({
        "subject": change.subject.written,
        "arn": change.subject.arn,
        "location": change.subject.location,
        "about": if change.guard { "resource" } else { "identity" },
        "change": match change.kind {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Removed => "removed",
        },
        "when": change.when,
        "gained": change.gained.iter().map(gain).collect::<Vec<_>>(),
        "lost": change.lost.iter().map(gain).collect::<Vec<_>>(),
        "unknown": change.unknown,
    })
}

fn gain(gain: &Gain) -> Value {
    let mut value = json!({
        "actions": gain.actions,
        "resources": gain.targets.iter().map(|target| json!({
            "arn": target.arn,
            "resource": target.resource,
        })).collect::<Vec<_>>(),
        "location": gain.at,
        "witness": gain.witness.as_ref().map(super::request),
    });
    if !gain.who.is_empty() {
        let plain = |who: &String| who.replace('`', "");
        value["who"] = json!(gain.who.iter().map(plain).collect::<Vec<_>>());
    }
    value
}

#[cfg(test)]
mod tests;
