//! Writes reports in the format that was asked for. Colours, width and the way from here to the
//! scanned root are found out here, at the rim; what is written is decided in `palisade-report`.

use crate::cli::{ColorArg, Format};
use palisade_core::ClauseId;
use palisade_report::{Policy, Style};
use palisade_scan::Report;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Component, Path};

/// Columns where there is no terminal to ask.
const WIDTH: usize = 80;

/// How a report is to be written.
#[derive(Debug)]
pub(crate) struct Output {
    /// When to use colours.
    pub(crate) color: ColorArg,
    /// Tell everything.
    pub(crate) verbose: bool,
    /// The way from the current folder to the scanned root; see [`root_prefix`].
    pub(crate) root_prefix: String,
}

/// The report in a format.
pub(crate) fn report(format: Format, report: &Report, output: &Output) -> String {
    let policy = Policy {
        section_of: &section_of,
        clauses: &[],
        rules: palisade_rules::ALL,
    };
    let prefix = match (format, &*output.root_prefix) {
        // Machines want paths below the repository: from outside of it, those below the root.
        (Format::Text, prefix) => prefix,
        (_, prefix) if prefix.starts_with('/') || prefix.starts_with("../") => "",
        (_, prefix) => prefix,
    };
    match format {
        Format::Text => {
            let style = Style {
                color: color(output.color),
                width: width(),
                root_prefix: prefix,
                verbose: output.verbose,
                elapsed: None,
            };
            palisade_report::text::render(report, &style, &policy)
        }
        Format::Json => palisade_report::render_json(report),
        Format::Sarif => palisade_report::sarif::render(report, prefix, &policy),
        Format::Junit => palisade_report::junit::render(report, prefix),
        Format::Github => palisade_report::github::render(report, prefix),
        Format::Markdown => palisade_report::markdown::render(report, prefix, &policy),
        Format::Html => palisade_report::html::render(report, prefix, &policy),
    }
}

/// Writes to standard output. A reader that has gone away is no error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Whether to use colours: as asked; else as the environment says (<https://no-color.org>,
/// `CLICOLOR_FORCE`); else on terminals.
pub(crate) fn color(asked: ColorArg) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match asked {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if set("NO_COLOR").is_some() => false,
        ColorArg::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        ColorArg::Auto => {
            std::io::stdout().is_terminal()
                && set("TERM").is_none_or(|term| term != "dumb")
                && set("CLICOLOR").is_none_or(|value| value != "0")
        }
    }
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
}

/// What leads from the current folder to the scanned root, to be put before paths: empty, or
/// ending in `/`. A root outside of the current folder keeps its name as it was given.
pub(crate) fn root_prefix(root: &Path) -> String {
    let folder = match root.is_file() {
        true => root.parent().unwrap_or_else(|| Path::new("")),
        false => root,
    };
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| {
        let (folder, here) = (folder.canonicalize().ok()?, here.canonicalize().ok()?);
        folder.strip_prefix(here).ok().map(Path::to_path_buf)
    });
    let path = below.unwrap_or_else(|| folder.to_path_buf());
    let mut prefix = String::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::RootDir => prefix.push('/'),
            part => {
                prefix.push_str(&part.as_os_str().to_string_lossy());
                prefix.push('/');
            }
        }
    }
    prefix
}

/// The section of a clause, until the catalogue of clauses can tell.
pub(crate) fn section_of(clause: &ClauseId) -> Option<(String, String)> {
    const POLICY: [&str; 21] = [
        "Least privilege access",
        "Secure code practices",
        "Data protection",
        "Network security",
        "Function authentication",
        "Authorization controls",
        "Security monitoring",
        "Logging requirements",
        "Incident detection",
        "Incident response process",
        "Post-incident activities",
        "Regulatory compliance",
        "Audit requirements",
        "Secure development lifecycle",
        "Deployment controls",
        "Vendor assessment",
        "Supply chain protection",
        "Security training",
        "Knowledge management",
        "Policy enforcement",
        "Continuous improvement",
    ];
    const PRACTICES: [&str; 4] = [
        "Why serverless differs, and its common risks",
        "Securing functions and their APIs",
        "Handling sensitive data",
        "Scanning and monitoring tools",
    ];
    let (_, numbers) = clause.as_str().split_once('-')?;
    let section: usize = numbers.split('.').next()?.parse().ok()?;
    let (order, titles): (_, &[&str]) = match clause.document() {
        "SCSP" => (0, &POLICY),
        "BPSS" => (1, &PRACTICES),
        _ => return None,
    };
    let title = titles.get(section.checked_sub(1)?)?;
    Some((format!("{order}-{section:02}"), (*title).to_owned()))
}
