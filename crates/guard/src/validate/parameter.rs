//! Parameters: from the styles that `OpenAPI` writes them in to values that a schema can judge.
//!
//! Values come percent-decoded, and separators count whether they were encoded or not, as they do for
//! nearly every program that stands behind.

use super::document::Place;
use super::json::{Doc, JsonLimits, Kind, Refused};
use super::schema::Schema;
use super::shape::{Shapes, Unknown};
use super::text::{ContentType, Pair};
use super::translate::{ARRAY, OBJECT, Translator};
use super::violation::{Spot, Violations};
use std::collections::BTreeMap;

/// How arrays and objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    Space,
    Pipe,
    Deep,
}

impl Style {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "simple" => Self::Simple,
            "label" => Self::Label,
            "matrix" => Self::Matrix,
            "form" | "cookie" => Self::Form,
            "spaceDelimited" => Self::Space,
            "pipeDelimited" => Self::Pipe,
            "deepObject" => Self::Deep,
            _ => return None,
        })
    }

    fn separator(self, explode: bool) -> char {
        match self {
            Self::Label if explode => '.',
            Self::Matrix if explode => ';',
            Self::Space => ' ',
            Self::Pipe => '|',
            _ => ',',
        }
    }
}

/// One declared parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) spot: Spot,
    /// As the contract has it; a header's in lower case.
    pub(super) name: String,
    pub(super) required: bool,
    style: Style,
    explode: bool,
    /// `allowEmptyValue`.
    empty: bool,
    /// Its value is a JSON text.
    json: bool,
    schema: Schema,
}

/// The entries of a value: a path of names, and a text.
type Entries<'e> = Vec<(Vec<&'e str>, &'e str)>;

