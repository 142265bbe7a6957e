//! `palisade coverage`.

use crate::cli::{CoverageArgs, CoverageFormat};
use crate::failure::{CommandError, code};
use crate::output;
use crate::settings::{Project, RULES};
use palisade_policy::{Enforcer, coverage};
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(arguments: &CoverageArgs) -> Result<ExitCode, CommandError> {
    let here = Path::new(".")
        .canonicalize()
        .map_err(|e| CommandError::usage(e.to_string()))?;
    let catalogue = Project::find(&here, arguments.config.as_deref())?.catalogue();
    let enforcers: Vec<Enforcer<'_>> = RULES
        .iter()
        .map(|rule| Enforcer::rule(rule.id, rule.clauses))
        .collect();
    let wrong = catalogue.check(&enforcers);
    if !wrong.is_empty() {
        return Err(CommandError::usage(wrong.join("\nerror: ")));
    }
    let states = coverage(&catalogue, &enforcers);
    let text = match arguments.format {
        CoverageFormat::Text => {
            palisade_report::coverage::text(&catalogue, &states, arguments.gaps)
        }
        CoverageFormat::Json => format!(
            "{:#}\n",
            palisade_report::coverage::json(&catalogue, &states)
        ),
    };
    output::write(None, &text)?;
    let gap = states.iter().any(|state| state.is_gap(false));
    Ok(ExitCode::from(if gap && arguments.fail_on_gap {
        code::FOUND
    } else {
        0
    }))
}
