//! Who reaches what, as one picture: ways in, what runs, data, from left to right. It needs nothing
//! beside itself: no script, no font, no style sheet; and it is legible on light and dark ground.

use super::{View, by_level};
use crate::clean::line;
use palisade_access::{Edge, EdgeKind, Node};
use palisade_app::graph::{Authentication, EntryPoint};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const WIDTH: usize = 1000;
/// Where each column begins, and how wide it is.
const COLUMNS: [(usize, usize); 3] = [(20, 250), (375, 250), (730, 250)];
const TITLES: [&str; 3] = ["Ways in", "What runs", "What it reaches"];
const BOX: usize = 38;
const ROW: usize = 50;
const HEAD: usize = 70;
const FOOT: usize = 40;
/// Letters that fit into a box.
const LETTERS: usize = 34;

/// Colours are written out twice, and not as variables: not everything that shows pictures knows
/// those.
const STYLE: &str = "\
text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1c2330;font-size:13px}\
text.dim{fill:#5b6575;font-size:11px}text.head{font-weight:600;font-size:15px}\
.ground{fill:#ffffff}.box{fill:#f3f5f8;stroke:#c5ccd6}.box.open{stroke:#b3261e;stroke-width:2}\
path{fill:none;stroke-width:1.6;opacity:.8}path:hover{stroke-width:3.5;opacity:1}\
.start{stroke:#7a8494}.read{stroke:#2563a8}.write{stroke:#a85a00}.manage{stroke:#b3261e}\
.maybe{stroke-dasharray:5 4}\
@media (prefers-color-scheme:dark){text{fill:#e6eaf0}text.dim{fill:#9aa5b5}.ground{fill:#14181f}\
.box{fill:#1f2630;stroke:#3c4757}.box.open{stroke:#ff8a80}.start{stroke:#8a95a5}.read{stroke:#79b1f0}\
.write{stroke:#f0a850}.manage{stroke:#ff8a80}}";

/// Who reaches what in some applications, one below the other.
#[must_use]
pub fn svg(views: &[View<'_>]) -> String {
    let mut body = String::new();
    let mut top = 0;
    for view in views {
        let picture = Picture::of(view);
        picture.draw(top, &mut body);
        top += picture.height();
    }
    if views.is_empty() {
        body.push_str("<text x=\"20\" y=\"40\">no application was found</text>\n");
        top = 80;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" height=\"{top}\" role=\"img\" aria-label=\"who reaches what\">\n\
         <style>{STYLE}</style>\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{top}\"/>\n{body}</svg>\n"
    )
}

/// A box.
struct Shape {
    name: String,
    below: String,
    /// Anybody gets in here.
    open: bool,
}

/// A line between two boxes, each a column and a row.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    from: (usize, usize),
    to: (usize, usize),
    class: &'static str,
    maybe: bool,
    title: String,
}

struct Picture<'a> {
    title: &'a str,
    columns: [Vec<Shape>; 3],
    lines: BTreeSet<Line>,
}

/// Boxes of a column while they are collected, by what they stand for.
#[derive(Default)]
struct Column {
    keys: Vec<String>,
    shapes: Vec<Shape>,
}

impl Column {
    fn add(&mut self, key: String, shape: impl FnOnce() -> Shape) -> usize {
        if let Some(at) = self.keys.iter().position(|k| *k == key) {
            return at;
        }
        self.keys.push(key);
        self.shapes.push(shape());
        self.shapes.len() - 1
    }
}

