//! `palisade iam access`: who can reach what in applications.

use crate::applications::{Applications, access_settings};
use crate::cli::{AccessArgs, AccessFormat, ColorArg};
use crate::disk::Disk;
use crate::failure::{CommandError, code};
use crate::settings::Project;
use crate::{output, render};
use palisade_access::{Access, AttackPath, Edges, Unused, paths, unused};
use palisade_iam::Catalogue;
use palisade_report::Style;
use palisade_report::iam::access::{Filter, View, json, svg, text};
use rayon::prelude::*;
use std::process::ExitCode;

/// Everything about one application.
struct Known<'a> {
    access: Access<'a>,
    edges: Edges,
    paths: Vec<AttackPath>,
    unused: Vec<Unused>,
}

/// Exit code 3 says that some input could not be read.
#[expect(clippy::print_stderr, reason = "the command line's own output")]
pub(crate) fn run(arguments: &AccessArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let disk = Disk::new(&arguments.paths).map_err(|e| CommandError::usage(e.to_string()))?;
    let template = &arguments.template;
    let project = Project::find(disk.root(), template.config.as_deref())?;
    let parameters = crate::scan::template_parameters(
        &project,
        &template.parameter_files,
        &template.parameters,
    )?;
    let settings = access_settings(&project, Catalogue::builtin())?;
    let applications = Applications::read(&disk, &project, &parameters);
    let known: Vec<Known<'_>> = applications
        .applications
        .par_iter()
        .map(|app| {
            let access = Access::of(app, &settings);
            let edges = Edges::of(&access);
            Known {
                paths: paths(&access, &edges),
                unused: unused(&access),
                edges,
                access,
            }
        })
        .collect();
    let filter = Filter {
        to: arguments.to.clone(),
        from: arguments.from.clone(),
    };
    let view = |known: &'_ Known<'_>| -> bool {
        // Templates without anybody who may do anything tell nothing.
        known.access.identities.iter().len() + known.access.app.graph().entry_points.len() > 0
            || !known.edges.all.is_empty()
    };
    let views: Vec<View<'_>> = known
        .iter()
        .filter(|known| view(known))
        .map(|known| View {
            access: &known.access,
            edges: &known.edges,
            paths: &known.paths,
            unused: &known.unused,
            filter: &filter,
        })
        .collect();
    let prefix = render::root_prefix(disk.root());
    let style = Style {
        color: arguments.output.is_none() && render::color(color),
        width: render::width(),
        root_prefix: &prefix,
        ..Style::default()
    };
    let written = match arguments.format {
        AccessFormat::Text => text(&views, &style),
        AccessFormat::Json => json(&views, &applications.problems),
        AccessFormat::Svg => svg(&views),
    };
    output::write(arguments.output.as_deref(), &written)?;
    if arguments.format != AccessFormat::Json {
        for problem in &applications.problems {
            let line = problem.line.map(|line| format!(":{line}"));
            let message = palisade_report::one_line(&problem.message);
            eprintln!("{}{}: {message}", problem.file, line.unwrap_or_default());
        }
    }
    Ok(match applications.has_unread() {
        true => ExitCode::from(code::UNREADABLE),
        false => ExitCode::SUCCESS,
    })
}
