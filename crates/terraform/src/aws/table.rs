//! The table of names: what the files of `data/aws` say, parsed once. Their format is told in
//! `data/aws/README.md`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The files of the table.
pub(super) const FILES: &[&str] = &[
    include_str!("../../data/aws/api.txt"),
    include_str!("../../data/aws/build.txt"),
    include_str!("../../data/aws/databases.txt"),
    include_str!("../../data/aws/edge.txt"),
    include_str!("../../data/aws/iam.txt"),
    include_str!("../../data/aws/keys.txt"),
    include_str!("../../data/aws/lambda.txt"),
    include_str!("../../data/aws/logs.txt"),
    include_str!("../../data/aws/messaging.txt"),
    include_str!("../../data/aws/network.txt"),
    include_str!("../../data/aws/other.txt"),
    include_str!("../../data/aws/storage.txt"),
    include_str!("../../data/aws/waf.txt"),
    include_str!("../../data/aws/workflow.txt"),
];

/// The whole table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) types: BTreeMap<&'static str, Type>,
    /// The properties of each kind of the cloud's own, as paths without marks of lists.
    kinds: BTreeMap<&'static str, Vec<String>>,
}

/// What is known of one type of Terraform's.
#[derive(Clone, Debug, Default)]
pub(super) struct Type {
    /// What it becomes: the first form that applies.
    pub(super) forms: Vec<Form>,
    attributes: Vec<(&'static str, Template)>,
}

/// One thing that a type may become.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// Applies only when this argument has this value.
    pub(super) when: Option<(&'static str, &'static str)>,
    /// What it becomes.
    pub(super) to: To,
    /// Its rows.
    pub(super) rows: Vec<Row>,
    /// Where arguments without a row go, and what the rows say.
    pub(super) under: &'static str,
    /// Whether it is an item of a list there.
    pub(super) item: bool,
    /// Properties of which a resource has one, where Terraform has a list.
    pub(super) each: Vec<&'static str>,
    /// (Parts) Without the whole it is one of which nothing else is known.
    pub(super) alone: bool,
}

/// What a form makes.
#[derive(Clone, Debug)]
pub(super) enum To {
    /// A resource of this kind.
    Kind(&'static str),
    /// A part of every resource that one of these names.
    Join(Vec<Join>),
}

/// The resource that something is a part of.
#[derive(Clone, Debug)]
pub(super) struct Join {
    /// Its kind.
    pub(super) kind: &'static str,
    /// The argument that names it; or several, each with the property of the resource that is the same.
    pub(super) keys: Vec<(&'static str, &'static str)>,
}

/// One line below a form.
#[derive(Clone, Debug)]
pub(super) enum Row {
    /// An argument becomes a property.
    Take {
        name: &'static str,
        blocks: Blocks,
        target: String,
        convert: Option<Convert>,
        rows: Vec<Row>,
    },
    /// An argument becomes resources of their own.
    Split {
        name: &'static str,
        blocks: Blocks,
        kind: &'static str,
        rows: Vec<Row>,
    },
    /// What stands there when nothing is written.
    Default {
        target: String,
        constant: serde_json::Value,
    },
}

/// How an argument's blocks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocks {
    /// It has none.
    None,
    /// One.
    Once,
    /// A list of them.
    Many,
}