impl<'a> Picture<'a> {
    fn of(view: &View<'a>) -> Self {
        let mut ways = Column::default();
        let mut runs = Column::default();
        let mut data = Column::default();
        let mut lines: BTreeSet<Line> = BTreeSet::new();
        let grants = view.shown();
        let filtered = !view.filter.to.is_empty() || !view.filter.from.is_empty();
        let acting: BTreeSet<&Node> = grants.iter().map(|edge| &edge.from).collect();
        let shown = |node: &Node| {
            let acts = |edge: &Edge| edge.kind == EdgeKind::ActsAs && acting.contains(&edge.to);
            !filtered || acting.contains(node) || view.edges.from(node).any(acts)
        };
        for (key, entries) in groups(view) {
            for (_, entry) in &entries {
                for function in &entry.functions {
                    let node = Node::Function(function.clone());
                    if !shown(&node) {
                        continue;
                    }
                    let from = ways.add(key.clone(), || way(&entries));
                    let to = runs.add(format!("{node:?}"), || shape(view, &node));
                    lines.insert(Line {
                        from: (0, from),
                        to: (1, to),
                        class: "start",
                        maybe: false,
                        title: line(&entry.label),
                    });
                }
            }
        }
        if !filtered {
            for function in &view.access.app.graph().functions {
                let node = Node::Function(function.id.clone());
                runs.add(format!("{node:?}"), || shape(view, &node));
            }
        }
        for edge in grants {
            let actors = match view.acting(&edge.from) {
                acting if acting.is_empty() => vec![&edge.from],
                acting => acting,
            };
            for actor in actors {
                let from = match actor {
                    Node::Outsider(_) | Node::EntryPoint(_) => {
                        (0, ways.add(format!("{actor:?}"), || shape(view, actor)))
                    }
                    _ => (1, runs.add(format!("{actor:?}"), || shape(view, actor))),
                };
                let runs_itself = matches!(&edge.to, Node::Function(_));
                let to = match runs_itself {
                    true => (
                        1,
                        runs.add(format!("{:?}", edge.to), || shape(view, &edge.to)),
                    ),
                    false => (
                        2,
                        data.add(format!("{:?}", edge.to), || shape(view, &edge.to)),
                    ),
                };
                lines.insert(Line {
                    from,
                    to,
                    class: class(edge),
                    maybe: edge.unknown.is_some() || edge.conditions || !edge.when.is_empty(),
                    title: title(view, edge),
                });
            }
        }
        let mut picture = Self {
            title: &view.access.app.root,
            columns: [ways.shapes, runs.shapes, data.shapes],
            lines,
        };
        picture.untangle();
        picture
    }

    /// Puts the boxes of the right column near to those that reach them.
    fn untangle(&mut self) {
        let mut places: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.to.0 == 2) {
            let (sum, n) = places.entry(line.to.1).or_default();
            *sum += line.from.1 * 100;
            *n += 1;
        }
        let middle = |row: usize| places.get(&row).map_or(0, |(sum, n)| sum / n.max(&1));
        let mut order: Vec<usize> = (0..self.columns[2].len()).collect();
        order.sort_by_key(|row| middle(*row));
        let mut shapes: Vec<Option<Shape>> = self.columns[2].drain(..).map(Some).collect();
        for row in &order {
            self.columns[2].extend(shapes.get_mut(*row).and_then(Option::take));
        }
        let place = |row: usize| order.iter().position(|r| *r == row).unwrap_or(row);
        let lines = std::mem::take(&mut self.lines);
        self.lines = lines
            .into_iter()
            .map(|mut line| {
                if line.to.0 == 2 {
                    line.to.1 = place(line.to.1);
                }
                line
            })
            .collect();
    }

    fn height(&self) -> usize {
        let rows = self.columns.iter().map(Vec::len).max().unwrap_or_default();
        HEAD + rows.max(1) * ROW + FOOT
    }

    fn draw(&self, top: usize, out: &mut String) {
        let _ = writeln!(
            out,
            "<text class=\"head\" x=\"20\" y=\"{}\">{}</text>",
            top + 26,
            escape(self.title)
        );
        for ((x, _), title) in COLUMNS.iter().zip(TITLES) {
            let _ = writeln!(
                out,
                "<text class=\"dim\" x=\"{x}\" y=\"{}\">{title}</text>",
                top + 54
            );
        }
        for line in &self.lines {
            self.line(line, top, out);
        }
        for (column, (x, width)) in self.columns.iter().zip(COLUMNS) {
            for (row, shape) in column.iter().enumerate() {
                let y = top + HEAD + row * ROW;
                let open = if shape.open { " open" } else { "" };
                let _ = writeln!(
                    out,
                    "<g><title>{}</title><rect class=\"box{open}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX}\" rx=\"6\"/>\
                     <text x=\"{}\" y=\"{}\">{}</text><text class=\"dim\" x=\"{}\" y=\"{}\">{}</text></g>",
                    escape(&shape.name),
                    x + 10,
                    y + 16,
                    escape(&cut(&shape.name)),
                    x + 10,
                    y + 31,
                    escape(&cut(&shape.below)),
                );
            }
        }
        let foot = top + self.height() - 14;
        let mut x = 20;
        for (class, word) in [
            ("read", "read"),
            ("write", "write"),
            ("manage", "manage permissions"),
            ("start", "starts"),
        ] {
            let _ = writeln!(
                out,
                "<path class=\"{class}\" d=\"M{x} {}h30\"/><text class=\"dim\" x=\"{}\" y=\"{foot}\">{word}</text>",
                foot - 4,
                x + 38,
            );
            x += 70 + word.len() * 7;
        }
        let _ = writeln!(
            out,
            "<path class=\"start maybe\" d=\"M{x} {}h30\"/><text class=\"dim\" x=\"{}\" y=\"{foot}\">under conditions, or perhaps</text>",
            foot - 4,
            x + 38,
        );
    }

    fn line(&self, line: &Line, top: usize, out: &mut String) {
        let middle = |row: usize| top + HEAD + row * ROW + BOX / 2;
        let right = |column: usize| COLUMNS.get(column).map_or(0, |(x, width)| x + width);
        let left = |column: usize| COLUMNS.get(column).map_or(0, |(x, _)| *x);
        let (x1, y1, y2) = (right(line.from.0), middle(line.from.1), middle(line.to.1));
        let curve = if line.from.0 == line.to.0 {
            // Round the right side.
            let out = x1 + 60;
            format!("M{x1} {y1}C{out} {y1} {out} {y2} {x1} {y2}")
        } else {
            let x2 = left(line.to.0);
            let half = x1.midpoint(x2);
            format!("M{x1} {y1}C{half} {y1} {half} {y2} {x2} {y2}")
        };
        let maybe = if line.maybe { " maybe" } else { "" };
        let _ = writeln!(
            out,
            "<path class=\"{}{maybe}\" d=\"{curve}\"><title>{}</title></path>",
            line.class,
            escape(&line.title)
        );
    }
}

