//! `palisade scan`.

use crate::applications;
use crate::cli::{ColorArg, ScanArgs};
use crate::disk::{Candidate, Disk};
use crate::failure::{CommandError, code};
use crate::output;
use crate::parameters;
use crate::progress::Progress;
use crate::render::{self, Output};
use crate::settings::{KNOWN, Project, RULES};
use palisade_core::{Date, Problem, ProblemLevel};
use palisade_scan::{Examined, Given, Input, Report, Settings, examine, looks_like_application};
use rayon::prelude::*;
use std::process::ExitCode;

pub(crate) fn run(arguments: &ScanArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let disk = Disk::new(&arguments.paths).map_err(|e| CommandError::usage(e.to_string()))?;
    let mut project = Project::find(disk.root(), arguments.deployment.config.as_deref())?;
    if let Some(profile) = arguments.profile {
        project.config.profile = profile.into();
    }
    for (names, list) in [
        (&arguments.select, &mut project.config.select),
        (&arguments.ignore, &mut project.config.ignore),
    ] {
        for name in names {
            let wrong = |e: palisade_policy::UnknownRuleError| CommandError::usage(e.to_string());
            list.push(KNOWN.resolve(name).map_err(wrong)?);
        }
    }
    let parameters = project.parameters();
    let parameters_given = parameters::given(
        &project,
        &arguments.deployment.parameter_files,
        &arguments.deployment.parameters,
    )?;
    let given = Given {
        parameters: parameters_given,
        ..Given::default()
    };
    let catalogue = applications::catalogue(arguments.deployment.iam_data.as_deref())?;
    let access = applications::access_settings(&project, catalogue)?;
    let settings = Settings {
        rules: &RULES,
        known: &KNOWN,
        config: &project.config,
        config_prefix: &project.prefix,
        parameters: &parameters,
        access: &access,
        today: today(),
        given: &given,
        dump_model: arguments.dump_model,
    };
    let walk = disk.walk(&project.config, &project.prefix);
    let progress = Progress::new(walk.candidates.len());
    let mut parts: Vec<Examined> = walk
        .candidates
        .par_iter()
        .filter_map(|candidate| {
            let examined = one(candidate, &disk, &settings);
            progress.step();
            examined
        })
        .collect();
    progress.done();
    if arguments.dump_model {
        let models: Vec<_> = parts.iter_mut().filter_map(|p| p.model.take()).collect();
        let model = serde_json::json!({"schema": "palisade.model/1", "applications": models});
        output::write(arguments.output.as_deref(), &format!("{model:#}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = Report::of(parts);
    report.only(&|path| disk.is_named(path));
    report.except(&project.exceptions, &settings);
    report.stats.rules = RULES.len();
    report.stats.left_out = walk.left_out;
    let output = Output {
        color: arguments.output.is_none() && render::color(color),
        verbose: arguments.verbose,
        root_prefix: render::root_prefix(disk.root()),
    };
    let text = render::report(arguments.format, &report, &output, || project.catalogue());
    output::write(arguments.output.as_deref(), &text)?;
    let threshold = arguments.fail_on.unwrap_or(project.config.fail_on);
    Ok(ExitCode::from(exit_code(
        &report,
        threshold,
        arguments.exit_zero,
    )))
}

/// Unreadable input wins over a wrong setting, and that over findings.
fn exit_code(report: &Report, threshold: palisade_core::Severity, exit_zero: bool) -> u8 {
    if report.has_problem(ProblemLevel::Error) {
        code::UNREADABLE
    } else if report.has_problem(ProblemLevel::Configuration) {
        code::USAGE
    } else if !exit_zero && report.active().any(|f| f.severity >= threshold) {
        code::FOUND
    } else {
        0
    }
}

fn one(candidate: &Candidate, disk: &Disk, settings: &Settings<'_>) -> Option<Examined> {
    let (path, named) = (candidate.path.as_str(), candidate.named);
    if candidate.folder {
        return Some(examine(Input::Folder(path), disk, settings));
    }
    match disk.read_candidate(candidate) {
        Ok(bytes) if named || looks_like_application(path, &bytes) => {
            let bytes = &bytes;
            Some(examine(Input::File { path, bytes, named }, disk, settings))
        }
        Ok(_) => None,
        Err(error) => Some(Examined {
            path: path.into(),
            problems: vec![Problem::file(
                path,
                ProblemLevel::Error,
                format!("`{path}` is not read: {error}"),
            )],
            ..Examined::default()
        }),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the rim: the day of the scan"
)]
pub(crate) fn today() -> Date {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Date::from_unix_seconds(now.map_or(0, |d| d.as_secs()))
}
