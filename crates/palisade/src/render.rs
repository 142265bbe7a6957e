//! Writes reports in the format that was asked for. Colours, width and the way from here to the
//! scanned root are found out here, at the rim; what is written is decided in `palisade-report`.

use crate::cli::{ColorArg, Format};
use palisade_core::ClauseId;
use palisade_policy::{Catalogue, Point};
use palisade_report::{Policy, Style};
use palisade_scan::Report;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Component, Path};

/// Columns where there is no terminal to ask.
const WIDTH: usize = 80;

/// How a report is to be written.
#[derive(Debug)]
pub(crate) struct Output {
    /// Whether to use colours.
    pub(crate) color: bool,
    /// Tell everything.
    pub(crate) verbose: bool,
    /// The way from the current folder to the scanned root; see [`root_prefix`].
    pub(crate) root_prefix: String,
}

/// The report in a format. The catalogue takes longer to read than a small template, so it is asked
/// for only when the format shows something of it.
pub(crate) fn report(
    format: Format,
    report: &Report,
    output: &Output,
    catalogue: impl FnOnce() -> Catalogue,
) -> String {
    let sections = match format {
        Format::Json | Format::Junit | Format::Github => Sections::default(),
        _ => Sections::of(&catalogue()),
    };
    let policy = Policy {
        section_of: &|clause| sections.of_clause(clause),
        clauses: &sections.scanned,
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
                color: output.color,
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

pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
}

/// What leads from the current folder to the scanned root, to be put before paths: empty, or
/// ending in `/`. A root outside of the current folder keeps its whole name.
pub(crate) fn root_prefix(root: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let path = match &here {
        Ok(here) => root.strip_prefix(here).unwrap_or(root),
        Err(_) => root,
    };
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

/// The sections of a policy, and the clauses that a scan is to enforce.
#[derive(Default)]
pub(crate) struct Sections {
    titles: BTreeMap<ClauseId, (String, String)>,
    scanned: Vec<ClauseId>,
}

impl Sections {
    pub(crate) fn of(catalogue: &Catalogue) -> Self {
        let mut order: Vec<(&str, &str)> = Vec::new();
        let mut titles = BTreeMap::new();
        let mut scanned = Vec::new();
        // The policy's own sections come before those of its practices and of other documents.
        let documents = ["SCSP", "BPSS"];
        for clause in catalogue.clauses().filter(|c| c.retired.is_none()) {
            let document = clause.id.document();
            let key = (document, clause.section.as_str());
            let at = order.iter().position(|k| *k == key).unwrap_or_else(|| {
                order.push(key);
                order.len() - 1
            });
            let rank = documents.iter().position(|d| *d == document);
            let rank = rank.unwrap_or(documents.len());
            let entry = (format!("{rank}-{at:03}"), clause.section.clone());
            titles.insert(clause.id.clone(), entry);
            if clause.points.contains(&Point::Scan) {
                scanned.push(clause.id.clone());
            }
        }
        Self { titles, scanned }
    }

    /// The order and the title of the section that a clause stands in.
    pub(crate) fn of_clause(&self, clause: &ClauseId) -> Option<(String, String)> {
        self.titles.get(clause).cloned()
    }
}
