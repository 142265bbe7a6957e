//! `palisade scan`.

use crate::applications;
use crate::called::{called, callers_first};
use crate::cli::{ColorArg, ScanArgs};
use crate::disk::{Candidate, Disk};
use crate::environments;
use crate::failure::{CommandError, code};
use crate::output;
use crate::progress::Progress;
use crate::render::{self, Output};
use crate::settings::{KNOWN, Project, RULES};
use palisade_core::{Date, Problem, ProblemLevel};
use palisade_scan::{
    Examined, Given, Input, Report, Settings, examine, looks_like_application, merge,
};
use std::process::ExitCode;
use std::sync::Arc;

pub(crate) fn run(arguments: &ScanArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let disk = Disk::new(&arguments.paths).map_err(|e| CommandError::usage(e.to_string()))?;
    let mut project = Project::find(disk.root(), arguments.deployment.given.config.as_deref())?;
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
    let environments = environments::all(&project, disk.root(), &arguments.deployment.given)?;
    let catalogue = applications::catalogue(arguments.deployment.iam_data.as_deref())?;
    let access = applications::access_settings(&project, catalogue)?;
    let settings = |given| Settings {
        rules: &RULES,
        known: &KNOWN,
        config: &project.config,
        config_prefix: &project.prefix,
        parameters: &parameters,
        access: &access,
        today: today(),
        given,
        dump_model: arguments.dump_model,
    };
    let walk = disk.walk(&project.config, &project.prefix);
    let progress = Progress::new(walk.candidates.len() * environments.len());
    let called = called(&walk.candidates, &disk);
    let run = |given| -> Vec<Examined> {
        let settings = settings(given);
        let one = |candidate: &Candidate| {
            let examined = one(candidate, &disk, &settings);
            progress.step();
            examined
        };
        callers_first(&walk.candidates, &called, one, |part| &part.nested)
    };
    let mut runs: Vec<(Option<Arc<str>>, Vec<Examined>)> = environments
        .iter()
        .map(|environment| (environment.name.clone(), run(&environment.given)))
        .collect();
    progress.done();
    let parts = runs.iter().flat_map(|(_, parts)| parts);
    for useless in environments::useless(&arguments.deployment.given, &parts.collect::<Vec<_>>()) {
        eprintln!("warning: {useless}");
    }
    if arguments.dump_model {
        let models: Vec<_> = runs.iter_mut().flat_map(models).collect();
        let model = serde_json::json!({"schema": "palisade.model/1", "applications": models});
        output::write(arguments.output.as_deref(), &format!("{model:#}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = together(runs);
    report.only(&|path| disk.is_named(path));
    report.except(&project.exceptions, &settings(&Given::default()));
    report.stats.rules = RULES.len();
    report.stats.left_out = walk.left_out;
    let left_out = environments.iter().flat_map(|e| e.left_out.iter().cloned());
    report.stats.left_out.extend(left_out);
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

/// The models of a run, each with the environment if that has a name.
fn models((name, parts): &mut (Option<Arc<str>>, Vec<Examined>)) -> Vec<serde_json::Value> {
    let mut models: Vec<_> = parts.iter_mut().filter_map(|p| p.model.take()).collect();
    if let Some(name) = name {
        for model in &mut models {
            model["environment"] = serde_json::json!(name);
        }
    }
    models
}

/// One report of the runs for all environments, or of the only one.
fn together(runs: Vec<(Option<Arc<str>>, Vec<Examined>)>) -> Report {
    let (named, unnamed): (Vec<_>, Vec<_>) = runs.into_iter().partition(|(name, _)| name.is_some());
    match named.is_empty() {
        true => Report::of(unnamed.into_iter().flat_map(|(_, parts)| parts).collect()),
        false => merge(
            (named.into_iter())
                .filter_map(|(name, parts)| Some((name?, parts)))
                .collect(),
        ),
    }
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