/// The entry points together that are one way in: of one source, with one way of authentication.
fn groups<'a>(view: &View<'a>) -> Vec<(String, Vec<(usize, &'a EntryPoint)>)> {
    let mut groups: Vec<(String, Vec<(usize, &EntryPoint)>)> = Vec::new();
    for (i, entry) in view.access.app.graph().entry_points.iter().enumerate() {
        let source = entry.source.as_ref().unwrap_or(&entry.resource);
        let key = format!(
            "{source}/{:?}/{}",
            entry.kind,
            entry.authentication.as_str()
        );
        match groups.iter_mut().find(|(k, _)| *k == key) {
            Some((_, entries)) => entries.push((i, entry)),
            None => groups.push((key, vec![(i, entry)])),
        }
    }
    groups
}

fn way(entries: &[(usize, &EntryPoint)]) -> Shape {
    let first = entries.first().map(|(_, entry)| *entry);
    let name = match entries {
        [(_, one)] => one.label.clone(),
        _ => first
            .and_then(|entry| entry.source.as_deref())
            .map_or_else(String::new, ToOwned::to_owned),
    };
    let kind = first.map_or("", |entry| entry.kind.as_str());
    let kind = match entries.len() {
        1 => kind.to_owned(),
        n => format!("{n} × {kind}"),
    };
    let authentication = first.map(|entry| &entry.authentication);
    let open = authentication == Some(&Authentication::None);
    let how = match authentication {
        Some(Authentication::None) => ", no authentication",
        Some(Authentication::ApiKey) => ", API key only",
        Some(Authentication::Iam) => ", signed",
        Some(Authentication::Token) => ", token",
        Some(Authentication::Custom) => ", own authorizer",
        _ => "",
    };
    Shape {
        name,
        below: format!("{kind}{how}"),
        open,
    }
}

fn shape(view: &View<'_>, node: &Node) -> Shape {
    let kind = match node {
        Node::Outsider(_) => "outside of the zone of trust".to_owned(),
        Node::External(_) => "not declared here".to_owned(),
        _ => view.kind(node),
    };
    Shape {
        name: view.name(node),
        below: kind,
        open: matches!(node, Node::Outsider(_)),
    }
}

fn class(edge: &Edge) -> &'static str {
    let levels = by_level(edge);
    let has = |name: &str| levels.iter().any(|(level, _)| *level == name);
    if has("manage permissions") || edge.kind == EdgeKind::Assumes {
        "manage"
    } else if has("write") || has("tag") {
        "write"
    } else {
        "read"
    }
}

/// What a line says when one points at it.
fn title(view: &View<'_>, edge: &Edge) -> String {
    let mut text = format!("{} → {}:", view.name(&edge.from), view.name(&edge.to));
    for (action, _) in edge.actions.iter().take(8) {
        let _ = write!(text, " {action}");
    }
    if edge.actions.len() > 8 {
        let _ = write!(text, " and {} more", edge.actions.len() - 8);
    }
    for condition in &edge.when {
        let _ = write!(text, ", when {condition}");
    }
    if let Some(reason) = &edge.unknown {
        let _ = write!(text, ", perhaps: {reason}");
    }
    text
}

/// The text as far as it fits into a box.
fn cut(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(LETTERS - 1).collect();
    cut.push('…');
    cut
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
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
