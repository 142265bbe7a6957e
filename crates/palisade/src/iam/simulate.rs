//! `palisade iam simulate`: what comes of requests under policies.

use crate::applications::catalogue;
use crate::cli::{AnswerFormat, ColorArg, SimulateArgs};
use crate::failure::{CommandError, code};
use crate::output;
use palisade_core::Sources;
use palisade_iam::{Note, NoteLevel, Outcome, Question, evaluate, lint_policies, read_questions};
use palisade_report::iam::simulate::{Answer, json, text};
use std::process::ExitCode;

/// Exit code 1 says that some request is not allowed, 3 that some question has no answer.
pub(crate) fn run(arguments: &SimulateArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let style = super::style(color);
    let mut sources = Sources::default();
    let document = super::read_json(&arguments.file, &mut sources)?;
    let questions = read_questions(&document);
    let catalogue = catalogue(arguments.iam_data.as_deref())?;
    let answer = |mut question: Question| {
        let decision = question
            .answerable()
            .map(|r| evaluate(&question.policies, r));
        let action = question.request.as_ref().map(|r| &*r.action);
        // What the linter finds keeps no question from its answer.
        let notes = lint_policies(&question.policies, action.unwrap_or_default(), catalogue);
        question.notes.extend(notes.into_iter().map(|note| Note {
            level: NoteLevel::Warning,
            ..note
        }));
        question.notes.sort_by_key(|note| note.span.start);
        Answer { decision, question }
    };
    let answers: Vec<Answer> = questions.items.into_iter().map(answer).collect();
    let written = match arguments.format {
        AnswerFormat::Text => text(&answers, &sources, &style),
        AnswerFormat::Json => json(&answers, questions.listed, &sources, catalogue.date()),
    };
    output::write(None, &written)?;
    let allowed = |answer: &Answer| {
        let outcome = answer.decision.as_ref().map(|decision| decision.outcome);
        outcome == Some(Outcome::Allowed)
    };
    Ok(ExitCode::from(
        if answers.iter().any(|answer| answer.decision.is_none()) {
            code::UNREADABLE
        } else if !arguments.exit_zero && !answers.iter().all(allowed) {
            code::FOUND
        } else {
            0
        },
    ))
}
