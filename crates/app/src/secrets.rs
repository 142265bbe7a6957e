//! What must not be shown: the places and texts that rules know to be secrets.
//!
//! Invariants:
//! - A place hides what was written there, in whatever text it stands now.
//! - A text that is distinctive is hidden wherever else it stands.

use crate::application::Application;
use crate::value::{Data, Part, Value};
use palisade_core::{Origin, Sources, Span, ViaKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Shorter texts are hidden where they were found only.
const DISTINCTIVE: usize = 6;

/// The secrets of one application.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Places whose values are secrets.
    places: BTreeSet<Span>,
    /// Places that no excerpt shows: those, and further copies of the texts.
    spans: Vec<Span>,
    /// Texts of secrets by how they begin, the longest first.
    texts: BTreeMap<[u8; DISTINCTIVE], Vec<Arc<str>>>,
}

impl Secrets {
    /// The secrets that stand at these origins.
    #[must_use]
    pub fn of(application: &Application, origins: &[Origin]) -> Self {
        let mut secrets = Self::default();
        if origins.is_empty() {
            return secrets;
        }
        let spans = origins.iter().map(|origin| origin.span);
        secrets.places = spans.filter(|span| span.start < span.end).collect();
        let mut found: Vec<(String, &Origin)> = Vec::new();
        for resource in application.resources() {
            resource.properties.walk(&mut |value: &Value| {
                if let Some(text) = literal(value)
                    && secrets.places.contains(&value.origin.span)
                {
                    found.push((text, &value.origin));
                }
            });
        }
        let sources = &application.sources;
        let mut texts: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut only_refer: BTreeSet<Span> = BTreeSet::new();
        for (text, origin) in &found {
            if distinctive(text) && !text.contains(HOLE) {
                texts.insert(Arc::from(text.trim()));
            }
            for step in origin.steps().filter(|step| holds_values(&step.kind)) {
                let held = written(sources, step.span);
                let whole = held == text.trim();
                if whole && !written(sources, origin.span).contains(held) {
                    only_refer.insert(origin.span);
                }
                if whole || stands_for_secret(text, held) {
                    secrets.places.insert(step.span);
                    if distinctive(held) {
                        texts.insert(Arc::from(held));
                    }
                }
            }
        }
        secrets.learn(texts);
        secrets.spans = secrets.places.difference(&only_refer).copied().collect();
        for (file, _) in sources.files() {
            let copies = secrets.find(sources.text(file));
            let spans = copies
                .into_iter()
                .map(|at| Span::new(file, at.start, at.end));
            secrets.spans.extend(spans);
        }
        secrets
    }

    fn learn(&mut self, texts: impl IntoIterator<Item = Arc<str>>) {
        for text in texts {
            if let Some(start) = text.as_bytes().first_chunk() {
                self.texts.entry(*start).or_default().push(text);
            }
        }
        for texts in self.texts.values_mut() {
            texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        }
    }

    /// Where texts of secrets stand, in order and without overlap.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = 0;
        while !self.texts.is_empty() {
            let Some(rest) = text.as_bytes().get(at..) else {
                break;
            };
            let Some(start) = rest.first_chunk() else {
                break;
            };
            let texts = self.texts.get(start).map_or(&[][..], Vec::as_slice);
            match texts.iter().find(|text| rest.starts_with(text.as_bytes())) {
                Some(text) => {
                    found.push(at..at + text.len());
                    at += text.len();
                }
                None => at += 1,
            }
        }
        found
    }

    /// The places of which nothing may be shown.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether what was written at an origin, or was carried there, is a secret.
    #[must_use]
    pub fn hides(&self, origin: &Origin) -> bool {
        self.places.contains(&origin.span)
            || origin
                .steps()
                .any(|step| holds_values(&step.kind) && self.places.contains(&step.span))
    }

    /// A text without the secrets in it.
    #[must_use]
    pub fn scrub(&self, text: &str) -> Option<String> {
        let found = self.find(text);
        if found.is_empty() {
            return None;
        }
        let mut scrubbed = String::with_capacity(text.len());
        let mut from = 0;
        for secret in found {
            scrubbed.push_str(text.get(from..secret.start).unwrap_or_default());
            scrubbed.push_str("***");
            from = secret.end;
        }
        scrubbed.push_str(text.get(from..).unwrap_or_default());
        Some(scrubbed)
    }

    /// Takes the secrets out of a text.
    pub fn scrub_in_place(&self, text: &mut String) {
        if let Some(scrubbed) = self.scrub(text) {
            *text = scrubbed;
        }
    }

    /// Takes the secrets out of every text in a tree of JSON.
    pub(crate) fn scrub_json(&self, json: &mut serde_json::Value) {
        use serde_json::Value as Json;
        match json {
            Json::String(text) => self.scrub_in_place(text),
            Json::Array(items) => items.iter_mut().for_each(|item| self.scrub_json(item)),
            Json::Object(entries) => entries.values_mut().for_each(|v| self.scrub_json(v)),
            _ => {}
        }
    }
}

