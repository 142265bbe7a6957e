//! Markdown, for comments on pull requests and for job summaries.
//!
//! Text of templates is escaped so that it makes no markup, no link, no mention and no HTML.

use crate::clean::line;
use crate::group::{Block, Cluster, blocks, masked};
use crate::line::{count, differences, path, scanned, severities, suppressed_by, ways_in};
use crate::{Policy, mask};
use palisade_core::{Finding, Location, Severity};
use palisade_scan::Report;
use std::fmt::Write as _;

/// The report as Markdown. Links are relative, behind `root_prefix`.
#[must_use]
pub fn render(report: &Report, root_prefix: &str, policy: &Policy<'_>) -> String {
    let counts = report.by_severity();
    let mut out = match counts.values().sum::<usize>() {
        0 if report.stats.templates == 0 => "## Palisade: no template found\n\n".to_owned(),
        0 => "## Palisade: all clear\n\n".to_owned(),
        n => format!("## Palisade: {}\n\n", count(n, "finding")),
    };
    if !counts.is_empty() {
        let severities: Vec<_> = Severity::ALL.iter().rev().collect();
        let heads: Vec<&str> = severities.iter().map(|s| s.as_str()).collect();
        let numbers: Vec<String> = severities
            .iter()
            .map(|s| counts.get(s).copied().unwrap_or(0).to_string())
            .collect();
        let _ = writeln!(out, "| {} |", heads.join(" | "));
        let _ = writeln!(out, "|{}", "---:|".repeat(heads.len()));
        let _ = writeln!(out, "| {} |\n", numbers.join(" | "));
    }
    let _ = writeln!(out, "Looked at {}.", scanned(report));
    if let Some(text) = ways_in(&report.entry_points) {
        let _ = writeln!(out, "{}.", escape(&text));
    }
    if let Some(text) = differences(report) {
        let _ = writeln!(out, "{}.", escape(&text));
    }
    out.push('\n');
    let blocks = blocks(report.active(), &report.environments, false);
    for severity in Severity::ALL.iter().rev() {
        group(&mut out, *severity, &blocks, root_prefix, policy);
    }
    sections(&mut out, report, policy);
    silenced(&mut out, report, root_prefix);
    missing(&mut out, report, root_prefix);
    out
}

fn group(
    out: &mut String,
    severity: Severity,
    blocks: &[Block<'_>],
    root_prefix: &str,
    policy: &Policy<'_>,
) {
    let blocks: Vec<&Block<'_>> = blocks
        .iter()
        .filter(|b| b.shown.first.severity == severity)
        .collect();
    if blocks.is_empty() {
        return;
    }
    let all = |b: &&Block<'_>| {
        let more = b.also.iter().chain(&b.elsewhere);
        more.chain([&b.shown])
            .map(|c| c.all().count())
            .sum::<usize>()
    };
    let n: usize = blocks.iter().map(all).sum();
    let open = match severity {
        Severity::Critical | Severity::High => " open",
        _ => "",
    };
    let _ = writeln!(
        out,
        "<details{open}>\n<summary><b>{n} {severity}</b></summary>\n"
    );
    for block in blocks {
        item(out, block, root_prefix, policy);
    }
    out.push_str("\n</details>\n\n");
}

fn item(out: &mut String, block: &Block<'_>, root_prefix: &str, policy: &Policy<'_>) {
    let finding = block.shown.first;
    let _ = writeln!(
        out,
        "- **{}** {} {}  \n  {}",
        code(&finding.rule),
        link(&finding.location, root_prefix),
        resources(&block.shown),
        prose(&finding.message)
    );
    if let Some(shown) = mask::line(&finding.excerpt, mask::about_secret(finding, policy)) {
        let _ = writeln!(out, "\n  {}\n", code(shown.text.trim()));
    }
    if !finding.when.is_empty() {
        let when = escape(&finding.when.join(" and "));
        let _ = writeln!(out, "  - Fails when {when}");
    }
    if let Some(only) = &block.shown.only_in {
        let _ = writeln!(out, "  - Holds {}", escape(only));
    }
    if !finding.help.is_empty() {
        let _ = writeln!(out, "  - Help: {}", prose(&finding.help));
    }
    let hops: Vec<String> = finding
        .path
        .iter()
        .map(|hop| {
            format!(
                "{} ({})",
                prose(&hop.message),
                link(&hop.location, root_prefix)
            )
        })
        .collect();
    if !hops.is_empty() {
        let _ = writeln!(out, "  - Path: {}", hops.join(" → "));
    }
    let clauses = policy.clauses_of(finding);
    if !clauses.is_empty() {
        let _ = writeln!(out, "  - Policy: {}", escape(&clauses));
    }
    for related in &finding.related {
        let at = link(&related.location, root_prefix);
        let _ = writeln!(out, "  - See {at}: {}", prose(&related.message));
    }
    let more: Vec<String> = block
        .also
        .iter()
        .chain(&block.elsewhere)
        .map(|cluster| other(finding, cluster, root_prefix))
        .collect();
    if !more.is_empty() {
        let _ = writeln!(out, "  - Also: {}", more.join(", "));
    }
}

/// A further cause: its resources and its place, and what it says where that differs.
fn other(shown: &Finding, cluster: &Cluster<'_>, root_prefix: &str) -> String {
    let finding = cluster.first;
    let mut text = format!(
        "{} {}",
        resources(cluster),
        link(&finding.location, root_prefix)
    );
    if masked(shown) != masked(finding) {
        let _ = write!(text, " ({})", prose(&finding.message));
    }
    if !finding.when.is_empty() {
        let when = escape(&finding.when.join(" and "));
        let _ = write!(text, " (when {when})");
    }
    if let Some(only) = &cluster.only_in {
        let _ = write!(text, " ({})", escape(only));
    }
    text
}

