//! `palisade iam escalate`: whether somebody can gain permissions that they do not have.

use crate::cli::{AnswerFormat, ColorArg, EscalateArgs};
use crate::failure::{CommandError, code};
use crate::output;
use palisade_access::escalate::{Verdict, escalate, question};
use palisade_core::Sources;
use palisade_iam::Catalogue;
use palisade_report::iam::escalate::{Answer, json, text};
use std::process::ExitCode;

/// Exit code 1 says that there is a way, or that it is not known; 3 that some question has no
/// answer.
pub(crate) fn run(arguments: &EscalateArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let style = super::style(color);
    let mut sources = Sources::default();
    let document = super::read_json(&arguments.file, &mut sources)?;
    let (listed, asked) = question::read(&document);
    let answer = |asked: question::Asked| Answer {
        found: asked
            .question(Catalogue::builtin())
            .map(|question| escalate(&question)),
        notes: asked.notes,
    };
    let answers: Vec<Answer> = asked.into_iter().map(answer).collect();
    let written = match arguments.format {
        AnswerFormat::Text => text(&answers, &sources, &style),
        AnswerFormat::Json => json(&answers, listed, &sources),
    };
    output::write(None, &written)?;
    let none = |answer: &Answer| {
        let verdict = answer.found.as_ref().map(|found| found.verdict);
        verdict == Some(Verdict::None)
    };
    Ok(ExitCode::from(
        if answers.iter().any(|answer| answer.found.is_none()) {
            code::UNREADABLE
        } else if !arguments.exit_zero && !answers.iter().all(none) {
            code::FOUND
        } else {
            0
        },
    ))
}
