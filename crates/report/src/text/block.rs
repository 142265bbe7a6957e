//! One cause: the line that a person wrote, with a mark under what is wrong, and what to do.

use super::Style;
use crate::clean::{line, marked, wrap};
use crate::group::{Block, Cluster, masked};
use crate::line::{path, suppressed_by};
use crate::paint::{Paint, severity_style};
use crate::{Policy, clean, mask};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use palisade_core::{Confidence, Finding, Related, Severity};

/// So many further places are shown unless everything is asked for.
const RELATED: usize = 3;

/// A space at which no line is broken. It can't come from a template: [`line()`] replaces it.
const KEPT: char = '\u{1}';

/// A block as text, without a line break at its end.
pub(super) fn render(block: &Block<'_>, style: &Style<'_>, policy: &Policy<'_>) -> String {
    let finding = block.shown.first;
    let file = line(&path(style.root_prefix, &finding.location.file));
    let mut group = Group::with_level(level(finding.severity));
    let mut number = finding.location.line as usize;
    if let Some(shown) = mask::line(&finding.excerpt, mask::about_secret(finding, policy)) {
        let (text, mark) = marked(&shown.text, shown.mark);
        number = shown.number as usize;
        group = group.element(
            Snippet::source(text)
                .line_start(number)
                .annotation(AnnotationKind::Primary.span(mark)),
        );
    }
    for (name, text) in notes(block, style, policy) {
        let level = match name {
            "help" => Level::HELP,
            _ => Level::NOTE,
        };
        group = group.element(level.with_name(name).message(text));
    }
    let body = renderer(finding.severity, style).render(&[group]);
    // The place is written here and not by the renderer, which would count columns from the start
    // of the excerpt.
    let paint = Paint { color: style.color };
    let arrow = paint.gutter(&format!("{}-->", " ".repeat(number.to_string().len())));
    let place = &finding.location;
    format!(
        "{}\n{arrow} {file}:{}:{}\n{body}",
        title(finding, style),
        place.line,
        place.column
    )
}

fn renderer(severity: Severity, style: &Style<'_>) -> Renderer {
    if !style.color {
        return Renderer::plain().term_width(style.columns());
    }
    let color = severity_style(severity);
    let note = annotate_snippets::renderer::AnsiColor::BrightBlue
        .on_default()
        .bold();
    Renderer::styled()
        .hyperlink(false)
        .term_width(style.columns())
        .error(color)
        .warning(color)
        .info(color)
        .note(note)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low | Severity::Info => Level::INFO,
    }
}

/// `severity[rule]: message`, broken to the width.
fn title(finding: &Finding, style: &Style<'_>) -> String {
    let paint = Paint { color: style.color };
    let silenced = match finding.suppressed {
        Some(_) => " (silenced)",
        None => "",
    };
    let head = format!("{}[{}]{silenced}:", finding.severity, line(&finding.rule));
    let width = style.columns() - 2;
    let lines = wrap(&line(&finding.message), width, head.chars().count() + 1);
    let lines: Vec<String> = lines.iter().map(|text| paint.bold(text)).collect();
    format!(
        "{} {}",
        paint.severity(finding.severity, &head),
        lines.join("\n  ")
    )
}

/// What stands below the line, by name.
fn notes(block: &Block<'_>, style: &Style<'_>, policy: &Policy<'_>) -> Vec<(&'static str, String)> {
    let finding = block.shown.first;
    let mut notes = Vec::new();
    let mut note = |name: &'static str, items: Vec<String>| {
        if !items.is_empty() {
            notes.push((name, fit(name, &items, style)));
        }
    };
    note("help", texts([finding.help.as_str()]));
    if !finding.when.is_empty() {
        let when = finding.when.join(" and ");
        note("note", texts([format!("fails when {when}").as_str()]));
    }
    note("note", texts(block.shown.only_in.as_deref()));
    note("path", arrows(&finding.path, style));
    note("resource", resources(&block.shown));
    note("policy", texts([policy.clauses_of(finding).as_str()]));
    if style.verbose && !finding.aliases.is_empty() {
        note("known as", texts([finding.aliases.join(", ").as_str()]));
    }
    if finding.confidence == Confidence::Low {
        note(
            "note",
            texts(["low confidence: a hint from names or shapes"]),
        );
    }
    note("see", related(finding, style));
    if let Some(suppressed) = &finding.suppressed {
        let mut text = format!("{}: {}", suppressed_by(suppressed.by), suppressed.reason);
        if let Some(until) = suppressed.until {
            text.push_str(&format!(" (until {until})"));
        }
        note("silenced by", texts([text.as_str()]));
    }
    note("also", also(finding, &block.also));
    note("also in", elsewhere(finding, &block.elsewhere, style));
    notes
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    texts
        .into_iter()
        .filter(|t| !t.is_empty())
        .map(line)
        .collect()
}

