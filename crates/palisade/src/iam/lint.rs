//! `palisade iam lint`: what is not as it seems in policies.

use crate::applications::catalogue;
use crate::cli::{AnswerFormat, ColorArg, KindArg, LintArgs};
use crate::failure::{CommandError, code};
use crate::output;
use palisade_core::Sources;
use palisade_iam::{PolicyKind, lint, read_document};
use palisade_report::iam::lint::{Linted, json, text};
use std::process::ExitCode;

/// Exit code 1 says that there is something to say of a policy.
pub(crate) fn run(arguments: &LintArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let catalogue = catalogue(arguments.iam_data.as_deref())?;
    let mut sources = Sources::default();
    let mut policies = Vec::with_capacity(arguments.files.len());
    for path in &arguments.files {
        let document = super::read_json(path, &mut sources)?;
        let (policy, mut notes) = read_document(&document);
        let kind = match arguments.kind {
            None => PolicyKind::guess(&policy),
            Some(KindArg::Identity) => PolicyKind::Identity,
            Some(KindArg::Resource) => PolicyKind::Resource,
            Some(KindArg::Trust) => PolicyKind::Trust,
            Some(KindArg::ResourceControl) => PolicyKind::ResourceControl,
        };
        notes.extend(lint(&policy, kind, catalogue));
        notes.sort_by_key(|note| note.span.start);
        policies.push(Linted {
            file: sources.path(document.root.origin.span.file),
            kind,
            notes,
        });
    }
    let written = match arguments.format {
        AnswerFormat::Text => text(&policies, &sources, &super::style(color)),
        AnswerFormat::Json => json(&policies, &sources, catalogue.date()),
    };
    output::write(None, &written)?;
    let silent = policies.iter().all(|policy| policy.notes.is_empty());
    Ok(ExitCode::from(if silent || arguments.exit_zero {
        0
    } else {
        code::FOUND
    }))
}
