//! A schema that is ready to use: it says yes or no, and if no, where and why.

use super::document::{Documents, Files, Place, Problems};
use super::instance::{Body, Value};
use super::json::{Doc, JsonLimits, Refused};
use super::shape::{Shapes, Unknown};
use super::translate::{Direction, Translator};
use super::violation::{MAX_VIOLATIONS, Spot, Violation, Violations};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use palisade_core::Problem;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    /// None when it could not be compiled: then nothing satisfies it.
    validator: Option<Validator<Body>>,
    pub(super) shapes: Shapes,
    /// All names of members that it knows: only these are ever shown.
    names: BTreeSet<Arc<str>>,
    explains: bool,
    direction: Direction,
}

impl Schema {
    /// Reads a JSON Schema, in JSON or YAML. A schema of a draft before 2020-12 is translated. The
    /// problems say whether it can be relied on: nothing satisfies what could not be understood.
    #[must_use]
    pub fn read(name: &str, text: &[u8], files: Files<'_>) -> (Self, Vec<Problem>) {
        let mut problems = Problems::new();
        let documents = Documents::read(name, text, files, &mut problems);
        let mut translator = Translator::new(&documents, &mut problems, Direction::Plain);
        let schema = documents
            .top()
            .map_or_else(Self::nothing, |top| Self::new(&mut translator, top));
        (schema, problems.into_iter().collect())
    }

