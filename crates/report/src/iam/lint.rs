//! What is not as it seems in policies: `palisade iam lint`.

use crate::clean::line;
use crate::text::Style;
use palisade_core::Sources;
use palisade_iam::{Note, PolicyKind};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

/// The name of the JSON schema, with its version (`schemas/iam-lint.schema.json`).
const SCHEMA: &str = "palisade.iam-lint/1";

/// The notes about one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linted {
    /// Its file.
    pub file: Arc<str>,
    /// What it was taken for.
    pub kind: PolicyKind,
    /// What there is to say.
    pub notes: Vec<Note>,
}

/// The notes as JSON text: one object for one policy, or a list.
#[must_use]
pub fn json(policies: &[Linted], sources: &Sources, catalogue: &str) -> String {
    let object = |policy: &Linted| -> Value {
        let problems = policy
            .notes
            .iter()
            .map(|note| super::problem(sources, note));
        json!({
            "file": policy.file,
            "kind": kind(policy.kind),
            "problems": problems.collect::<Vec<_>>(),
        })
    };
    let results = policies.iter().map(object).collect();
    super::results(SCHEMA, results, policies.len() != 1, catalogue)
}

/// The notes for people.
#[must_use]
pub fn text(policies: &[Linted], sources: &Sources, style: &Style<'_>) -> String {
    let mut out = String::new();
    for policy in policies {
        for note in &policy.notes {
            out.push_str(&super::note(sources, note, style));
            out.push('\n');
        }
    }
    for policy in policies {
        let notes = match policy.notes.len() {
            0 => "nothing to say".to_owned(),
            1 => "1 note".to_owned(),
            n => format!("{n} notes"),
        };
        let _ = writeln!(out, "{}: {notes}", line(&policy.file));
    }
    out
}

fn kind(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Identity => "identity",
        PolicyKind::Resource => "resource",
        PolicyKind::Trust => "trust",
        PolicyKind::ResourceControl => "resource-control",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_iam::{Catalogue, lint, read_document};

    fn linted(text: &str) -> (Linted, Sources) {
        let mut sources = Sources::default();
        let file = sources.add("p.json", text);
        let (policy, mut notes) = read_document(&palisade_syntax::parse_json(file, text).unwrap());
        let kind = PolicyKind::guess(&policy);
        notes.extend(lint(&policy, kind, Catalogue::builtin()));
        let file = sources.path(file);
        (Linted { file, kind, notes }, sources)
    }

    #[test]
    fn follows_its_schema() {
        let schema = include_str!("../../../../schemas/iam-lint.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let (one, sources) =
            linted(r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObjcet"}}"#);
        for policies in [&[one.clone()][..], &[one.clone(), one], &[]] {
            let mut value: Value =
                serde_json::from_str(&json(policies, &sources, "2026-09-26")).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:#?} {value:#}");
            value["unknown_member"] = Value::Null;
            assert!(!validator.is_valid(&value));
        }
    }

    #[test]
    fn each_note_is_shown_and_each_file_summed_up() {
        let (one, sources) = linted(
            r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObjcet", "Resource": "*"}}"#,
        );
        let none = Linted {
            notes: Vec::new(),
            file: Arc::from("\x1b.json"),
            ..one.clone()
        };
        let text = text(&[one, none], &sources, &Style::default());
        assert!(
            text.contains("p.json:1:45\n") && text.contains("did you mean `s3:GetObject`?"),
            "{text}"
        );
        assert!(
            text.ends_with("p.json: 1 note\n\u{241b}.json: nothing to say\n"),
            "{text}"
        );
    }
}