/// How a value changes on its way.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Convert {
    /// A map becomes a list of pairs under these two names.
    Pairs(&'static str, &'static str),
    /// A list of maps becomes a map, by one entry of each; to another entry, or to the rest.
    Key(&'static str, Option<&'static str>),
    /// A text of JSON becomes what it says.
    Json,
    /// The same, also of a text of YAML.
    Yaml,
    /// The same as of JSON, with names that begin with a capital letter.
    JsonNames,
    /// Values that differ; nothing stands for absent.
    Values(Vec<(&'static str, serde_json::Value)>),
    /// Items of lists within, one by one.
    Each(Vec<&'static str>),
    /// `GET/orders` of a method setting.
    Method,
    /// The first item of a list.
    First,
    /// One entry of what a text of JSON says.
    JsonAt(&'static str),
    /// Blocks within blocks: each is one, but those that are named here as lists (`To[]`); the
    /// others that are named get another name. A name may have the one above before it (`Above/Name`).
    Single(Vec<(&'static str, &'static str)>),
    /// A map, if this entry of it is true; without that entry.
    When(&'static str),
    /// Whatever is written, it means this.
    Const(serde_json::Value),
    /// The resource itself, if it is true.
    Itself,
}

/// What an attribute of Terraform's is in the cloud's schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template(pub(super) Vec<Piece>);

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Literal(&'static str),
    Pseudo(&'static str),
    /// An attribute of the resource, `Ref` among them.
    Attribute(&'static str),
    /// A property of the resource.
    Property(&'static str),
}

/// The table.
pub(super) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        for file in FILES {
            // A wrong line fails the tests.
            let _ = parse(file, &mut table);
        }
        table
    })
}

impl Table {
    /// What is known of a type.
    pub(super) fn of(&self, kind: &str) -> Option<&Type> {
        self.types.get(kind)
    }

    /// The kind whose name is the same but for marks and case: `dynamodb_table`.
    pub(super) fn kind_like(&self, name: &str) -> Option<&'static str> {
        let plain = |text: &str| text.replace(['_', ':'], "").to_ascii_lowercase();
        let name = format!("aws{}", plain(name));
        self.kinds.keys().find(|kind| plain(kind) == name).copied()
    }

    /// The properties of a kind, as paths.
    pub(super) fn properties(&self, kind: &str) -> Option<&[String]> {
        self.kinds.get(kind).map(Vec::as_slice)
    }
}

impl Type {
    /// What an attribute is, where the table says so.
    pub(super) fn attribute(&self, name: &str) -> Option<&Template> {
        let found = self.attributes.iter().find(|(n, _)| *n == name);
        found.map(|(_, template)| template)
    }

    /// The argument whose value an attribute is.
    pub(super) fn source_of(&self, attribute: &str) -> Option<&'static str> {
        let [Piece::Property(path)] = self.attribute(attribute)?.0.as_slice() else {
            return None;
        };
        let mut rows = self.forms.iter().flat_map(|form| &form.rows);
        rows.find_map(|row| match row {
            Row::Take { name, target, .. } if target == path => Some(*name),
            _ => None,
        })
    }

    /// The arguments that are attributes of the table's as well: those that name the resource.
    pub(super) fn named(&self) -> impl Iterator<Item = &'static str> {
        let rows = self.forms.iter().flat_map(|form| &form.rows);
        rows.filter_map(|row| match row {
            Row::Take { name, .. } => self.attribute(name).map(|_| *name),
            _ => None,
        })
    }
}

/// A line: how far it stands in, and its text.
type Line = (usize, &'static str);

/// Reads a file into a table; says which line is wrong.
pub(super) fn parse(text: &'static str, table: &mut Table) -> Result<(), String> {
    let lines: Vec<Line> = text
        .lines()
        .map(|line| line.split(" # ").next().unwrap_or(line).trim_end())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| (line.len() - line.trim_start().len(), line.trim_start()))
        .collect();
    let mut rest = lines.as_slice();
    while let Some(((_, head), behind)) = rest.split_first() {
        let end = behind.iter().position(|(depth, _)| *depth == 0);
        let (body, behind) = behind.split_at(end.unwrap_or(behind.len()));
        rest = behind;
        form(head, body, table).map_err(|line| format!("`{line}` below `{head}`"))?;
    }
    Ok(())
}

fn form(head: &'static str, body: &[Line], table: &mut Table) -> Result<(), String> {
    let (names, to) = head.split_once(' ').ok_or(head)?;
    let (when, to) = match to.split_once(' ') {
        Some((when, behind)) if when.contains('=') => (when.split_once('='), behind),
        _ => (None, to),
    };
    let to = match to.strip_prefix("+ ") {
        Some(joins) => To::Join(
            joins
                .split(", ")
                .map(|join| {
                    let (kind, keys) = join.split_once(' ').ok_or(head)?;
                    let keys = keys.split('&');
                    let keys = keys.map(|key| key.split_once('=').unwrap_or((key, "")));
                    Ok(Join {
                        kind,
                        keys: keys.collect(),
                    })
                })
                .collect::<Result<_, String>>()?,
        ),
        None => To::Kind(to.trim()),
    };
    let mut attributes = Vec::new();
    let (mut under, mut each, mut alone) = ("", Vec::new(), false);
    let mut left = Vec::new();
    for (depth, line) in body {
        if let Some((names, is)) = line.strip_prefix("@ ").and_then(|l| l.split_once(' ')) {
            let is = template(is);
            attributes.extend(names.split(',').map(|name| (name, is.clone())));
        } else if let Some(prefix) = line.strip_prefix("under ") {
            under = prefix;
        } else if let Some(names) = line.strip_prefix("each ") {
            each = names.split(',').collect();
        } else if *line == "alone" {
            alone = true;
        } else {
            left.push((*depth, *line));
        }
    }
    let (under, item) = match under.strip_suffix("[]") {
        Some(under) => (under, true),
        None => (under, false),
    };
    let form = Form {
        when,
        rows: rows(&left, if item { "" } else { under })?,
        to,
        under,
        item,
        each,
        alone,
    };
    if !under.is_empty() {
        for kind in form.to.kinds() {
            let paths = table.kinds.entry(kind).or_default();
            paths.push(under.to_owned());
        }
    }
    let above = if item { under } else { "" };
    let mut known = vec![(form.to.kinds(), above, &form.rows)];
    while let Some((kinds, above, rows)) = known.pop() {
        for kind in &kinds {
            targets(rows, above, table.kinds.entry(kind).or_default());
        }
        for row in rows {
            if let Row::Split { kind, rows, .. } = row {
                known.push((vec![kind], "", rows));
            }
        }
    }
    for name in names.split(',') {
        let entry = table.types.entry(name).or_default();
        entry.forms.push(form.clone());
        entry.attributes.extend(attributes.iter().cloned());
    }
    Ok(())
}

impl To {
    fn kinds(&self) -> Vec<&'static str> {
        match self {
            Self::Kind(kind) => vec![kind],
            Self::Join(joins) => joins.iter().map(|join| join.kind).collect(),
        }
    }
}