    pub(super) fn new<'d>(translator: &mut Translator<'d>, place: Place<'d>) -> Self {
        let root = translator.root(place);
        let piece = translator.defs.get(root).map_or(0, |def| def.piece);
        Self {
            validator: translator.compile(root),
            shapes: Shapes::new(&translator.pieces, piece),
            names: translator.names.clone(),
            explains: translator.explains(root),
            direction: translator.direction(),
        }
    }

    /// What anything satisfies.
    pub(super) fn free() -> Self {
        Self {
            validator: jsonschema::options_for::<Body>()
                .offline()
                .build(&serde_json::Value::Bool(true))
                .ok(),
            ..Self::nothing()
        }
    }

    fn nothing() -> Self {
        Self {
            validator: None,
            shapes: Shapes::new(&[], 0),
            names: BTreeSet::new(),
            explains: false,
            direction: Direction::Plain,
        }
    }

    /// Holds a JSON text to the schema. Gives a new text if something was dropped: everything else in
    /// it stands as it was sent.
    ///
    /// # Errors
    /// What the schema does not allow.
    pub fn check(
        &self,
        text: &[u8],
        unknown: Unknown,
        limits: &JsonLimits,
    ) -> Result<Option<String>, Violations> {
        let mut violations = Violations::default();
        let written = self.check_text(text, unknown, limits, Spot::Body, "", &mut violations);
        violations.or(written)
    }

    pub(super) fn check_text(
        &self,
        text: &[u8],
        unknown: Unknown,
        limits: &JsonLimits,
        spot: Spot,
        name: &str,
        violations: &mut Violations,
    ) -> Option<String> {
        match Doc::read(text, limits) {
            Err(refused) => {
                let (keyword, expected) = refusal(refused, limits);
                violations.add(spot, name, keyword, expected);
                None
            }
            Ok(mut doc) => {
                let dropped = self.check_doc(&mut doc, unknown, spot, name, violations);
                dropped.then(|| {
                    let mut out = String::with_capacity(text.len());
                    doc.write(0, &mut out);
                    out
                })
            }
        }
    }

    /// Holds a value to the schema; true when something was dropped from it.
    pub(super) fn check_doc(
        &self,
        doc: &mut Doc<'_>,
        unknown: Unknown,
        spot: Spot,
        name: &str,
        violations: &mut Violations,
    ) -> bool {
        let mut dropped = false;
        if unknown != Unknown::Keep {
            let limit = match unknown {
                Unknown::Refuse => MAX_VIOLATIONS,
                _ => usize::MAX,
            };
            for stray in self.shapes.strays(doc, limit) {
                if unknown == Unknown::Drop {
                    stray.drop_from(doc);
                    dropped = true;
                    continue;
                }
                let (keyword, expected) = match (stray.forbidden, self.direction) {
                    (false, _) => ("unknown-member", "only members that the contract names"),
                    (true, Direction::Response) => ("writeOnly", "nothing that is write-only"),
                    (true, _) => ("readOnly", "nothing that is read-only"),
                };
                violations.push(Violation {
                    spot,
                    name: name.to_owned(),
                    pointer: stray.pointer,
                    keyword,
                    expected: expected.to_owned(),
                });
            }
        }
        if !self.is_valid(doc) {
            self.explain(doc, spot, name, violations);
        }
        dropped
    }

    pub(super) fn is_valid(&self, doc: &Doc<'_>) -> bool {
        self.validator
            .as_ref()
            .is_some_and(|validator| validator.is_valid(Value::top(doc)))
    }

    pub(super) fn explain(
        &self,
        doc: &Doc<'_>,
        spot: Spot,
        name: &str,
        violations: &mut Violations,
    ) {
        let Some(validator) = self.validator.as_ref() else {
            let expected = "nothing: the contract's schema has problems";
            violations.add(spot, name, "schema", expected);
            return;
        };
        if !self.explains {
            let expected = "a value that fits the schema (it contains itself: places are not told)";
            violations.add(spot, name, "schema", expected);
            return;
        }
        let before = violations.list.len();
        for error in validator.iter_errors(Value::top(doc)) {
            self.explain_one(&error, 0, spot, name, violations);
            if violations.more {
                break;
            }
        }
        if violations.list.len() == before && !violations.more {
            violations.add(spot, name, "schema", "a value that fits the schema");
        }
    }

    fn explain_one(
        &self,
        error: &ValidationError<'_>,
        depth: usize,
        spot: Spot,
        name: &str,
        violations: &mut Violations,
    ) {
        // Of alternatives of which just one has the right type, that one was meant.
        if let ValidationErrorKind::AnyOf { context }
        | ValidationErrorKind::OneOfNotValid { context } = error.kind()
        {
            let wrong_type = |inner: &ValidationError<'_>| {
                matches!(inner.kind(), ValidationErrorKind::Type { .. })
                    && inner.instance_path() == error.instance_path()
            };
            let mut fitting = context.iter().filter(|list| !list.iter().any(wrong_type));
            if let (Some(only), None, true) = (fitting.next(), fitting.next(), depth < 8) {
                for inner in only {
                    self.explain_one(inner, depth + 1, spot, name, violations);
                }
                return;
            }
        }
        let (keyword, expected) = expected(error.kind());
        violations.push(Violation {
            spot,
            name: name.to_owned(),
            pointer: self.pointer(error.instance_path().as_str()),
            keyword,
            expected,
        });
    }

    /// A place in what was sent, with names only if they are the contract's.
    fn pointer(&self, sent: &str) -> String {
        let mut out = String::new();
        for part in sent.split('/').skip(1) {
            let name = part.replace("~1", "/").replace("~0", "~");
            let known = self.names.contains(&*name)
                || (part.len() < 8 && part.bytes().all(|b| b.is_ascii_digit()));
            out.push('/');
            out.push_str(if known { part } else { "*" });
        }
        out
    }
}

/// The keyword and the expectation for a text that is not taken as JSON.
pub(super) fn refusal(refused: Refused, limits: &JsonLimits) -> (&'static str, String) {
    match refused {
        Refused::Encoding => ("encoding", "UTF-8".to_owned()),
        Refused::Syntax => ("json-syntax", "one JSON value and nothing else".to_owned()),
        Refused::Duplicate => ("duplicate-member", "each name once in an object".to_owned()),
        Refused::Depth => ("too-deep", format!("at most {} levels", limits.depth)),
        Refused::Members => ("too-many-members", format!("at most {}", limits.members)),
        Refused::Items => ("too-many-items", format!("at most {}", limits.items)),
        Refused::Length => ("too-long", format!("at most {} bytes", limits.string)),
        Refused::Number => {
            let digits = limits.number;
            let expected = format!("a number of at most {digits} characters, within a double");
            ("number-range", expected)
        }
    }
}

