//! Bodies: by their content type to the schema that they are held to.

use super::document::Place;
use super::json::{Doc, Kind};
use super::multipart::{Part, parts};
use super::operation::{Limits, Rules};
use super::parameter::{Style, cannot_drop, form_path, tree};
use super::schema::{Schema, refusal};
use super::shape::{Shapes, Unknown};
use super::text::{BadQuery, ContentType, claimed, pairs};
use super::translate::{ARRAY, BOOL, Direction, NUMBER, OBJECT, STRING, Translator};
use super::violation::{Spot, Violations};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What one media type of a contract says.
#[derive(Debug)]
struct Media {
    content: ContentType,
    kind: Kinds,
}

#[derive(Debug)]
enum Kinds {
    Json(Schema),
    Form(Schema, BTreeMap<String, Encoding>),
    Multipart(Schema, BTreeMap<String, Encoding>),
    Text(Schema),
    /// Only its type and size are looked at.
    Opaque,
}

/// How one property of a form is written.
#[derive(Debug, Default)]
struct Encoding {
    /// The separator of a list in one value.
    separator: Option<char>,
    /// The content types that a part may have.
    content: Vec<ContentType>,
}

/// The media types of a request or response.
#[derive(Debug, Default)]
pub(super) struct Content(Vec<Media>);

impl Content {
    /// Reads a `content` map.
    pub(super) fn read<'d>(translator: &mut Translator<'d>, place: Place<'d>) -> Self {
        let mut list = Vec::new();
        for entry in place.node.as_map().unwrap_or_default() {
            let Some(content) = ContentType::parse(&entry.key.name) else {
                let span = entry.key.origin.span;
                let problem = translator.docs.error(span, "not a media type");
                translator.problems.insert(problem);
                continue;
            };
            let media = place.with(&entry.value);
            let kind = Kinds::read(translator, &content, media);
            list.push(Media { content, kind });
        }
        Self(list)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether judging it takes the whole body.
    pub(super) fn needs_body(&self) -> bool {
        let opaque = |media: &Media| matches!(media.kind, Kinds::Opaque);
        !self.0.iter().all(opaque)
    }

    /// Holds a body (none when it streams) to the media type that it says it has. Gives the rewritten
    /// body if something was dropped.
    pub(super) fn check(
        &self,
        sent: Option<&str>,
        body: Option<&[u8]>,
        unknown: Unknown,
        rules: &Rules,
        violations: &mut Violations,
    ) -> Option<Vec<u8>> {
        let mut add = |keyword, expected: &str| {
            violations.add(Spot::Body, "", keyword, expected);
        };
        let Some(sent) = sent else {
            add("content-type", &self.names());
            return None;
        };
        let Some(sent) = ContentType::parse(sent) else {
            add("content-type", "one well-formed content type");
            return None;
        };
        let fits = self.0.iter().filter_map(|media| {
            let fit = media.content.matches(&sent)?;
            Some((fit, media))
        });
        let Some((_, media)) = fits.max_by_key(|(fit, _)| *fit) else {
            add("content-type", &self.names());
            return None;
        };
        if !matches!(media.kind, Kinds::Opaque | Kinds::Multipart(..)) && !sent.is_utf8() {
            add("charset", "UTF-8");
            return None;
        }
        let body = body?;
        match &media.kind {
            Kinds::Json(schema) => schema
                .check_text(
                    body,
                    unknown,
                    &rules.limits.json,
                    Spot::Body,
                    "",
                    violations,
                )
                .map(String::into_bytes),
            Kinds::Form(schema, encodings) => {
                form(body, schema, encodings, unknown, &rules.limits, violations)
                    .map(String::into_bytes)
            }
            Kinds::Multipart(schema, encodings) => {
                let boundary = sent.parameter("boundary").unwrap_or("");
                let Some(parts) = parts(body, boundary, rules.limits.parameters) else {
                    add("multipart", "well-formed multipart/form-data");
                    return None;
                };
                multipart(
                    body,
                    &parts,
                    schema,
                    encodings,
                    unknown,
                    &rules.limits,
                    violations,
                )
            }
            Kinds::Text(schema) => {
                let Ok(text) = std::str::from_utf8(body) else {
                    add("encoding", "UTF-8");
                    return None;
                };
                let mut doc = Doc::default();
                doc.scalar(text, schema.shapes.types(Shapes::ROOT), true);
                schema.check_doc(&mut doc, Unknown::Keep, Spot::Body, "", violations);
                None
            }
            Kinds::Opaque => None,
        }
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|m| &*m.content.essence).collect();
        names.join(" or ")
    }
}