/// The paths that rows give.
fn targets(rows: &[Row], above: &str, into: &mut Vec<String>) {
    for row in rows {
        let (target, below) = match row {
            Row::Take { target, rows, .. } => (target.as_str(), rows.as_slice()),
            Row::Default { target, .. } => (target.as_str(), &[][..]),
            Row::Split { .. } => continue,
        };
        let path = match (above, target) {
            (_, ".") => above.to_owned(),
            ("", _) => target.to_owned(),
            _ => format!("{above}.{target}"),
        }
        .replace("[]", "");
        targets(below, &path, into);
        into.push(path);
    }
}

fn rows(lines: &[Line], under: &'static str) -> Result<Vec<Row>, String> {
    let mut found = Vec::new();
    let mut rest = lines;
    while let Some(((depth, line), behind)) = rest.split_first() {
        let end = behind.iter().position(|(d, _)| d <= depth);
        let (body, behind) = behind.split_at(end.unwrap_or(behind.len()));
        rest = behind;
        let below = rows(body, "")?;
        if let Some(names) = line.strip_prefix("* ") {
            found.extend(names.split(' ').map(|source| {
                let (name, blocks) = source_of(source);
                Row::Take {
                    name,
                    blocks,
                    target: within(under, &pascal(name)),
                    convert: None,
                    rows: below.clone(),
                }
            }));
        } else if let Some((target, constant)) =
            line.strip_prefix("= ").and_then(|l| l.split_once(' '))
        {
            found.push(Row::Default {
                target: within(under, target),
                constant: scalar(constant),
            });
        } else if let Some((source, kind)) = line.split_once(" > ") {
            let (name, blocks) = source_of(source);
            found.push(Row::Split {
                name,
                blocks,
                kind,
                rows: below,
            });
        } else {
            let mut words = line.splitn(3, ' ');
            let (Some(source), Some(target)) = (words.next(), words.next()) else {
                return Err((*line).to_owned());
            };
            let (name, blocks) = source_of(source);
            found.push(Row::Take {
                name,
                blocks,
                target: within(under, target),
                convert: words.next().map(convert).transpose()?,
                rows: below,
            });
        }
    }
    Ok(found)
}