impl Parameter {
    /// Reads a declaration. None for what is not for us to judge.
    pub(super) fn read<'d>(translator: &mut Translator<'d>, place: Place<'d>) -> Option<Self> {
        let mut error = |message: &str| {
            let problem = translator.docs.error(place.span(), message);
            translator.problems.insert(problem);
        };
        let Some(name) = place.text("name") else {
            error("a parameter has a `name`");
            return None;
        };
        let spot = match place.text("in").as_deref() {
            Some("path") => Spot::Path,
            Some("query") => Spot::Query,
            Some("header") => Spot::Header,
            Some("cookie") => Spot::Cookie,
            _ => {
                error("`in` is path, query, header or cookie");
                return None;
            }
        };
        Self::of(translator, place, spot, &name)
    }

    /// Reads a parameter, or a header of a response, whose name and place are known.
    pub(super) fn of<'d>(
        translator: &mut Translator<'d>,
        place: Place<'d>,
        spot: Spot,
        name: &str,
    ) -> Option<Self> {
        let mut name = name.to_owned();
        if spot == Spot::Header {
            name.make_ascii_lowercase();
            if matches!(&*name, "accept" | "content-type" | "authorization") {
                return None;
            }
        }
        let mut style = match spot {
            Spot::Path | Spot::Header => Style::Simple,
            _ => Style::Form,
        };
        if let Some(written) = place.text("style") {
            let Some(known) = Style::named(&written) else {
                let problem = translator
                    .docs
                    .error(place.span(), "this style is not known");
                translator.problems.insert(problem);
                return None;
            };
            style = known;
        }
        let content = place.get("content").and_then(|content| {
            let entry = content.node.as_map()?.first()?;
            Some((entry.key.name.clone(), content.with(&entry.value)))
        });
        let mut json = false;
        let schema = if let Some((media, at)) = content {
            json = ContentType::parse(&media).is_some_and(|media| media.is_json());
            at.get("schema").filter(|_| json)
        } else {
            place.get("schema")
        };
        let schema = schema.map_or_else(Schema::free, |at| Schema::new(translator, at));
        Some(Self {
            required: place.is_true("required") || spot == Spot::Path,
            explode: place.flag("explode").unwrap_or(style == Style::Form),
            empty: place.is_true("allowEmptyValue"),
            spot,
            name,
            style,
            json,
            schema,
        })
    }

    fn shapes(&self) -> &Shapes {
        &self.schema.shapes
    }

    fn is_object(&self) -> bool {
        let types = self.shapes().types(Shapes::ROOT);
        types & OBJECT != 0 && types & !(OBJECT | super::translate::NULL) == 0
    }

    /// Whether it can be an array.
    pub(super) fn is_list(&self) -> bool {
        self.shapes().types(Shapes::ROOT) & ARRAY != 0
    }

    /// Whether its members stand in the query under their own names.
    pub(super) fn is_spread(&self) -> bool {
        self.style == Style::Form && self.explode && self.is_object() && !self.json
    }

    /// Takes what is its own out of a query and judges it. A spread object that is open takes all
    /// that is left: it comes last.
    pub(super) fn query(
        &self,
        pairs: &mut [Pair<'_>],
        limits: &JsonLimits,
        unknown: Unknown,
        violations: &mut Violations,
    ) {
        if self.style == Style::Deep || self.is_spread() {
            let mut entries: Entries<'_> = Vec::new();
            for pair in pairs.iter_mut().filter(|pair| !pair.claimed) {
                let path = if self.style == Style::Deep {
                    deep_path(&self.name, &pair.name)
                } else {
                    let own = self.shapes().member(Shapes::ROOT, &pair.name);
                    own.map(|_| vec![&*pair.name])
                };
                if let Some(path) = path {
                    pair.claimed = true;
                    entries.push((path, &*pair.value));
                }
            }
            if entries.is_empty() {
                self.missing(violations);
            } else {
                self.judge_entries(&entries, unknown, violations);
            }
            return;
        }
        let mut values = Vec::new();
        for pair in pairs.iter_mut().filter(|pair| pair.name == self.name) {
            pair.claimed = true;
            values.push(&*pair.value);
        }
        self.values(&values, limits, unknown, violations);
    }

    fn missing(&self, violations: &mut Violations) {
        if self.required {
            violations.add(self.spot, &self.name, "required", "a value");
        }
    }

    /// Judges the values that stand under its name.
    pub(super) fn values(
        &self,
        values: &[&str],
        limits: &JsonLimits,
        unknown: Unknown,
        violations: &mut Violations,
    ) {
        let Some(first) = values.first() else {
            return self.missing(violations);
        };
        if self.empty && values == [""] {
            return;
        }
        let types = self.shapes().types(Shapes::ROOT);
        let repeats = types & ARRAY != 0
            && self.explode
            && matches!(self.style, Style::Form | Style::Space | Style::Pipe);
        if values.len() > 1 && (self.json || !repeats) {
            let expected = "one value, not several";
            violations.add(self.spot, &self.name, "duplicate-parameter", expected);
            return;
        }
        if self.json {
            let spot = self.spot;
            let unknown = cannot_drop(unknown);
            let text = first.as_bytes();
            self.schema
                .check_text(text, unknown, limits, spot, &self.name, violations);
            return;
        }
        self.judge(unknown, violations, |doc, plain, want| match want {
            ARRAY => {
                let items = self.items(values)?;
                self.array(doc, &items, plain)
            }
            OBJECT => {
                let members = self.members(first)?;
                let entries: Entries<'_> = members.iter().map(|(n, v)| (vec![*n], *v)).collect();
                tree(self.shapes(), doc, Shapes::ROOT, &entries, 0, plain).ok()
            }
            _ if values.len() > 1 => None,
            types => {
                doc.scalar(self.bare(first)?, types, plain);
                Some(())
            }
        });
    }

    fn judge_entries(&self, entries: &Entries<'_>, unknown: Unknown, violations: &mut Violations) {
        self.judge(unknown, violations, |doc, plain, want| {
            (want == OBJECT).then_some(())?;
            tree(self.shapes(), doc, Shapes::ROOT, entries, 0, plain).ok()
        });
    }

    /// Tries the readings that its types allow: the first that fits counts; if none does, the first
    /// that could be made is what the violations are about.
    fn judge(
        &self,
        unknown: Unknown,
        violations: &mut Violations,
        make: impl Fn(&mut Doc<'static>, bool, u8) -> Option<()>,
    ) {
        let types = self.shapes().types(Shapes::ROOT);
        let scalars = types & !(ARRAY | OBJECT);
        let mut first = None;
        for plain in [false, true] {
            for want in [scalars, types & ARRAY, types & OBJECT] {
                let mut doc = Doc::default();
                if want == 0 || make(&mut doc, plain, want).is_none() {
                    continue;
                }
                let mut found = Violations::default();
                let unknown = cannot_drop(unknown);
                if self.schema.is_valid(&doc) {
                    let (spot, name) = (self.spot, &self.name);
                    self.schema
                        .check_doc(&mut doc, unknown, spot, name, &mut found);
                    if found.list.is_empty() {
                        return;
                    }
                }
                first.get_or_insert(doc);
            }
        }
        let Some(mut doc) = first else {
            let expected = "a value in the style that the contract has";
            violations.add(self.spot, &self.name, "style", expected);
            return;
        };
        let unknown = cannot_drop(unknown);
        self.schema
            .check_doc(&mut doc, unknown, self.spot, &self.name, violations);
    }

    /// A single value without the prefix of its style.
    fn bare<'v>(&self, text: &'v str) -> Option<&'v str> {
        match self.style {
            Style::Label => text.strip_prefix('.'),
            Style::Matrix => {
                let rest = text.strip_prefix(';')?.strip_prefix(&*self.name)?;
                if rest.is_empty() {
                    Some("")
                } else {
                    rest.strip_prefix('=')
                }
            }
            _ => Some(text),
        }
    }

    fn items<'v>(&self, values: &[&'v str]) -> Option<Vec<&'v str>> {
        let text = *values.first()?;
        if values.len() > 1 {
            return Some(values.to_vec());
        }
        if self.style == Style::Matrix && self.explode {
            return text
                .strip_prefix(';')?
                .split(';')
                .map(|item| item.strip_prefix(&*self.name)?.strip_prefix('='))
                .collect();
        }
        let text = self.bare(text)?;
        if text.is_empty() {
            return Some(Vec::new());
        }
        let single = matches!(self.style, Style::Form | Style::Space | Style::Pipe);
        if single && self.explode {
            return Some(vec![text]);
        }
        let items = text.split(self.style.separator(self.explode));
        Some(items.map(|item| self.trim(item)).collect())
    }

    /// White space after the comma of a header belongs to nobody.
    fn trim<'v>(&self, item: &'v str) -> &'v str {
        if self.spot == Spot::Header {
            item.trim_matches([' ', '\t'])
        } else {
            item
        }
    }

    fn members<'v>(&self, text: &'v str) -> Option<Vec<(&'v str, &'v str)>> {
        if self.explode {
            let text = match self.style {
                Style::Matrix => text.strip_prefix(';')?,
                _ => self.bare(text)?,
            };
            let members = text.split(self.style.separator(true));
            return members
                .map(|member| self.trim(member).split_once('='))
                .collect();
        }
        let mut parts = self.bare(text)?.split(self.style.separator(false));
        let mut members = Vec::new();
        while let Some(name) = parts.next() {
            members.push((self.trim(name), self.trim(parts.next()?)));
        }
        Some(members)
    }

    fn array(&self, doc: &mut Doc<'static>, items: &[&str], plain: bool) -> Option<()> {
        let shapes = self.shapes();
        let types = shapes.types(shapes.items(Shapes::ROOT));
        let array = doc.open(Kind::Array);
        for item in items {
            doc.scalar(item, types, plain);
        }
        doc.close(array, u32::try_from(items.len()).ok()?).ok()
    }
}

