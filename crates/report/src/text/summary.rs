//! What stands below the findings: ways in, the state of the policy, what is missing, the count.

use super::Style;
use crate::clean::{line, wrap};
use crate::line::{count, differences, path, scanned, severities, total, ways_in};
use crate::paint::Paint;
use crate::{Policy, SectionState};
use palisade_core::{Problem, ProblemLevel, Unresolved};
use palisade_scan::{EntryPointRow, LeftOut, Report};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// So many problems are shown unless everything is asked for.
const PROBLEMS: usize = 10;

pub(super) fn render(report: &Report, style: &Style<'_>, policy: &Policy<'_>) -> String {
    let paint = Paint { color: style.color };
    let parts = [
        calm(report, paint),
        hint(report, paint),
        entry_points(&report.entry_points, style, paint),
        sections(report, style, policy, paint),
        problems(&report.problems, style, paint),
        rest(report, style, paint),
        environments(report, style),
        last(report, style, paint),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    parts.join("\n")
}

/// What is said first when nothing was found.
fn calm(report: &Report, paint: Paint) -> String {
    if report.active().next().is_some() {
        return String::new();
    }
    if report.stats.templates == 0 {
        return "No template was found here, so nothing was checked. Palisade reads AWS SAM and\n\
                CloudFormation templates, Terraform and the Serverless Framework.\n"
            .to_owned();
    }
    let mut text = paint.good("All clear: nothing found that breaks the policy.");
    text.push('\n');
    if report.incomplete() {
        text.push_str("But some input could not be read, so this is not the whole answer.\n");
    }
    text
}

/// Where to read more, by the example of the first finding.
fn hint(report: &Report, paint: Paint) -> String {
    report.active().next().map_or_else(String::new, |finding| {
        let command = format!("palisade explain {}", line(&finding.rule));
        format!("More about a finding: {}\n", paint.code(&command))
    })
}

fn entry_points(entries: &[EntryPointRow], style: &Style<'_>, paint: Paint) -> String {
    let Some(text) = ways_in(entries) else {
        return String::new();
    };
    let mut out = String::new();
    for line in hang(&text, "  ", style) {
        let _ = writeln!(out, "{line}");
    }
    if style.verbose {
        for entry in entries {
            let file = path(style.root_prefix, &entry.location.file);
            let at = format!("{file}:{}", entry.location.line);
            let text = format!(
                "{} {} (authentication: {}, from: {}, {at})",
                entry.kind, entry.label, entry.authentication, entry.reach
            );
            for line in hang(&format!("- {}", line(&text)), "    ", style) {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
    match out.split_once(':') {
        Some((head, tail)) => format!("{}:{tail}", paint.bold(head)),
        None => out,
    }
}

fn sections(report: &Report, style: &Style<'_>, policy: &Policy<'_>, paint: Paint) -> String {
    let sections = policy.sections(report);
    if sections.is_empty() || report.stats.templates == 0 {
        return String::new();
    }
    let (practices, own): (Vec<_>, Vec<_>) = sections
        .iter()
        .partition(|s| s.is_practice() && !style.verbose);
    let widest = own.iter().map(|s| s.title.chars().count()).max();
    let widest = widest.unwrap_or(0).max(PRACTICES.len());
    let widest = widest.min(style.columns() / 2);
    let mut out = format!("{}\n", paint.bold("The policy, section by section"));
    let mut gaps = Vec::new();
    for section in own {
        let word = section.word();
        if word == "gap" && !style.verbose {
            gaps.push(line(&section.title));
            continue;
        }
        let title = line(&section.title);
        let detail = detail(section);
        let word = match detail.is_empty() {
            true => section.word().to_owned(),
            false => format!("{:5}", section.word()),
        };
        let text = format!(
            "  {title:widest$}  {}  {detail}",
            state(section, &word, paint)
        );
        let _ = writeln!(out, "{}", text.trim_end());
    }
    out.push_str(&in_practice(&practices, widest, paint));
    if !gaps.is_empty() {
        let text = format!("gap: no rule looks at {}", gaps.join(", "));
        for (i, text) in hang(&text, "       ", style).into_iter().enumerate() {
            let text = match i {
                0 => text.replacen("gap:", &format!("{}:", paint.warn("gap")), 1),
                _ => text,
            };
            let _ = writeln!(out, "  {text}");
        }
    }
    out
}

const PRACTICES: &str = "The practices (BPSS)";

/// The sections of the practices in one line: they repeat what the policy's own have told.
fn in_practice(sections: &[&SectionState], widest: usize, paint: Paint) -> String {
    let worst = |s: &&&SectionState| s.findings.keys().last().copied();
    let Some(first) = sections.iter().max_by_key(worst) else {
        return String::new();
    };
    let failing = sections.iter().filter(|s| s.word() == "fails").count();
    if failing == 0 {
        return String::new();
    }
    format!(
        "  {PRACTICES:widest$}  {}  in {failing} of {} sections (--verbose)\n",
        state(first, "fails", paint),
        sections.len()
    )
}

fn state(section: &SectionState, word: &str, paint: Paint) -> String {
    match section.word() {
        "ok" => paint.good(word),
        "gap" => paint.warn(word),
        _ => match section.findings.keys().last() {
            Some(worst) => paint.severity(*worst, word),
            None => word.to_owned(),
        },
    }
}

fn detail(section: &SectionState) -> String {
    let mut parts = Vec::new();
    if !section.findings.is_empty() {
        parts.push(severities(&section.findings));
    } else if section.rules == 0 {
        parts.push("no rule looks at it".to_owned());
    }
    if section.undecided > 0 {
        parts.push(format!("{} undecided", section.undecided));
    }
    parts.join(", ")
}

fn problems(problems: &[Problem], style: &Style<'_>, paint: Paint) -> String {
    let mut out = String::new();
    let mut shown = 0;
    let mut hidden = BTreeMap::new();
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|p| std::cmp::Reverse(p.level));
    for problem in sorted {
        let matters = problem.level != ProblemLevel::Warning;
        if !style.verbose && (!matters || shown == PROBLEMS) {
            *hidden.entry(problem.level).or_insert(0usize) += 1;
            continue;
        }
        shown += 1;
        let name = match problem.level {
            ProblemLevel::Error => "not read",
            ProblemLevel::Configuration => "configuration",
            ProblemLevel::Warning => "warning",
        };
        let mut at = path(style.root_prefix, &problem.file);
        if let Some(line) = problem.line {
            let _ = write!(at, ":{line}");
        }
        let text = line(&format!("{name}: {at}: {}", problem.message));
        for (i, text) in hang(&text, "    ", style).into_iter().enumerate() {
            let text = match (i, text.strip_prefix(name)) {
                (0, Some(rest)) => format!("{}{rest}", paint.warn(name)),
                _ => text,
            };
            let _ = writeln!(out, "{text}");
        }
    }
    for (level, n) in hidden.iter().rev() {
        let what = match level {
            ProblemLevel::Error => "more could not be read",
            ProblemLevel::Configuration => "more wrong settings",
            ProblemLevel::Warning if *n == 1 => "warning about the input",
            ProblemLevel::Warning => "warnings about the input",
        };
        let _ = writeln!(out, "{n} {what} (--verbose shows them)");
    }
    out
}

/// What is undecided, silenced and left out.
fn rest(report: &Report, style: &Style<'_>, paint: Paint) -> String {
    let mut out = unresolved(&report.unresolved, style, paint);
    let silenced = report
        .findings
        .iter()
        .filter(|f| f.suppressed.is_some())
        .count();
    if silenced > 0 {
        let hint = if style.verbose {
            ""
        } else {
            " (--verbose shows them)"
        };
        let _ = writeln!(out, "{} silenced{hint}", count(silenced, "finding"));
    }
    for text in left_out(&report.stats.left_out, style) {
        let _ = writeln!(out, "{text}");
    }
    out
}

fn unresolved(unresolved: &[Unresolved], style: &Style<'_>, paint: Paint) -> String {
    let mut out = String::new();
    if unresolved.is_empty() {
        return out;
    }
    let hint = if style.verbose {
        ":"
    } else {
        " (--verbose lists them)"
    };
    let _ = writeln!(
        out,
        "{} the templates alone can't answer{hint}",
        count(unresolved.len(), "question")
    );
    if style.verbose {
        for one in unresolved {
            let file = path(style.root_prefix, &one.location.file);
            let at = format!("{file}:{}", one.location.line);
            let text = format!(
                "{at}: {} {}: {}",
                one.rule, one.resource.address, one.reason
            );
            for text in hang(&format!("- {}", line(&text)), "    ", style) {
                let _ = writeln!(out, "  {}", paint.dim(&text));
            }
        }
    }
    out
}

/// The folders that were left out, a line for each reason; each by itself when everything is asked
/// for. Nobody needs to be told of version control.
fn left_out(left_out: &[LeftOut], style: &Style<'_>) -> Vec<String> {
    const NAMED: usize = 5;
    if style.verbose {
        return left_out
            .iter()
            .map(|l| line(&format!("left out: {} ({})", l.path, l.reason)))
            .collect();
    }
    let mut by_reason: BTreeMap<&str, Vec<&LeftOut>> = BTreeMap::new();
    for entry in left_out.iter().filter(|l| !l.path.ends_with(".git")) {
        by_reason.entry(&entry.reason).or_default().push(entry);
    }
    let mut lines = Vec::new();
    for (reason, entries) in by_reason {
        let names: Vec<String> = entries.iter().take(NAMED).map(|l| line(&l.path)).collect();
        let more = match entries.len().saturating_sub(NAMED) {
            0 => String::new(),
            n => format!(" and {n} more (--verbose)"),
        };
        let text = format!("left out: {}{more} ({})", names.join(", "), line(reason));
        lines.extend(hang(&text, "  ", style));
    }
    lines
}

/// What tells the environments apart.
fn environments(report: &Report, style: &Style<'_>) -> String {
    let text = differences(report).map(|text| line(&text));
    text.map_or_else(String::new, |text| {
        format!("{}\n", hang(&text, "  ", style).join("\n"))
    })
}

fn last(report: &Report, style: &Style<'_>, paint: Paint) -> String {
    let mut text = total(report);
    if let Some(elapsed) = style.elapsed {
        let _ = write!(text, ", {}", time(elapsed));
    }
    let scanned = scanned(report);
    let mut lines = hang(&text, "  ", style);
    if lines.len() > 1 {
        // Broken where the sentence breaks.
        let tail = text.split_once(&scanned).map_or("", |(_, t)| t);
        lines = vec![
            text.split(" in ").next().unwrap_or_default().to_owned(),
            format!("  in {scanned}{tail}"),
        ];
    }
    lines[0] = match report.by_severity().keys().last() {
        Some(worst) => paint.severity(*worst, &lines[0]),
        None => paint.bold(&lines[0]),
    };
    format!("{}\n", lines.join("\n"))
}

fn time(elapsed: std::time::Duration) -> String {
    match elapsed.as_millis() {
        0..1000 => format!("{} ms", elapsed.as_millis()),
        _ => format!("{:.1} s", elapsed.as_secs_f64()),
    }
}

/// Breaks a text to the width; later lines are indented.
fn hang(text: &str, indent: &str, style: &Style<'_>) -> Vec<String> {
    let width = style.columns() - indent.len();
    wrap(text, width, 0)
        .into_iter()
        .enumerate()
        .map(|(i, text)| match i {
            0 => text,
            _ => format!("{indent}{text}"),
        })
        .collect()
}
