//! JUnit's XML, for CI systems that show test results: a suite for each file, a failed test for
//! each finding, a skipped one for each that is silenced, an error for what could not be read.

use crate::clean::line;
use crate::line::{only_in, path};
use palisade_core::{Finding, Problem, ProblemLevel};
use palisade_scan::Report;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The report as JUnit's XML. Files that are known to be clean have one passing test.
#[must_use]
pub fn render(report: &Report, root_prefix: &str) -> String {
    let mut cases: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    let entries = report.entry_points.iter().map(|e| &e.location.file);
    let unresolved = report.unresolved.iter().map(|u| &u.location.file);
    for file in entries.chain(unresolved) {
        cases.entry(file).or_default();
    }
    for finding in &report.findings {
        let file = &*finding.location.file;
        let case = of_finding(finding, &report.environments, &path(root_prefix, file));
        cases.entry(file).or_default().push(case);
    }
    for problem in &report.problems {
        let file = &*problem.file;
        let entry = cases.entry(file).or_default();
        if problem.level != ProblemLevel::Warning {
            entry.push(of_problem(problem, &path(root_prefix, file)));
        }
    }
    let mut junit = quick_junit::Report::new("palisade");
    if cases.is_empty() {
        let mut suite = TestSuite::new("palisade");
        suite.add_test_case(TestCase::new("scan", TestCaseStatus::success()));
        junit.add_test_suite(suite);
    }
    for (file, cases) in cases {
        let file = line(&path(root_prefix, file));
        let mut suite = TestSuite::new(file.as_str());
        if cases.is_empty() {
            let mut case = TestCase::new("no findings", TestCaseStatus::success());
            case.set_classname(file.as_str());
            suite.add_test_case(case);
        }
        suite.add_test_cases(cases);
        junit.add_test_suite(suite);
    }
    let mut text = junit.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A suite of tests by its name, with its cases, and what differs where one failed.
pub type Suite = (String, Vec<(String, Option<String>)>);

/// Results of tests: for each suite its cases, and what differs where one failed.
#[must_use]
pub fn tests(suites: &[Suite]) -> String {
    let mut junit = quick_junit::Report::new("palisade");
    for (name, cases) in suites {
        let mut suite = TestSuite::new(line(name).as_str());
        for (case, differs) in cases {
            let mut status = TestCaseStatus::success();
            if let Some(text) = differs {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(line(text).as_str());
            }
            let mut case = TestCase::new(line(case).as_str(), status);
            case.set_classname(line(name).as_str());
            suite.add_test_case(case);
        }
        junit.add_test_suite(suite);
    }
    let mut text = junit.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn of_finding(finding: &Finding, environments: &[Arc<str>], file: &str) -> TestCase {
    let message = line(&finding.message);
    let mut status = match &finding.suppressed {
        Some(suppressed) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(line(&format!("silenced: {}", suppressed.reason)));
            status
        }
        None => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(message.as_str());
            status.set_type(finding.severity.as_str());
            status
        }
    };
    status.set_description(description(finding, environments, file));
    let rule = line(&finding.rule);
    let name = format!("{rule}: {}", line(&finding.resource.address));
    let mut case = TestCase::new(name, status);
    case.set_classname(line(file));
    // Read by several CI systems, though not in every description of the format.
    let file = line(file);
    case.extra.insert("file".into(), file.into());
    let line = finding.location.line.to_string();
    case.extra.insert("line".into(), line.into());
    case
}

fn description(finding: &Finding, environments: &[Arc<str>], file: &str) -> String {
    let mut text = format!(
        "{file}:{}:{}\n{} ({})\n{}",
        finding.location.line,
        finding.location.column,
        finding.resource.address,
        finding.resource.kind,
        finding.message
    );
    if !finding.when.is_empty() {
        let _ = write!(text, "\nfails when {}", finding.when.join(" and "));
    }
    if let Some(only) = only_in(finding, environments) {
        let _ = write!(text, "\n{only}");
    }
    for hop in &finding.path {
        let _ = write!(text, "\n-> {}", hop.message);
    }
    let _ = write!(text, "\nhelp: {}", finding.help);
    let clauses: Vec<&str> = finding.clauses.iter().map(|c| c.as_str()).collect();
    let _ = write!(text, "\npolicy: {}", clauses.join(", "));
    let lines: Vec<String> = text.lines().map(line).map(no_command).collect();
    lines.join("\n")
}

/// A line that starts with `::` would be a command where the text goes through the log of a CI
/// system.
fn no_command(line: String) -> String {
    match line.trim_start().starts_with("::") {
        true => format!("- {line}"),
        false => line,
    }
}

fn of_problem(problem: &Problem, file: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(line(&problem.message));
    status.set_type(match problem.level {
        ProblemLevel::Configuration => "configuration",
        _ => "not-read",
    });
    let mut name = "read".to_owned();
    if let Some(line) = problem.line {
        let _ = write!(name, " (line {line})");
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(line(file));
    case
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
        assert_eq!(text.matches("\nonly in prod\n").count(), 2, "{text}");
        assert_eq!(text.matches("\nonly in dev\n").count(), 2, "{text}");
    }

    #[test]
    fn nothing_found_is_a_passed_test() {
        let text = render(&Report::default(), "");
        assert!(
            text.contains(r#"tests="1" skipped="0" failures="0""#),
            "{text}"
        );
    }
}
