//! `palisade iam compare`: how two sets of policies stand to each other.

use crate::applications::catalogue;
use crate::cli::{AnswerFormat, ColorArg, CompareArgs, UniverseArg};
use crate::failure::CommandError;
use crate::output;
use palisade_core::Sources;
use palisade_iam::compare::{Options, Side, Universe, compare};
use palisade_iam::{Note, NoteLevel, read_policy_or_policies};
use palisade_report::iam::compare::{Compared, json, text};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Exit code 0 says that there is an answer, whatever it is; 3 that a side can't be read.
pub(crate) fn run(arguments: &CompareArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let style = super::style(color);
    let universe = match arguments.universe {
        UniverseArg::Open => Universe::Open,
        UniverseArg::Catalogue => Universe::Catalogue(catalogue(arguments.iam_data.as_deref())?),
    };
    let mut sources = Sources::default();
    let mut notes = Vec::new();
    let (first, a) = side(&arguments.a, &mut sources, &mut notes)?;
    let (second, b) = side(&arguments.b, &mut sources, &mut notes)?;
    if notes.iter().any(|note| note.level == NoteLevel::Error) {
        let shown: String = notes
            .iter()
            .map(|note| palisade_report::iam::note(&sources, note, &style))
            .collect();
        let shown = shown.trim_start_matches("error: ").trim_end();
        return Err(CommandError::unreadable(shown));
    }
    let options = Options {
        universe,
        ..Options::default()
    };
    let compared = Compared {
        files: [first, second],
        comparison: compare(&a, &b, options),
        sides: [a, b],
        universe,
        notes,
    };
    let written = match arguments.format {
        AnswerFormat::Text => text(&compared, &sources, &style),
        AnswerFormat::Json => json(&compared, &sources),
    };
    output::write(None, &written)?;
    Ok(ExitCode::SUCCESS)
}

fn side(
    path: &Path,
    sources: &mut Sources,
    notes: &mut Vec<Note>,
) -> Result<(Arc<str>, Side), CommandError> {
    let document = super::read_json(path, sources)?;
    let (policies, found) = read_policy_or_policies(&document.root);
    notes.extend(found);
    let twice = |(key, span): &(Arc<str>, palisade_core::Span)| {
        Note::error(
            *span,
            format!("`{key}` is written twice; the later one counts"),
        )
    };
    notes.extend(document.duplicate_keys.iter().map(twice));
    let span = document.root.origin.span;
    let side = Side::of_policies(&policies).unwrap_or_else(|| {
        let message = "policies of resources are compared as documents of their own";
        let help =
            "give `identity`, `boundary`, `session`, `endpoint` and `scp`, or one policy document";
        notes.push(Note::error(span, message).help(help));
        Side::default()
    });
    Ok((sources.path(span.file), side))
}
