//! One page of HTML that needs nothing else: no scripts, no fonts, no network.
//!
//! Every text that is not ours is escaped, and a content security policy on the page forbids
//! whatever would slip through.

use crate::Policy;
use crate::clean::line;
use crate::group::{Block, Cluster, blocks};
use crate::line::{
    count, differences, findings, path, scanned, severities, suppressed_by, ways_in,
};
use crate::mask::{self, Line};
use palisade_core::{Finding, Related, Severity};
use palisade_scan::Report;
use std::fmt::Write as _;

const CSS: &str = include_str!("html/page.css");

/// The report as one page.
#[must_use]
pub fn render(report: &Report, root_prefix: &str, policy: &Policy<'_>) -> String {
    let title = match report.active().next() {
        Some(_) => findings(report),
        None if report.stats.templates == 0 => "no template found".to_owned(),
        None => "all clear".to_owned(),
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Palisade: {title}</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n<main>\n"
    );
    head(&mut out, report, &title);
    sections(&mut out, report, policy);
    for block in blocks(report.active(), &report.environments, false) {
        article(&mut out, &block, root_prefix, policy);
    }
    entry_points(&mut out, report, root_prefix);
    rest(&mut out, report, root_prefix);
    let _ = writeln!(
        out,
        "<footer>Palisade {}</footer>\n</main>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    );
    out
}

fn head(out: &mut String, report: &Report, title: &str) {
    let _ = writeln!(
        out,
        "<header>\n<h1>Palisade</h1>\n<p class=\"total\">{title}</p>"
    );
    let counts = report.by_severity();
    if !counts.is_empty() {
        out.push_str("<p class=\"tiles\">");
        for severity in Severity::ALL.iter().rev() {
            let n = counts.get(severity).copied().unwrap_or(0);
            let none = if n == 0 { " none" } else { "" };
            let _ = write!(
                out,
                "<span class=\"tile {severity}{none}\"><b>{n}</b> {severity}</span>"
            );
        }
        out.push_str("</p>\n");
    }
    let _ = writeln!(out, "<p>{}</p>", scanned(report));
    if let Some(text) = differences(report) {
        let _ = writeln!(out, "<p>{}</p>", escape(&text));
    }
    out.push_str("</header>\n");
}

fn sections(out: &mut String, report: &Report, policy: &Policy<'_>) {
    let sections = policy.sections(report);
    if sections.is_empty() || report.stats.templates == 0 {
        return;
    }
    out.push_str(
        "<section>\n<h2>The policy, section by section</h2>\n<table>\n<thead><tr>\
         <th>Section</th><th>State</th><th>Findings</th><th>Undecided</th></tr></thead>\n<tbody>\n",
    );
    for section in sections {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"{word}\">{word}</td><td>{}</td><td>{}</td></tr>",
            escape(&section.title),
            severities(&section.findings),
            section.undecided,
            word = section.word(),
        );
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

fn article(out: &mut String, block: &Block<'_>, root_prefix: &str, policy: &Policy<'_>) {
    let finding = block.shown.first;
    let severity = finding.severity;
    let _ = writeln!(
        out,
        "<article class=\"{severity}\">\n<h3><span class=\"tag {severity}\">{severity}</span> \
         <code>{}</code></h3>\n<p class=\"message\">{}</p>",
        escape(&finding.rule),
        prose(&finding.message)
    );
    let _ = writeln!(
        out,
        "<p class=\"place\">{} in {}</p>",
        names(&block.shown),
        place(finding, root_prefix)
    );
    excerpt(out, finding, policy);
    out.push_str("<dl>\n");
    row(out, "Help", &prose(&finding.help));
    if !finding.when.is_empty() {
        row(out, "Fails when", &escape(&finding.when.join(" and ")));
    }
    if let Some(only) = &block.shown.only_in {
        row(out, "Holds", &escape(only));
    }
    row(out, "Path", &list("ol", &finding.path, root_prefix));
    row(out, "Policy", &escape(&policy.clauses_of(finding)));
    row(out, "Known as", &escape(&finding.aliases.join(", ")));
    row(out, "Confidence", finding.confidence.as_str());
    row(out, "See", &list("ul", &finding.related, root_prefix));
    let more: Vec<String> = block
        .also
        .iter()
        .chain(&block.elsewhere)
        .map(|cluster| {
            let finding = cluster.first;
            let mut when = escape(&finding.when.join(" and "));
            if !when.is_empty() {
                when = format!(" (when {when})");
            }
            if let Some(only) = &cluster.only_in {
                let _ = write!(when, " ({})", escape(only));
            }
            format!(
                "<li>{} in {}: {}{when}</li>",
                names(cluster),
                place(finding, root_prefix),
                prose(&finding.message)
            )
        })
        .collect();
    if !more.is_empty() {
        row(out, "Also", &format!("<ul>{}</ul>", more.concat()));
    }
    out.push_str("</dl>\n</article>\n");
}

fn names(cluster: &Cluster<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for finding in cluster.all() {
        let resource = &finding.resource;
        let mut name = format!(
            "<b>{}</b> <span class=\"type\">{}</span>",
            escape(&resource.address),
            escape(&resource.kind)
        );
        if let Some(friendly) = &resource.name {
            let _ = write!(name, " <span class=\"type\">{}</span>", escape(friendly));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

fn place(finding: &Finding, root_prefix: &str) -> String {
    let file = path(root_prefix, &finding.location.file);
    format!("<code>{}:{}</code>", escape(&file), finding.location.line)
}

fn excerpt(out: &mut String, finding: &Finding, policy: &Policy<'_>) {
    let secret = mask::about_secret(finding, policy);
    let Some(Line { text, mark, number }) = mask::line(&finding.excerpt, secret) else {
        return;
    };
    let _ = writeln!(
        out,
        "<pre><span class=\"number\">{number}</span>{}<mark>{}</mark>{}</pre>",
        escape(&text[..mark.start]),
        escape(&text[mark.clone()]),
        escape(&text[mark.end..])
    );
}

fn list(tag: &str, places: &[Related], root_prefix: &str) -> String {
    if places.is_empty() {
        return String::new();
    }
    let items: Vec<String> = places
        .iter()
        .map(|p| {
            let file = path(root_prefix, &p.location.file);
            format!(
                "<li>{} <code>{}:{}</code></li>",
                prose(&p.message),
                escape(&file),
                p.location.line
            )
        })
        .collect();
    format!("<{tag}>{}</{tag}>", items.concat())
}

/// `html` is markup already.
fn row(out: &mut String, name: &str, html: &str) {
    if !html.is_empty() {
        let _ = writeln!(out, "<dt>{name}</dt><dd>{html}</dd>");
    }
}

fn entry_points(out: &mut String, report: &Report, root_prefix: &str) {
    let Some(text) = ways_in(&report.entry_points) else {
        return;
    };
    let _ = writeln!(
        out,
        "<details>\n<summary>{}</summary>\n<table>\n<thead><tr><th>Kind</th><th>Way in</th>\
         <th>Authentication</th><th>Throttled</th><th>Validated</th><th>From</th><th>Functions</th>\
         <th>Place</th></tr></thead>\n<tbody>",
        escape(&text)
    );
    for entry in &report.entry_points {
        let file = path(root_prefix, &entry.location.file);
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td><code>{}:{}</code></td></tr>",
            entry.kind,
            escape(&entry.label),
            entry.authentication,
            entry.throttled,
            entry.validated,
            entry.reach,
            escape(&entry.functions.join(", ")),
            escape(&file),
            entry.location.line
        );
    }
    out.push_str("</tbody>\n</table>\n</details>\n");
}

fn rest(out: &mut String, report: &Report, root_prefix: &str) {
    let silenced = report.findings.iter().filter_map(|f| {
        let suppressed = f.suppressed.as_ref()?;
        let until = suppressed
            .until
            .map_or_else(String::new, |until| format!(", until {until}"));
        Some(format!(
            "<b>{}</b> <code>{}</code> in {}: silenced by {}{until}: {}",
            escape(&f.resource.address),
            escape(&f.rule),
            place(f, root_prefix),
            suppressed_by(suppressed.by),
            prose(&suppressed.reason)
        ))
    });
    details(out, "finding silenced", "findings silenced", silenced);
    let problems = report.problems.iter().map(|p| {
        let mut at = path(root_prefix, &p.file);
        if let Some(line) = p.line {
            let _ = write!(at, ":{line}");
        }
        format!("<code>{}</code>: {}", escape(&at), prose(&p.message))
    });
    details(out, "problem", "problems", problems);
    let unresolved = report.unresolved.iter().map(|u| {
        let file = path(root_prefix, &u.location.file);
        format!(
            "<b>{}</b> <code>{}</code> in <code>{}:{}</code>: {}",
            escape(&u.resource.address),
            escape(&u.rule),
            escape(&file),
            u.location.line,
            prose(&u.reason)
        )
    });
    details(out, "question undecided", "questions undecided", unresolved);
    let left_out = report.stats.left_out.iter().map(|l| {
        let path = escape(&l.path);
        format!("<code>{path}</code>: {}", escape(&l.reason))
    });
    details(out, "path left out", "paths left out", left_out);
}

/// `items` are markup already.
fn details(out: &mut String, one: &str, many: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.map(|item| format!("<li>{item}</li>\n")).collect();
    if items.is_empty() {
        return;
    }
    let summary = match items.len() {
        1 => count(1, one),
        n => format!("{n} {many}"),
    };
    let _ = writeln!(
        out,
        "<details>\n<summary>{summary}</summary>\n<ul>\n{}</ul>\n</details>",
        items.concat()
    );
}

/// A sentence: names between backticks are shown as code, everything else makes no markup.
fn prose(text: &str) -> String {
    let code = |name: &str| format!("<code>{}</code>", escape(name));
    crate::line::prose(text, escape, code)
}

/// Text that makes no markup, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let text = line(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{in_environments, report, with_policy};

    #[test]
    fn golden() {
        let text = with_policy(|policy| render(&report(), "apps/", policy));
        let text = text.replace(CSS, "CSS\n");
        insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }

    #[test]
    fn environments() {
        let text = with_policy(|policy| render(&in_environments(), "", policy));
        assert!(
            text.contains("<dt>Holds</dt><dd>only in prod</dd>"),
            "{text}"
        );
        assert!(text.contains(" (only in prod)</li>"), "{text}");
        assert!(
            text.contains("<p>Environments dev, prod: 2 findings only in dev; 2 only in prod</p>")
        );
    }

    #[test]
    fn text_makes_no_markup() {
        assert_eq!(
            escape("<a href='x' title=\"y\">&"),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;"
        );
    }
}
