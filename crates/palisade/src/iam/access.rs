//! `palisade iam access`: who can reach what in applications.

use crate::applications::Opened;
use crate::cli::{AccessArgs, AccessFormat, ColorArg};
use crate::failure::{CommandError, code};
use crate::{output, render};
use palisade_access::{Access, AttackPath, Edges, Idle, idle, paths};
use palisade_report::Style;
use palisade_report::iam::access::{Filter, View, json, svg, text};
use rayon::prelude::*;
use std::process::ExitCode;

/// Everything about one application.
struct Known<'a> {
    access: Access<'a>,
    edges: Edges,
    paths: Vec<AttackPath>,
    unused: Vec<Idle>,
}

/// Exit code 3 says that some input could not be read.
#[expect(clippy::print_stderr, reason = "the command line's own output")]
pub(crate) fn run(arguments: &AccessArgs, color: ColorArg) -> Result<ExitCode, CommandError> {
    let opened = Opened::open(&arguments.tree)?;
    let applications = opened.applications();
    let settings = &opened.settings;
    let known: Vec<Known<'_>> = applications
        .applications
        .par_iter()
        .map(|app| {
            let access = Access::of(app, settings);
            let edges = Edges::of(&access);
            Known {
                paths: paths(&access, &edges),
                unused: idle(&access),
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
    let prefix = render::root_prefix(opened.disk.root());
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