impl Kinds {
    fn read<'d>(translator: &mut Translator<'d>, content: &ContentType, media: Place<'d>) -> Self {
        let place = media.get("schema");
        let schema = |translator: &mut Translator<'d>| {
            place.map_or_else(Schema::free, |place| Schema::new(translator, place))
        };
        let essence = &*content.essence;
        match essence {
            _ if content.is_json() => Self::Json(schema(translator)),
            "application/x-www-form-urlencoded" => {
                Self::Form(schema(translator), encodings(translator, media))
            }
            "multipart/form-data" => {
                Self::Multipart(schema(translator), encodings(translator, media))
            }
            _ if essence.starts_with("text/")
                && place.is_some_and(|place| {
                    let scalar = |t: &str| t != "object" && t != "array";
                    place.text("type").is_some_and(|t| scalar(&t))
                }) =>
            {
                Self::Text(schema(translator))
            }
            _ => {
                // A caller chooses among the media types: one that is not judged is a way around.
                let structured = place.is_some_and(|place| {
                    place.get("$ref").is_some()
                        || place.get("properties").is_some()
                        || matches!(place.text("type").as_deref(), Some("object" | "array"))
                });
                if structured && translator.direction() == Direction::Request {
                    let message = format!(
                        "bodies of type {essence} are held to their size only; callers can choose it"
                    );
                    let problem = translator.docs.warning(media.span(), message);
                    translator.problems.insert(problem);
                }
                Self::Opaque
            }
        }
    }
}

fn encodings(translator: &mut Translator<'_>, media: Place<'_>) -> BTreeMap<String, Encoding> {
    let mut list = BTreeMap::new();
    let Some(place) = media.get("encoding") else {
        return list;
    };
    for entry in place.node.as_map().unwrap_or_default() {
        let at = place.with(&entry.value);
        let style = at.text("style").map(|style| Style::named(&style));
        let explode = at.flag("explode");
        let separator = match style {
            Some(Some(Style::Space)) if explode != Some(true) => Some(' '),
            Some(Some(Style::Pipe)) if explode != Some(true) => Some('|'),
            _ => (explode == Some(false)).then_some(','),
        };
        let names = at.text("contentType");
        let names = names.as_deref().unwrap_or("").split(',');
        let content: Vec<ContentType> = names.filter_map(ContentType::parse).collect();
        if style == Some(None) {
            let problem = translator.docs.error(at.span(), "this style is not known");
            translator.problems.insert(problem);
        }
        let encoding = Encoding { separator, content };
        list.insert(entry.key.name.to_string(), encoding);
    }
    list
}

/// `application/x-www-form-urlencoded`.
fn form(
    body: &[u8],
    schema: &Schema,
    encodings: &BTreeMap<String, Encoding>,
    unknown: Unknown,
    limits: &Limits,
    violations: &mut Violations,
) -> Option<String> {
    let mut add = |keyword, expected: &str| violations.add(Spot::Body, "", keyword, expected);
    let Ok(text) = std::str::from_utf8(body) else {
        add("encoding", "UTF-8");
        return None;
    };
    let mut pairs = match pairs(text, limits.parameters) {
        Ok(pairs) => pairs,
        Err(BadQuery::Encoding) => {
            add("encoding", "percent-encoded UTF-8");
            return None;
        }
        Err(BadQuery::TooMany) => {
            add("too-many-parameters", &limits.parameters.to_string());
            return None;
        }
    };
    let shapes = &schema.shapes;
    let mut entries = Vec::new();
    let mut stray = false;
    for pair in &mut pairs {
        let whole = shapes.names(Shapes::ROOT).any(|name| **name == *pair.name);
        let path = if whole {
            vec![&*pair.name]
        } else {
            form_path(&pair.name)
        };
        let first = path.first().copied().unwrap_or("");
        let known = shapes.member(Shapes::ROOT, first).is_some();
        pair.claimed = known || unknown == Unknown::Keep;
        stray |= !pair.claimed;
        if pair.claimed {
            let separator = encodings.get(first).and_then(|e| e.separator);
            match separator {
                Some(separator) => {
                    let values = pair.value.split(separator);
                    entries.extend(values.map(|value| (path.clone(), value)));
                }
                None => entries.push((path, &*pair.value)),
            }
        }
    }
    if stray && unknown == Unknown::Refuse {
        add("unknown-member", "only members that the contract names");
    }
    let mut first = None;
    for plain in [false, true] {
        let mut doc = Doc::default();
        let made = tree(shapes, &mut doc, Shapes::ROOT, &entries, 0, plain).map(|()| doc);
        let fits = made.as_ref().is_ok_and(|doc| schema.is_valid(doc));
        if fits || first.is_none() {
            first = Some(made);
        }
        if fits {
            break;
        }
    }
    match first {
        Some(Ok(mut doc)) => {
            let unknown = cannot_drop(unknown);
            schema.check_doc(&mut doc, unknown, Spot::Body, "", violations);
        }
        Some(Err(refused)) => {
            let (keyword, expected) = refusal(refused, &limits.json);
            add(keyword, &expected);
        }
        None => {}
    }
    let dropped = stray && unknown == Unknown::Drop;
    dropped.then(|| claimed(text, &pairs))
}