/// Each item on lines of its own, broken to the width; later lines of an item are indented.
fn fit(name: &str, items: &[String], style: &Style<'_>) -> String {
    // The number's gutter, ` = `, the name and `: ` stand before.
    let width = style.columns().saturating_sub(name.len() + 10).max(24);
    let indent = if items.len() > 1 { "  " } else { "" };
    let mut lines = Vec::new();
    for item in items {
        for (i, text) in wrap(item, width, 0).into_iter().enumerate() {
            match i {
                // At the start of a line, it would be a command in the log of a CI system.
                0 if !lines.is_empty() && text.starts_with("::") => {
                    lines.push(format!("- {text}"));
                }
                0 => lines.push(text),
                _ => lines.push(format!("{indent}{text}")),
            }
        }
    }
    lines.join("\n").replace(KEPT, " ")
}

fn resources(cluster: &Cluster<'_>) -> Vec<String> {
    let kind = &cluster.first.resource.kind;
    let same = cluster.all().all(|f| f.resource.kind == *kind);
    let mut names: Vec<String> = Vec::new();
    for finding in cluster.all() {
        let resource = &finding.resource;
        let mut name = match same {
            true => resource.address.to_string(),
            false => format!("{} ({})", resource.address, resource.kind),
        };
        if let Some(friendly) = &resource.name {
            name.push_str(&format!(" `{friendly}`"));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut text = names.join(", ");
    if same {
        text.push_str(&format!(" ({kind})"));
    }
    texts([text.as_str()])
}

fn arrows(path: &[Related], style: &Style<'_>) -> Vec<String> {
    path.iter()
        .enumerate()
        .map(|(i, hop)| {
            let arrow = if i == 0 { "" } else { "-> " };
            format!("{arrow}{}", place(hop, style))
        })
        .collect()
}

fn place(related: &Related, style: &Style<'_>) -> String {
    let file = path(style.root_prefix, &related.location.file);
    let at = format!("{file}:{}", related.location.line);
    let resource = match &related.resource {
        Some(r) if !related.message.contains(&*r.address) => format!("{}: ", r.address),
        _ => String::new(),
    };
    line(&format!("{resource}{} ({at})", related.message))
}

fn related(finding: &Finding, style: &Style<'_>) -> Vec<String> {
    let shown = match style.verbose {
        true => finding.related.len(),
        false => RELATED.min(finding.related.len()),
    };
    let mut items: Vec<String> = finding.related[..shown]
        .iter()
        .map(|r| place(r, style))
        .collect();
    if shown < finding.related.len() {
        items.push(format!(
            "and {} more places (--verbose)",
            finding.related.len() - shown
        ));
    }
    items
}

/// Further causes in the same file: names with lines when they say the same, else a line for each.
fn also(shown: &Finding, clusters: &[Cluster<'_>]) -> Vec<String> {
    let (same, other): (Vec<_>, Vec<_>) = clusters.iter().partition(|c| says_same(shown, c));
    let mut items = Vec::new();
    if !same.is_empty() {
        let names: Vec<String> = same.iter().map(|c| names(c)).collect();
        items.push(names.join(", "));
    }
    // What others say in the same words is told once, too.
    let mut said: Vec<(String, &str, Vec<String>)> = Vec::new();
    for cluster in other {
        let words = masked(cluster.first);
        let name = names(cluster);
        match said.iter_mut().find(|(before, ..)| *before == words) {
            Some((.., names)) if !words.contains('\u{0}') => names.push(name),
            _ => said.push((words, &cluster.first.message, vec![name])),
        }
    }
    items.extend(
        said.iter()
            .map(|(_, message, names)| format!("{}: {}", names.join(", "), line(message))),
    );
    items
}

/// Further files: the path, then as above.
fn elsewhere(shown: &Finding, clusters: &[Cluster<'_>], style: &Style<'_>) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = clusters;
    while let Some(first) = rest.first() {
        let file = &first.first.location.file;
        let n = rest
            .iter()
            .take_while(|c| c.first.location.file == *file)
            .count();
        let (these, later) = rest.split_at(n);
        let file = line(&path(style.root_prefix, file));
        items.extend(
            also(shown, these)
                .into_iter()
                .map(|item| format!("{file}: {item}")),
        );
        rest = later;
    }
    items
}

fn says_same(shown: &Finding, cluster: &Cluster<'_>) -> bool {
    masked(shown) == masked(cluster.first)
}

/// `Orders, Billing (line 31)`.
fn names(cluster: &Cluster<'_>) -> String {
    let finding = cluster.first;
    let names: Vec<String> = cluster
        .all()
        .map(|f| clean::line(&f.resource.address))
        .collect();
    let when = match finding.when.is_empty() {
        true => String::new(),
        false => format!(", when {}", line(&finding.when.join(" and "))),
    };
    let only = match &cluster.only_in {
        None => String::new(),
        Some(only) => format!(", {}", line(only)),
    };
    format!(
        "{}{KEPT}(line{KEPT}{}{when}{only})",
        names.join(", "),
        finding.location.line
    )
}
