//! Texts that are known in part: a list of parts of which some are literal.

use palisade_app::{Data, Part, Reason, ReasonKind, Value};
use std::sync::Arc;

/// Puts parts one behind the other, literal ones together.
#[derive(Default)]
pub(super) struct Pieces {
    parts: Vec<Part>,
    literal: String,
    size: usize,
}

impl Pieces {
    pub(super) fn literal(&mut self, text: &str) {
        self.literal.push_str(text);
        self.size += text.len();
    }

    pub(super) fn part(&mut self, part: Part) {
        if let Part::Literal(text) = &part {
            return self.literal(text);
        }
        self.close();
        self.size += PART;
        self.parts.push(part);
    }

    pub(super) fn parts(&mut self, parts: impl IntoIterator<Item = Part>) {
        parts.into_iter().for_each(|part| self.part(part));
    }

    /// How much there is already.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    fn close(&mut self) {
        if !self.literal.is_empty() {
            let literal = std::mem::take(&mut self.literal);
            self.parts.push(Part::Literal(Arc::from(literal)));
        }
    }

    pub(super) fn finish(mut self) -> Vec<Part> {
        self.close();
        self.parts
    }

    /// The text that the parts make.
    pub(super) fn data(self) -> Data {
        if self.parts.is_empty() {
            return Data::Text(Arc::from(self.literal));
        }
        Data::Symbolic(Arc::from(self.finish()))
    }
}

/// What a part that is not literal counts for.
const PART: usize = 64;

/// How much a symbolic text takes.
pub(super) fn size(parts: &[Part]) -> usize {
    let one = |part: &Part| match part {
        Part::Literal(text) => text.len(),
        _ => PART,
    };
    parts.iter().map(one).sum()
}

/// The text that parts make.
pub(super) fn data(parts: impl IntoIterator<Item = Part>) -> Data {
    let mut pieces = Pieces::default();
    pieces.parts(parts);
    pieces.data()
}

/// Why a part is not known.
pub(super) fn why(part: &Part) -> Reason {
    let kind = match part {
        Part::Hole(reason) => return reason.clone(),
        Part::Parameter { .. } | Part::Pseudo(_) => ReasonKind::Parameter,
        Part::Dynamic { .. } => ReasonKind::Lookup,
        Part::Reference { .. } | Part::Literal(_) => ReasonKind::Attribute,
    };
    Reason::new(kind, format!("`{part}` is known at deployment only"))
}

/// Why a value is not wholly known.
pub(super) fn why_not(value: &Value) -> Option<Reason> {
    match &value.data {
        Data::Unknown(reason) => Some(reason.clone()),
        Data::Symbolic(parts) => parts
            .iter()
            .find(|part| !matches!(part, Part::Literal(_)))
            .map(why),
        Data::OneOf(_) => Some(Reason::new(
            ReasonKind::Limit,
            "one of several values that are not told apart here",
        )),
        Data::List(list) => list
            .open
            .clone()
            .or_else(|| list.items.iter().find_map(why_not)),
        Data::Map(map) => {
            let entries = || map.entries.iter().find_map(|entry| why_not(&entry.value));
            map.open.clone().or_else(entries)
        }
        _ => None,
    }
}

/// Whether what a part stands for can't contain this text.
pub(super) fn lacks(part: &Part, text: &str) -> bool {
    let has = |allowed: fn(char) -> bool| text.chars().all(allowed);
    match part {
        Part::Literal(literal) => !literal.contains(text),
        Part::Pseudo(name) => match &**name {
            "AWS::AccountId" => !has(|c| c.is_ascii_digit()),
            "AWS::Region" => !has(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "AWS::Partition" => !has(|c| c.is_ascii_lowercase() || c == '-'),
            "AWS::URLSuffix" => !has(|c| c.is_ascii_lowercase() || c == '.'),
            _ => false,
        },
        // Names, ids and ARNs of resources: none has a blank or one of the marks between items.
        Part::Reference { attribute, .. } => {
            names(attribute) && text.contains([' ', ',', ';', '|', '\n', '\t'])
        }
        _ => false,
    }
}

/// A text cut at each place where a separator stands in a literal part.
pub(super) fn split(parts: &[Part], separator: &str, most: usize) -> Vec<Vec<Part>> {
    let mut items = Vec::new();
    let mut item = Pieces::default();
    for part in parts {
        let Part::Literal(text) = part else {
            item.part(part.clone());
            continue;
        };
        let mut rest: &str = text;
        while items.len() + 1 < most
            && let Some((before, after)) = rest.split_once(separator)
        {
            item.literal(before);
            items.push(std::mem::take(&mut item).finish());
            rest = after;
        }
        item.literal(rest);
    }
    items.push(item.finish());
    items
}

/// Whether a symbol is a text for certain: a reference alone may stand for anything.
pub(super) fn is_text(parts: &[Part]) -> bool {
    let text = |part: &Part| match part {
        Part::Literal(_) | Part::Pseudo(_) | Part::Dynamic { .. } => true,
        Part::Reference { attribute, .. } => names(attribute),
        Part::Parameter { .. } | Part::Hole(_) => false,
    };
    parts.len() > 1 || parts.iter().any(text)
}

/// Whether an attribute names its resource.
fn names(attribute: &str) -> bool {
    matches!(attribute, "Ref" | "arn" | "id" | "name")
}

/// Whether a text is certainly not empty, and not null.
pub(super) fn is_something(parts: &[Part]) -> bool {
    let something = |part: &Part| match part {
        Part::Literal(text) => !text.is_empty(),
        Part::Pseudo(_) | Part::Reference { .. } | Part::Dynamic { .. } => true,
        Part::Parameter { .. } | Part::Hole(_) => false,
    };
    parts.iter().any(something)
}
