//! `palisade scan`.

use crate::cli::{ColorArg, ProfileArg, ScanArgs};
use crate::disk::Disk;
use crate::render::{self, Output};
use palisade_app::Files;
use palisade_core::{Date, Problem, ProblemLevel};
use palisade_policy::Parameters;
use palisade_rule::Profile;
use palisade_scan::{Examined, Report, Settings, examine, looks_like_template};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct CommandError {
    message: String,
    code: u8,
}

impl CommandError {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 2,
        }
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

pub(crate) fn run(arguments: &ScanArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let parameters = Parameters::default();
    let settings = Settings {
        rules: palisade_rules::ALL.iter().map(|entry| entry.rule).collect(),
        profile: match arguments.profile {
            ProfileArg::Default => Profile::Default,
            ProfileArg::All => Profile::All,
        },
        parameters: &parameters,
        today: today(),
        template_parameters: pairs(&arguments.parameters)?,
        dump_model: arguments.dump_model,
    };
    let path = &arguments.paths[0];
    let disk = Disk::new(path)
        .map_err(|error| CommandError::usage(format!("`{}`: {error}", path.display())))?;
    let walk = disk.walk();
    let mut parts: Vec<Examined> = walk
        .files
        .par_iter()
        .filter_map(|path| one(path, &disk, &settings))
        .collect();
    if arguments.dump_model {
        let models: Vec<_> = parts.iter_mut().filter_map(|p| p.model.take()).collect();
        let model = serde_json::json!({"schema": "palisade.model/1", "applications": models});
        println!("{model:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = Report::of(parts);
    report.stats.rules = settings.rules.len();
    report.stats.left_out = walk.left_out;
    let output = Output {
        color,
        verbose: arguments.verbose,
        root_prefix: render::root_prefix(path),
    };
    render::print(&render::report(arguments.format, &report, &output));
    let failed = report.active().any(|f| f.severity >= arguments.fail_on);
    Ok(match (report.incomplete(), failed, arguments.exit_zero) {
        (true, ..) => ExitCode::from(3),
        (false, true, false) => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    })
}

fn one(path: &str, disk: &Disk, settings: &Settings<'_>) -> Option<Examined> {
    match disk.read(path) {
        Ok(bytes) if looks_like_template(&bytes) => {
            Some(examine(path, &bytes, false, disk, settings))
        }
        Ok(_) => None,
        Err(error) => Some(Examined {
            problems: vec![Problem::file(
                path,
                ProblemLevel::Error,
                format!("`{path}` is not read: {error}"),
            )],
            ..Examined::default()
        }),
    }
}

fn pairs(texts: &[String]) -> Result<BTreeMap<String, String>, CommandError> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(CommandError::usage(format!("`{text}` is not KEY=VALUE"))),
        })
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the rim: the day of the scan"
)]
fn today() -> Date {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Date::from_unix_seconds(now.map_or(0, |d| d.as_secs()))
}