/// `multipart/form-data`.
fn multipart(
    body: &[u8],
    parts: &[Part<'_>],
    schema: &Schema,
    encodings: &BTreeMap<String, Encoding>,
    unknown: Unknown,
    limits: &Limits,
    violations: &mut Violations,
) -> Option<Vec<u8>> {
    let shapes = &schema.shapes;
    let mut groups: BTreeMap<&str, Vec<&Part<'_>>> = BTreeMap::new();
    let mut strays = Vec::new();
    for part in parts {
        if shapes.member(Shapes::ROOT, &part.name).is_some() || unknown == Unknown::Keep {
            groups.entry(&part.name).or_default().push(part);
        } else {
            strays.push(part);
        }
    }
    if !strays.is_empty() && unknown == Unknown::Refuse {
        let expected = "only members that the contract names";
        violations.add(Spot::Body, "", "unknown-member", expected);
    }
    let mut doc = Doc::default();
    let object = doc.open(Kind::Object);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    for (name, group) in &groups {
        let shown = shapes.names(Shapes::ROOT).any(|known| **known == **name);
        let shown = if shown { name } else { "*" };
        let shape = shapes.member(Shapes::ROOT, name).unwrap_or(0);
        let types = shapes.types(shape);
        let list = types & ARRAY != 0 && (group.len() > 1 || types & STRING == 0);
        if group.len() > 1 && !list {
            let expected = "one part, not several";
            violations.add(Spot::Body, shown, "duplicate-member", expected);
            return None;
        }
        doc.key(name);
        let array = list.then(|| doc.open(Kind::Array));
        let inner = if list { shapes.items(shape) } else { shape };
        for part in group {
            let accepted = encodings
                .get(*name)
                .map(|e| &*e.content)
                .unwrap_or_default();
            let fits = part.content.as_ref().is_none_or(|sent| {
                accepted.is_empty() || accepted.iter().any(|a| a.matches(sent).is_some())
            });
            if !fits {
                let expected = "a content type that the contract has";
                violations.add(Spot::Body, shown, "content-type", expected);
            }
            if let Err((keyword, expected)) = value(&mut doc, part, shapes, inner, limits) {
                violations.add(Spot::Body, shown, keyword, expected);
                return None;
            }
        }
        if let Some(array) = array {
            // A list of values can't have a member twice.
            let _ = doc.close(array, count(group.len()));
        }
    }
    if let Err(refused) = doc.close(object, count(groups.len())) {
        let (keyword, expected) = refusal(refused, &limits.json);
        violations.add(Spot::Body, "", keyword, expected);
        return None;
    }
    let unknown_inside = cannot_drop(unknown);
    schema.check_doc(&mut doc, unknown_inside, Spot::Body, "", violations);
    if strays.is_empty() || unknown != Unknown::Drop {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    for part in strays {
        out.extend_from_slice(body.get(at..part.range.start)?);
        at = part.range.end;
    }
    out.extend_from_slice(body.get(at..)?);
    Some(out)
}

/// Adds the value of one part.
fn value(
    doc: &mut Doc<'static>,
    part: &Part<'_>,
    shapes: &Shapes,
    shape: usize,
    limits: &Limits,
) -> Result<(), (&'static str, Cow<'static, str>)> {
    let types = shapes.types(shape);
    let json = part.content.as_ref().is_some_and(ContentType::is_json);
    if shapes.is_binary(shape) || (part.file && !json) {
        // What bytes say is not for a schema of characters.
        doc.string("");
        return Ok(());
    }
    let scalars = STRING | NUMBER | BOOL;
    if json || (types & (OBJECT | ARRAY) != 0 && types & scalars == 0) {
        let refused = |refused| {
            let (keyword, expected) = refusal(refused, &limits.json);
            (keyword, expected.into())
        };
        let inner = Doc::read(part.body, &limits.json).map_err(refused)?;
        return doc.embed(&inner, 0).map_err(refused);
    }
    match std::str::from_utf8(part.body) {
        Ok(text) if text.len() <= limits.json.string as usize => {
            doc.scalar(text, types, types & STRING != 0);
            Ok(())
        }
        Ok(_) => Err(("too-long", "a shorter text".into())),
        Err(_) => Err(("encoding", "UTF-8".into())),
    }
}
