//! Annotations for GitHub Actions: workflow commands, one per line, then one line of summary.
//!
//! A value must never end its command early or start another one: line breaks, `%`, and in
//! properties `:` and `,` are escaped as the runner expects it. The runner shows ten annotations of
//! a level for each step, so one cause is told once; all are written, because the log keeps them.

use crate::clean::line;
use crate::group::{Cluster, blocks};
use crate::line::{path, total};
use palisade_core::{ProblemLevel, Severity};
use palisade_scan::Report;
use std::fmt::Write as _;

/// The report as workflow commands. Paths are written behind `root_prefix`, which leads from the
/// repository to the scanned root.
#[must_use]
pub fn render(report: &Report, root_prefix: &str) -> String {
    let mut out = String::new();
    for block in blocks(report.active(), &report.environments, true) {
        annotate(&mut out, &block.shown, root_prefix);
    }
    for problem in &report.problems {
        let name = match problem.level {
            ProblemLevel::Warning => "warning",
            ProblemLevel::Configuration | ProblemLevel::Error => "error",
        };
        let file = path(root_prefix, &problem.file);
        let _ = write!(out, "::{name} file={}", property(&file));
        if let Some(line) = problem.line {
            let _ = write!(out, ",line={line}");
        }
        if let (Some(_), Some(column)) = (problem.line, problem.column) {
            let _ = write!(out, ",col={column}");
        }
        let title = match problem.level {
            ProblemLevel::Error => "not read",
            ProblemLevel::Configuration => "configuration",
            ProblemLevel::Warning => "input",
        };
        let _ = writeln!(out, ",title={title}::{}", data(&line(&problem.message)));
    }
    let _ = write!(out, "palisade: {}", total(report));
    if !report.unresolved.is_empty() {
        let _ = write!(out, "; {} undecided", report.unresolved.len());
    }
    out.push('\n');
    out
}

fn annotate(out: &mut String, cluster: &Cluster<'_>, root_prefix: &str) {
    let finding = cluster.first;
    let name = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let place = &finding.location;
    let _ = write!(
        out,
        "::{name} file={},line={},endLine={}",
        property(&path(root_prefix, &place.file)),
        place.line,
        place.end_line.max(place.line)
    );
    // Columns are for annotations of one line.
    if place.end_line <= place.line {
        let _ = write!(out, ",col={}", place.column);
        if place.end_column > place.column {
            let _ = write!(out, ",endColumn={}", place.end_column);
        }
    }
    let title = format!("{} {}", finding.severity, finding.rule);
    let _ = writeln!(out, ",title={}::{}", property(&title), data(&text(cluster)));
}

/// Why, how to mend it, and the clauses, on lines of their own.
fn text(cluster: &Cluster<'_>) -> String {
    let finding = cluster.first;
    let names: Vec<String> = cluster.all().map(|f| line(&f.resource.address)).collect();
    let mut text = format!("{}: {}", names.join(", "), line(&finding.message));
    if !finding.when.is_empty() {
        let _ = write!(text, " (fails when {})", line(&finding.when.join(" and ")));
    }
    if let Some(only) = &cluster.only_in {
        let _ = write!(text, " ({})", line(only));
    }
    if !finding.help.is_empty() {
        let _ = write!(text, "\nHelp: {}", line(&finding.help));
    }
    let hops: Vec<String> = finding.path.iter().map(|h| line(&h.message)).collect();
    if !hops.is_empty() {
        let _ = write!(text, "\nPath: {}", hops.join(" -> "));
    }
    let clauses: Vec<&str> = finding.clauses.iter().map(|c| c.as_str()).collect();
    if !clauses.is_empty() {
        let _ = write!(text, "\nPolicy: {}", clauses.join(", "));
    }
    text
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property. A path keeps its characters: the runner must find the file.
fn property(text: &str) -> String {
    let text = data(text).replace(':', "%3A").replace(',', "%2C");
    text.replace(|c: char| c.is_control(), "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{in_environments, report};

    #[test]
    fn golden() {
        insta::assert_snapshot!(render(&report(), "apps/"));
    }

    #[test]
    fn environments() {
        let text = render(&in_environments(), "");
        assert_eq!(text.matches(" (only in prod)%0A").count(), 2, "{text}");
        assert_eq!(text.matches(" (only in dev)%0A").count(), 1, "{text}");
    }

    #[test]
    fn values_are_escaped_as_the_runner_reads_them() {
        assert_eq!(property("a:b,c%\r\n"), "a%3Ab%2Cc%25%0D%0A");
        assert_eq!(data("a:b,c%\r\n"), "a:b,c%25%0D%0A");
    }
}