fn source_of(source: &'static str) -> (&'static str, Blocks) {
    match (source.strip_suffix("{}"), source.strip_suffix("[]")) {
        (Some(name), _) => (name, Blocks::Once),
        (_, Some(name)) => (name, Blocks::Many),
        _ => (source, Blocks::None),
    }
}

/// A target below a common path, unless it begins at the root.
fn within(under: &str, target: &str) -> String {
    match target.strip_prefix('/') {
        Some(target) => target.to_owned(),
        None if under.is_empty() || target.starts_with('!') => target.to_owned(),
        None if target == "." => under.to_owned(),
        None => format!("{under}.{target}"),
    }
}

fn convert(word: &'static str) -> Result<Convert, String> {
    if let Some((name, inside)) = word.strip_suffix(')').and_then(|word| word.split_once('(')) {
        let mut names = inside.split(',');
        let (first, second) = (names.next().unwrap_or_default(), names.next());
        return match (name, second) {
            ("pairs", Some(second)) => Ok(Convert::Pairs(first, second)),
            ("key", second) => Ok(Convert::Key(first, second)),
            ("each", _) => Ok(Convert::Each(inside.split(',').collect())),
            ("json", None) => Ok(Convert::JsonAt(first)),
            ("when", None) => Ok(Convert::When(first)),
            ("const", _) => Ok(Convert::Const(scalar(inside))),
            ("single", _) => {
                let pairs = inside.split(',').filter_map(|pair| pair.split_once('='));
                Ok(Convert::Single(pairs.collect()))
            }
            _ => Err(word.to_owned()),
        };
    }
    Ok(match word {
        "tags" => Convert::Pairs("Key", "Value"),
        "json" => Convert::Json,
        "yaml" => Convert::Yaml,
        "json-names" => Convert::JsonNames,
        "method" => Convert::Method,
        "first" => Convert::First,
        "itself" => Convert::Itself,
        _ if word.contains('=') => {
            let pairs = word.split(',').filter_map(|pair| pair.split_once('='));
            Convert::Values(pairs.map(|(from, to)| (from, scalar(to))).collect())
        }
        _ => return Err(word.to_owned()),
    })
}

/// A constant: JSON, or a plain text.
fn scalar(text: &str) -> serde_json::Value {
    let constant = serde_json::from_str(text);
    let mut constant = constant.unwrap_or_else(|_| serde_json::Value::from(text));
    constant.sort_all_objects();
    constant
}

fn template(text: &'static str) -> Template {
    if !text.contains("${") {
        return Template(vec![piece(text)]);
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        pieces.push(piece(name));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Template(pieces)
}

fn piece(name: &'static str) -> Piece {
    match name.strip_prefix('.') {
        Some(property) => Piece::Property(property),
        None if name.starts_with("AWS::") => Piece::Pseudo(name),
        None => Piece::Attribute(name),
    }
}

/// `kms_key_id` as `KmsKeyId`.
pub(super) fn pascal(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}
