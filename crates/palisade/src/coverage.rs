//! `palisade coverage`.

use crate::cli::{CoverageArgs, CoverageFormat};
use crate::failure::{CommandError, code};
use crate::output;
use crate::settings::{Project, RULES};
use palisade_gateway::TLS_CLAUSES;
use palisade_guard::Step;
use palisade_policy::{Enforcer, Point, coverage};
use std::path::Path;
use std::process::ExitCode;

/// Commands that enforce clauses by themselves: those of `iam` fail where permissions are not as they
/// should be, those of `ledger` refuse, or find, what must not be.
const COMMANDS: [(&str, Point, &[&str]); 6] = [
    ("iam forbid", Point::Scan, &["BPSS-2.7"]),
    ("iam lint", Point::Scan, &["BPSS-2.5"]),
    (
        "iam no-public-access",
        Point::Scan,
        &["BPSS-2.5", "BPSS-2.7"],
    ),
    ("ledger append", Point::Audit, &["SCSP-8.2"]),
    ("ledger expire", Point::Audit, &["SCSP-8.3"]),
    ("ledger verify", Point::Audit, &["SCSP-8.4"]),
];

/// Everything that exists and enforces clauses.
fn enforcers() -> Vec<Enforcer<'static>> {
    let rules = RULES.iter();
    let rules = rules.map(|rule| Enforcer::rule(rule.id, rule.clauses));
    rules.chain(others()).collect()
}

/// The same without rules.
pub(crate) fn others() -> impl Iterator<Item = Enforcer<'static>> {
    let steps = Step::ALL.map(|step| (step.name(), Point::Guard, step.clauses()));
    let tls = ("tls", Point::Guard, TLS_CLAUSES);
    let others = steps.into_iter().chain([tls]).chain(COMMANDS);
    others.map(|(name, point, clauses)| Enforcer {
        name,
        point,
        clauses,
    })
}

pub(crate) fn run(arguments: &CoverageArgs) -> Result<ExitCode, CommandError> {
    let here = Path::new(".")
        .canonicalize()
        .map_err(|e| CommandError::usage(e.to_string()))?;
    let catalogue = Project::find(&here, arguments.config.as_deref())?.catalogue();
    let enforcers = enforcers();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory as _;
    use palisade_policy::Catalogue;

    #[test]
    fn what_enforces_exists_and_is_where_the_catalogue_expects_it() {
        let catalogue = Catalogue::builtin();
        let all = enforcers();
        assert_eq!(catalogue.check(&all), [] as [&str; 0]);
        let others = all
            .iter()
            .filter(|enforcer| !RULES.iter().any(|rule| rule.id == enforcer.name));
        for enforcer in others {
            for id in enforcer.clauses {
                let clause = catalogue.get(&id.parse().unwrap()).unwrap();
                assert!(
                    clause.points.contains(&enforcer.point),
                    "{} {id}",
                    enforcer.name
                );
            }
        }
        for (name, ..) in COMMANDS {
            let mut command = Cli::command();
            for word in name.split(' ') {
                let found = command.find_subcommand(word);
                command = found
                    .unwrap_or_else(|| panic!("no command `{name}`"))
                    .clone();
            }
        }
    }

    #[test]
    fn clauses_that_nothing_of_guard_holds_stay_planned_for_it() {
        let all = enforcers();
        let states = coverage(Catalogue::builtin(), &all);
        let planned: Vec<&str> = states
            .iter()
            .filter(|state| state.planned.contains(&Point::Guard))
            .map(|state| state.clause.id.as_str())
            .collect();
        assert_eq!(planned, PLANNED);
    }

    /// Of events and of what happens inside a function guard decides nothing yet, nor of what leaves it.
    const PLANNED: [&str; 23] = [
        "BPSS-1.4",
        "BPSS-1.6",
        "BPSS-1.7",
        "BPSS-2.13",
        "BPSS-2.17",
        "BPSS-3.2",
        "BPSS-3.6",
        "BPSS-3.7",
        "BPSS-3.8",
        "BPSS-3.13",
        "BPSS-3.14",
        "BPSS-3.16",
        "SCSP-0.2",
        "SCSP-1.3",
        "SCSP-3.3",
        "SCSP-4.2",
        "SCSP-6.3",
        "SCSP-7.3",
        "SCSP-10.1",
        "SCSP-12.1",
        "SCSP-12.2",
        "SCSP-12.3",
        "SCSP-20.1",
    ];
}
