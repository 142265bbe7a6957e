//! How answers about permissions are written; what all of them share.

pub mod access;
pub mod change;
pub mod compare;
pub mod escalate;
pub mod lint;
pub mod shrink;
pub mod simulate;

use crate::clean::{line, marked};
use crate::line::path;
use crate::paint::Paint;
use crate::text::Style;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use palisade_core::{Problem, ProblemLevel, Sources};
use palisade_iam::{Caller, ContextValue, Note, NoteLevel, Request};

use serde_json::{Value, json};
use std::sync::Arc;

/// The text of a report: one object, or a list of them under `results`.
fn results(schema: &str, mut results: Vec<Value>, listed: bool, catalogue: &str) -> String {
    let mut value = match results.as_mut_slice() {
        [one] if !listed => one.take(),
        _ => json!({"results": results}),
    };
    if let Value::Object(members) = &mut value {
        members.insert("schema".to_owned(), json!(schema));
        members.insert("catalogue".to_owned(), json!(catalogue));
    }
    crate::json::tree(value)
}

/// A request in the form that `palisade iam simulate` reads.
fn request(request: &Request) -> Value {
    let context: serde_json::Map<String, Value> = (request.context.iter())
        .map(|(key, value)| {
            let value = match value {
                ContextValue::Single(value) => json!(value),
                ContextValue::Many(values) => json!(values),
            };
            (key.to_string(), value)
        })
        .collect();
    let account: Option<&Arc<str>> = request.resource_account.as_ref();
    let mut value = json!({
        "principal": caller(&request.caller),
        "action": request.action,
        "resource": request.resource,
        "context": context,
    });
    if let Some(account) = account {
        value["resource_account"] = json!(account);
    }
    value
}

/// How a caller is written.
fn caller(caller: &Caller) -> &str {
    match caller {
        Caller::Principal(name) | Caller::Service(name) | Caller::Federated(name) => name,
        Caller::Anonymous => "anonymous",
    }
}

/// A note as the `problems` of a report have it.
#[must_use]
pub fn problem(sources: &Sources, note: &Note) -> Problem {
    let level = match note.level {
        NoteLevel::Warning => ProblemLevel::Warning,
        NoteLevel::Error => ProblemLevel::Error,
    };
    let message = match &note.help {
        Some(help) => format!("{}; {help}", note.message),
        None => note.message.clone(),
    };
    Problem::at(sources, note.span, level, message)
}

/// A note for people, with the line that it is about; ends in a line break.
#[must_use]
pub fn note(sources: &Sources, note: &Note, style: &Style<'_>) -> String {
    let paint = Paint { color: style.color };
    let (name, level) = match note.level {
        NoteLevel::Warning => ("warning:", Level::WARNING),
        NoteLevel::Error => ("error:", Level::ERROR),
    };
    let location = sources.location(note.span);
    let excerpt = sources.excerpt(note.span, &[]);
    let (text, mark) = marked(&excerpt.text, excerpt.mark);
    let first_line = excerpt.first_line as usize;
    let mut group = Group::with_level(level).element(
        Snippet::source(text)
            .line_start(first_line)
            .annotation(AnnotationKind::Primary.span(mark)),
    );
    if let Some(help) = &note.help {
        group = group.element(Level::HELP.message(line(help)));
    }
    let renderer = match style.color {
        true => Renderer::styled().hyperlink(false),
        false => Renderer::plain(),
    };
    let arrow = format!("{}-->", " ".repeat(first_line.to_string().len()));
    format!(
        "{} {}\n{} {}:{}:{}\n{}\n",
        paint.warn(name),
        paint.bold(&line(&note.message)),
        paint.gutter(&arrow),
        line(&path(style.root_prefix, &location.file)),
        location.line,
        location.column,
        renderer.term_width(style.width).render(&[group]),
    )
}