/// A value out of the schema, cut short.
fn shown(value: &serde_json::Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

/// What a keyword of the schema expects. Nothing in it comes from the value.
fn expected(kind: &ValidationErrorKind) -> (&'static str, String) {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::AdditionalItems { limit } => ("additionalItems", format!("at most {limit} items")),
        Kind::AdditionalProperties { .. } => (
            "additionalProperties",
            "only members that the contract names".to_owned(),
        ),
        Kind::UnevaluatedProperties { .. } => (
            "unevaluatedProperties",
            "only members that the contract names".to_owned(),
        ),
        Kind::UnevaluatedItems { .. } => (
            "unevaluatedItems",
            "only items that the contract has".to_owned(),
        ),
        Kind::AnyOf { context } => (
            "anyOf",
            format!("a value that fits one of {} schemas", context.len()),
        ),
        Kind::OneOfNotValid { context } => (
            "oneOf",
            format!("a value that fits one of {} schemas", context.len()),
        ),
        Kind::OneOfMultipleValid { .. } => (
            "oneOf",
            "a value that fits one schema only, not several".to_owned(),
        ),
        Kind::Constant { expected_value } => ("const", shown(expected_value)),
        Kind::Contains => ("contains", "an item that the schema asks for".to_owned()),
        Kind::Enum { options } => {
            let values = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let mut list: Vec<String> = values.iter().take(8).map(shown).collect();
            if values.len() > 8 {
                list.push(format!("… ({} in all)", values.len()));
            }
            ("enum", format!("one of {}", list.join(", ")))
        }
        Kind::ExclusiveMaximum { limit } => ("exclusiveMaximum", format!("less than {limit}")),
        Kind::ExclusiveMinimum { limit } => ("exclusiveMinimum", format!("more than {limit}")),
        Kind::Maximum { limit } => ("maximum", format!("at most {limit}")),
        Kind::Minimum { limit } => ("minimum", format!("at least {limit}")),
        Kind::MultipleOf { multiple_of } => ("multipleOf", format!("a multiple of {multiple_of}")),
        Kind::MaxItems { limit } => ("maxItems", format!("at most {limit} items")),
        Kind::MinItems { limit } => ("minItems", format!("at least {limit} items")),
        Kind::MaxLength { limit } => ("maxLength", format!("at most {limit} characters")),
        Kind::MinLength { limit } => ("minLength", format!("at least {limit} characters")),
        Kind::MaxProperties { limit } => ("maxProperties", format!("at most {limit} members")),
        Kind::MinProperties { limit } => ("minProperties", format!("at least {limit} members")),
        Kind::FalseSchema => ("falseSchema", "nothing here".to_owned()),
        Kind::Format { format } => ("format", format!("a text in the format {format}")),
        Kind::Not { .. } => ("not", "a value that the schema does not exclude".to_owned()),
        Kind::Pattern { pattern } => {
            let pattern = shown(&pattern.as_str().into());
            ("pattern", format!("a text that matches {pattern}"))
        }
        Kind::PropertyNames { error } => {
            let (keyword, inner) = expected(error.kind());
            ("propertyNames", format!("names with {inner} ({keyword})"))
        }
        Kind::Required { property } => ("required", format!("a member {property}")),
        Kind::Type { kind } => ("type", types(kind)),
        Kind::UniqueItems => ("uniqueItems", "no item twice".to_owned()),
        _ => ("schema", "a value that fits the schema".to_owned()),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(set) => {
            let names: Vec<String> = set.iter().map(|one| one.to_string()).collect();
            names.join(" or ")
        }
    }
}