/// Parameters and fields of forms are not rewritten inside: what would have to be dropped from one is refused.
pub(super) fn cannot_drop(unknown: Unknown) -> Unknown {
    match unknown {
        Unknown::Drop => Unknown::Refuse,
        other => other,
    }
}

/// `filter[a][b]` under `filter`: `a`, `b`.
fn deep_path<'n>(parameter: &str, name: &'n str) -> Option<Vec<&'n str>> {
    let inner = name.strip_prefix(parameter)?;
    let inner = inner.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split("][").collect())
}

/// The path of a form's name: `a[b]` is `a`, `b`.
pub(super) fn form_path(name: &str) -> Vec<&str> {
    let nested = || {
        let (first, _) = name.split_once('[')?;
        let mut path = vec![first];
        path.extend(deep_path(first, name)?);
        Some(path)
    };
    nested().unwrap_or_else(|| vec![name])
}

/// Makes a value of entries: by their paths into objects and arrays, as far as the schema has them.
pub(super) fn tree(
    shapes: &Shapes,
    doc: &mut Doc<'static>,
    shape: usize,
    entries: &[(Vec<&str>, &str)],
    depth: usize,
    plain: bool,
) -> Result<(), Refused> {
    let types = shapes.types(shape);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    if entries.iter().all(|(path, _)| path.len() == depth) {
        return match entries {
            [(_, text)] if types & !ARRAY != 0 => {
                doc.scalar(text, types, plain);
                Ok(())
            }
            _ if types & ARRAY != 0 => {
                let inner = shapes.types(shapes.items(shape));
                let array = doc.open(Kind::Array);
                for (_, text) in entries {
                    doc.scalar(text, inner, plain);
                }
                doc.close(array, count(entries.len()))
            }
            _ => Err(Refused::Duplicate),
        };
    }
    if depth >= 8 {
        return Err(Refused::Depth);
    }
    let mut groups: BTreeMap<&str, Vec<(Vec<&str>, &str)>> = BTreeMap::new();
    for (path, text) in entries {
        let name = *path.get(depth).ok_or(Refused::Syntax)?;
        groups.entry(name).or_default().push((path.clone(), text));
    }
    let numbered = groups
        .keys()
        .all(|name| name.bytes().all(|b| b.is_ascii_digit()));
    if types & ARRAY != 0 && numbered {
        let array = doc.open(Kind::Array);
        let mut items = 0;
        for (name, group) in &groups {
            let step = if name.is_empty() { 1 } else { group.len() };
            for part in group.chunks(step) {
                items += 1;
                tree(shapes, doc, shapes.items(shape), part, depth + 1, plain)?;
            }
        }
        return doc.close(array, count(items));
    }
    let object = doc.open(Kind::Object);
    for (name, group) in &groups {
        doc.key(name);
        let member = shapes.member(shape, name).unwrap_or(0);
        tree(shapes, doc, member, group, depth + 1, plain)?;
    }
    doc.close(object, count(groups.len()))
}