/// Stands for a part of a text that is not literal.
const HOLE: char = '\u{fffc}';

/// The literal text of a value.
fn literal(value: &Value) -> Option<String> {
    match &value.data {
        Data::Symbolic(parts) => {
            let part = |part: &Part| match part {
                Part::Literal(text) => text.to_string(),
                _ => HOLE.to_string(),
            };
            Some(parts.iter().map(part).collect())
        }
        Data::Text(_) | Data::Number(_) => value.as_text().map(str::to_owned),
        _ => None,
    }
}

/// Whether the place of a step is that of a value, and not of what it was carried by.
fn holds_values(kind: &ViaKind) -> bool {
    use ViaKind::{Mapping, Parameter, Variable};
    matches!(kind, Parameter(_) | Mapping(_) | Variable(_))
}

/// The scalar that is written at a place.
fn written(sources: &Sources, span: Span) -> &str {
    let text = sources.text(span.file).get(span.range());
    text.unwrap_or_default().trim().trim_matches(['"', '\''])
}

/// Whether a part of a text that is a secret stands where the secret itself would: behind a user's
/// name and a colon, an equals sign, or a key of JSON.
fn stands_for_secret(text: &str, part: &str) -> bool {
    !part.is_empty()
        && text.match_indices(part).any(|(at, _)| {
            let before = text
                .get(..at)
                .unwrap_or_default()
                .trim_end_matches(['"', ' ']);
            let after = text.get(at + part.len()..).unwrap_or_default();
            (before.ends_with(':') && (after.starts_with('@') || after.starts_with('"')))
                || before.ends_with('=')
        })
}

/// Whether a text is hardly anything else when it stands somewhere: `hunter2`, but not `orders`.
fn distinctive(text: &str) -> bool {
    let text = text.trim();
    text.len() >= DISTINCTIVE && !text.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_the_secrets_in_them() {
        let mut secrets = Secrets::default();
        secrets.learn([Arc::from("hunter2"), Arc::from("hunter2-and-more")]);
        assert_eq!(secrets.scrub("nothing here"), None);
        assert_eq!(
            secrets.scrub("a hunter2-and-more b hunter2").as_deref(),
            Some("a *** b ***")
        );
        assert_eq!(secrets.scrub("ähunter2ö").as_deref(), Some("ä***ö"));
        let mut json = serde_json::json!({"a": ["x hunter2"], "b": 3});
        secrets.scrub_json(&mut json);
        assert_eq!(json, serde_json::json!({"a": ["x ***"], "b": 3}));
    }

    #[test]
    fn parts_that_stand_for_secrets_are_told_from_others() {
        let check = |text, part, expected| {
            assert_eq!(stands_for_secret(text, part), expected, "{text}: {part}");
        };
        let url = "postgres://app:hunter2@db-1.internal:5432/orders";
        check(url, "hunter2", true);
        check(url, "db-1.internal", false);
        check(url, "orders", false);
        check("Server=db;Password=hunter2;", "hunter2", true);
        check("{\"password\": \"hunter2\"}", "hunter2", true);
        check(url, "", false);
    }

    #[test]
    fn common_words_are_not_distinctive() {
        assert!(distinctive("hunter2"));
        assert!(distinctive("correct-horse"));
        assert!(!distinctive("orders"));
        assert!(!distinctive("a1"));
    }
}
