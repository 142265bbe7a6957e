//! Reading the text of a schema. The head of `data/ocsf.txt` tells what it looks like;
//! `xtask/src/ocsf.rs` writes it.

use super::{Attribute, ClassSchema, Constraint, Kind, Object, PROFILES, Schema, Values};
use crate::{Class, personal};
use std::collections::BTreeMap;

type Lines = Vec<&'static str>;

/// The blocks of a text: a line that opens one, and its indented lines.
#[derive(Default)]
struct Blocks {
    version: &'static str,
    base: Lines,
    classes: Vec<(&'static str, Lines)>,
    objects: BTreeMap<&'static str, Lines>,
    values: BTreeMap<&'static str, Values>,
}

/// The schema that texts describe, or the line that says nothing.
pub(super) fn schema(texts: [&'static str; 2]) -> Result<Schema, String> {
    let mut blocks = Blocks::default();
    for text in texts {
        blocks.add(text)?;
    }
    let objects = blocks.objects.iter();
    let objects = objects.map(|(name, lines)| blocks.object(name, lines));
    let objects = objects.collect::<Result<Vec<_>, _>>()?;
    let classes = blocks.classes.iter();
    let classes = classes.map(|(head, lines)| blocks.class(head, lines));
    let mut classes = classes.collect::<Result<Vec<_>, _>>()?;
    classes.sort_by_key(|class| class.uid);
    let uids = classes.iter().map(|class| class.uid);
    if !uids.eq(Class::ALL.map(Class::uid)) {
        return Err("other classes than those in use".to_owned());
    }
    Ok(Schema {
        version: blocks.version,
        objects,
        classes,
    })
}

impl Blocks {
    fn add(&mut self, text: &'static str) -> Result<(), String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut lines = lines.filter(|line| !line.is_empty()).peekable();
        while let Some(head) = lines.next() {
            let mut body = Lines::new();
            while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
                body.push(line.trim_start());
            }
            match head.split_once(' ') {
                None if head == "base" => self.base = body,
                Some(("version", version)) => self.version = version,
                Some(("class", head)) => self.classes.push((head, body)),
                Some(("object", name)) => drop(self.objects.insert(name, body)),
                Some(("values", name)) => drop(self.values.insert(name, values(&body))),
                _ => return Err(head.to_owned()),
            }
        }
        Ok(())
    }

    /// `NAME UID CATEGORY, CAPTION | CATEGORY'S CAPTION`
    fn class(&self, head: &'static str, lines: &[&'static str]) -> Result<ClassSchema, String> {
        let parse = || {
            let (first, captions) = head.split_once(", ")?;
            let (caption, category) = captions.split_once(" | ")?;
            let mut words = first.split(' ');
            let name = words.next()?;
            let uid = words.next()?.parse().ok()?;
            let category_uid = words.next()?.parse().ok()?;
            Some((name, uid, category_uid, caption, category))
        };
        let (name, uid, category_uid, caption, category) = parse().ok_or(head)?;
        let own = ["palisade palisade"];
        let lines: Lines = self.base.iter().chain(lines).chain(&own).copied().collect();
        let mut object = self.object("*", &lines)?;
        object.name = name;
        Ok(ClassSchema {
            object,
            uid,
            caption,
            category_uid,
            category,
        })
    }

    fn object(&self, name: &'static str, lines: &[&'static str]) -> Result<Object, String> {
        let (mut attributes, mut constraints) = (Vec::new(), Vec::new());
        for line in lines {
            let mut words = line.split(' ');
            let first = words.next().unwrap_or_default();
            if let "at_least_one" | "just_one" = first {
                constraints.push(Constraint {
                    just_one: first == "just_one",
                    of: words.collect(),
                });
            } else {
                attributes.push(self.attribute(name, line).ok_or(*line)?);
            }
        }
        Ok(Object::new(name, attributes, constraints))
    }

    /// `NAME TYPE [!] [@PROFILE] [~SIBLING] [=VALUES]`
    fn attribute(&self, object: &str, line: &'static str) -> Option<Attribute> {
        let mut words = line.split(' ');
        let (name, written) = (words.next()?, words.next()?);
        let list = written.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
        let type_name = list.unwrap_or(written);
        let mut attribute = Attribute {
            name,
            type_name,
            kind: self.kind(type_name)?,
            is_list: list.is_some(),
            is_required: false,
            profile: None,
            sibling: None,
            values: None,
            personal: personal::of(object, name, type_name),
            is_impersonal: personal::is_impersonal(name),
        };
        for word in words {
            let (mark, rest) = word.split_at_checked(1)?;
            match mark {
                "!" => attribute.is_required = true,
                "@" => attribute.profile = Some(PROFILES.iter().position(|p| *p == rest)?),
                "~" => attribute.sibling = Some(rest),
                "=" => attribute.values = Some(self.values.get(rest)?.clone()),
                _ => return None,
            }
        }
        Some(attribute)
    }

    fn kind(&self, type_name: &str) -> Option<Kind> {
        Some(match type_name {
            "boolean_t" => Kind::Boolean,
            "integer_t" | "long_t" | "timestamp_t" => Kind::Integer,
            "float_t" => Kind::Float,
            "port_t" => Kind::Port,
            "clause_t" => Kind::Clause,
            "json_t" => Kind::Json,
            "object" => Kind::AnyObject,
            text if text.ends_with("_t") => Kind::Text,
            object => Kind::Object(self.objects.keys().position(|name| *name == object)?),
        })
    }
}

/// `KEY CAPTION`, one per line: numbers, unless one is not.
fn values(lines: &[&'static str]) -> Values {
    let rows = lines.iter().filter_map(|line| line.split_once(' '));
    let numbers = rows
        .clone()
        .map(|(key, caption)| Some((key.parse().ok()?, caption)));
    match numbers.collect() {
        Some(numbers) => Values::Numbers(numbers),
        None => Values::Words(rows.map(|(key, _)| key).collect()),
    }
}