fn resources(cluster: &Cluster<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for finding in cluster.all() {
        let name = code(&finding.resource.address);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

fn sections(out: &mut String, report: &Report, policy: &Policy<'_>) {
    let sections = policy.sections(report);
    if sections.is_empty() || report.stats.templates == 0 {
        return;
    }
    out.push_str("<details>\n<summary><b>The policy, section by section</b></summary>\n\n");
    out.push_str("| section | state | findings | undecided |\n|---|---|---|---:|\n");
    for section in sections {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            escape(&section.title),
            section.word(),
            severities(&section.findings),
            section.undecided
        );
    }
    out.push_str("\n</details>\n\n");
}

fn silenced(out: &mut String, report: &Report, root_prefix: &str) {
    let silenced = report.findings.iter().filter_map(|f| {
        let suppressed = f.suppressed.as_ref()?;
        Some((f, suppressed))
    });
    let items: Vec<String> = silenced
        .map(|(f, suppressed)| {
            let until = suppressed
                .until
                .map_or_else(String::new, |until| format!(", until {until}"));
            format!(
                "- **{}** {} {}: silenced by {}{until}: {}\n",
                code(&f.rule),
                link(&f.location, root_prefix),
                code(&f.resource.address),
                suppressed_by(suppressed.by),
                prose(&suppressed.reason)
            )
        })
        .collect();
    details(out, &format!("{} silenced", items.len()), &items);
}

fn missing(out: &mut String, report: &Report, root_prefix: &str) {
    let problems: Vec<String> = report
        .problems
        .iter()
        .map(|p| {
            let mut at = path(root_prefix, &p.file);
            if let Some(line) = p.line {
                let _ = write!(at, ":{line}");
            }
            format!("- {}: {}\n", code(&at), prose(&p.message))
        })
        .collect();
    details(out, &count(problems.len(), "problem"), &problems);
    let unresolved: Vec<String> = report
        .unresolved
        .iter()
        .map(|u| {
            format!(
                "- **{}** {} {}: {}\n",
                code(&u.rule),
                link(&u.location, root_prefix),
                code(&u.resource.address),
                prose(&u.reason)
            )
        })
        .collect();
    details(out, &format!("{} undecided", unresolved.len()), &unresolved);
}

fn details(out: &mut String, summary: &str, items: &[String]) {
    if !items.is_empty() {
        let items = items.concat();
        let _ = writeln!(
            out,
            "<details>\n<summary>{summary}</summary>\n\n{items}\n</details>\n"
        );
    }
}

/// A link to a place, relative to the repository.
pub(crate) fn link(location: &Location, root_prefix: &str) -> String {
    let file = path(root_prefix, &location.file);
    let target = crate::sarif::encode_path(&file);
    // A path with a colon in front would be read as a scheme; the escaped one is not.
    format!(
        "[{}:{}]({target}#L{})",
        escape(&file),
        location.line,
        location.line
    )
}

/// A sentence: names between backticks are shown as code, everything else makes no markup.
pub(crate) fn prose(text: &str) -> String {
    crate::line::prose(text, escape, code)
}

/// Text that makes no markup.
pub(crate) fn escape(text: &str) -> String {
    let text = line(text);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention or a reference to an issue, unless something stands between.
            '@' => out.push_str("@\u{200b}"),
            '#' if chars.peek().is_some_and(char::is_ascii_digit) => out.push_str("#\u{200b}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '~' | '|' | '!' | '$' | '{'
            | '}' => {
                out.push('\\');
                out.push(c);
            }
            // A bare address would become a link; and `::` at the start of a line is a command
            // where the text goes through the log of a CI system.
            ':' if matches!(chars.peek(), Some('/' | ':')) => out.push_str("\\:"),
            '.' if out.ends_with("www") => out.push_str("\\."),
            _ => out.push(c),
        }
    }
    out
}

/// Text as code: neither markup nor mentions are read in it.
pub(crate) fn code(text: &str) -> String {
    let text = line(text).replace('|', "\u{2502}");
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if text.trim().is_empty() {
        return "``  ``".to_owned();
    }
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{in_environments, report, with_policy};

    #[test]
    fn golden() {
        let text = with_policy(|policy| render(&report(), "apps/", policy));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn environments() {
        let text = with_policy(|policy| render(&in_environments(), "", policy));
        assert!(text.contains("\n  - Holds only in prod\n"), "{text}");
        assert!(text.contains("L72) (only in prod)"), "{text}");
        assert!(
            text.contains("\nEnvironments dev, prod: 2 findings only in dev; 2 only in prod.\n")
        );
    }

    #[test]
    fn nothing_found() {
        let mut clear = report();
        clear.findings.clear();
        let text = with_policy(|policy| render(&clear, "", policy));
        assert!(text.starts_with("## Palisade: all clear\n"), "{text}");
    }

    #[test]
    fn text_makes_no_markup() {
        let check = |text: &str, expected: &str| assert_eq!(escape(text), expected);
        check("a|b`c", "a\\|b\\`c");
        check("<script>", "&lt;script&gt;");
        check("[x](y)", "\\[x\\]\\(y\\)");
        check("@team #12", "@\u{200b}team #\u{200b}12");
        check("https://a www.b", "https\\://a www\\.b");
        assert_eq!(prose("a `b_c|` d_e"), "a `b_c\u{2502}` d\\_e");
        assert_eq!(prose("a `b"), "a \\`b");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a"), "`` `a ``");
    }
}
