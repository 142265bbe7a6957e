//! Schemas of every dialect into JSON Schema 2020-12, and beside it a list of what each schema names.
//!
//! Whatever cannot be understood (a reference to nowhere, a pattern that would need backtracking)
//! is a problem with a place, and becomes a schema that nothing satisfies: who runs the contract
//! nevertheless gets refusals, not gaps.

use super::document::{Dialect, Documents, Place, Problems};
use super::instance::Body;
use jsonschema::{Draft, PatternOptions, Validator};
use palisade_core::Span;
use palisade_syntax::{Data, Node};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Which way a message goes: it decides what `readOnly` and `writeOnly` forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
    /// No `OpenAPI` around it.
    Plain,
}

/// Schemas of one operation: more are refused.
const MAX_SCHEMAS: usize = 200_000;
/// Values of one `enum`: more are refused.
const MAX_ENUM: usize = 10_000;
/// Bytes that a compiled pattern may take.
const MAX_PATTERN: usize = 1 << 20;

/// A set of JSON's types, as bits.
pub(super) type Types = u8;
pub(super) const NULL: Types = 1;
pub(super) const BOOL: Types = 2;
pub(super) const NUMBER: Types = 4;
pub(super) const STRING: Types = 8;
pub(super) const ARRAY: Types = 16;
pub(super) const OBJECT: Types = 32;
pub(super) const ANY: Types = 63;

/// What one schema says of names and shapes; the rest is the validator's.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) types: Types,
    pub(super) properties: Vec<(Arc<str>, usize)>,
    pub(super) patterns: Vec<(Arc<str>, usize)>,
    /// `additionalProperties` and its like: a schema for all other members.
    pub(super) others: Option<Others>,
    /// Schemas of items.
    pub(super) items: Vec<usize>,
    /// Schemas that hold together with this one: `$ref`, `allOf`.
    pub(super) all: Vec<usize>,
    /// Schemas of which some hold: `anyOf`, `oneOf`.
    pub(super) some: Vec<usize>,
    /// Schemas that may hold: `if`, `then`, `else`, `dependentSchemas`.
    pub(super) maybe: Vec<usize>,
    pub(super) has_required: bool,
    /// Must not be sent this way: `readOnly` in a request.
    pub(super) forbidden: bool,
    /// Bytes rather than characters.
    pub(super) binary: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    Refused,
    Schema(usize),
}

impl Default for Piece {
    fn default() -> Self {
        Self {
            types: ANY,
            properties: Vec::new(),
            patterns: Vec::new(),
            others: None,
            items: Vec::new(),
            all: Vec::new(),
            some: Vec::new(),
            maybe: Vec::new(),
            has_required: false,
            forbidden: false,
            binary: false,
        }
    }
}

/// One schema that is referred to, translated.
#[derive(Debug, Default)]
pub(super) struct Def {
    schema: Value,
    place: Span,
    pub(super) piece: usize,
    uses: BTreeSet<usize>,
    /// Whether it has alternatives.
    branches: bool,
}

/// Translates the schemas of one operation, one direction.
#[derive(Debug)]
pub(super) struct Translator<'d> {
    pub(super) docs: &'d Documents,
    pub(super) problems: &'d mut Problems,
    direction: Direction,
    pub(super) defs: Vec<Def>,
    known: BTreeMap<usize, usize>,
    queue: VecDeque<(usize, Place<'d>)>,
    pub(super) pieces: Vec<Piece>,
    pub(super) names: BTreeSet<Arc<str>>,
    /// The schema that is being translated.
    current: usize,
}

impl<'d> Translator<'d> {
    pub(super) fn new(
        docs: &'d Documents,
        problems: &'d mut Problems,
        direction: Direction,
    ) -> Self {
        Self {
            docs,
            problems,
            direction,
            defs: Vec::new(),
            known: BTreeMap::new(),
            queue: VecDeque::new(),
            pieces: Vec::new(),
            names: BTreeSet::new(),
            current: 0,
        }
    }

    pub(super) fn direction(&self) -> Direction {
        self.direction
    }

    /// Translates a schema and all that it refers to; gives its number.
    pub(super) fn root(&mut self, place: Place<'d>) -> usize {
        let root = self.def(place);
        while let Some((def, place)) = self.queue.pop_front() {
            self.current = def;
            let piece = self.defs.get(def).map_or(0, |def| def.piece);
            let schema = self.schema_at(place, piece, &BTreeSet::new());
            if let Some(def) = self.defs.get_mut(def) {
                def.schema = schema;
            }
        }
        root
    }

    /// Compiles a translated schema; problems are reported, and then nothing satisfies it.
    pub(super) fn compile(&mut self, root: usize) -> Option<Validator<Body>> {
        let mut reached = BTreeSet::from([root]);
        let mut open = vec![root];
        while let Some(def) = open.pop() {
            let uses = self.defs.get(def).map(|def| def.uses.iter().copied());
            open.extend(uses.into_iter().flatten().filter(|u| reached.insert(*u)));
        }
        let defs: Map<String, Value> = reached
            .iter()
            .filter_map(|at| Some((at.to_string(), self.defs.get(*at)?.schema.clone())))
            .collect();
        let schema = json!({ "$ref": format!("#/$defs/{root}"), "$defs": defs });
        let built = options().build(&schema);
        built
            .map_err(|error| {
                let path = error.instance_path().as_str();
                let mut parts = path.split('/').skip(2);
                let def = parts.next().and_then(|at| at.parse::<usize>().ok());
                let inside: Vec<&str> = parts.collect();
                let place = def
                    .and_then(|at| self.defs.get(at))
                    .or_else(|| self.defs.get(root))
                    .map_or_else(Span::default, |def| def.place);
                let message = format!(
                    "not a valid schema: `{}` at `{}`",
                    error.kind().keyword(),
                    inside.join("/")
                );
                self.problems.insert(self.docs.error(place, message));
            })
            .ok()
    }

    /// Whether explaining a refusal is bounded: in a schema that contains itself among alternatives
    /// every level of a value would double what there is to explain.
    pub(super) fn explains(&self, root: usize) -> bool {
        let mut reached = BTreeSet::from([root]);
        let mut open = vec![root];
        while let Some(at) = open.pop() {
            let Some(def) = self.defs.get(at) else {
                continue;
            };
            if def.branches && self.reaches(at) {
                return false;
            }
            open.extend(def.uses.iter().copied().filter(|u| reached.insert(*u)));
        }
        true
    }

    /// Whether a schema refers to itself, through others perhaps.
    fn reaches(&self, start: usize) -> bool {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for next in self.defs.get(at).iter().flat_map(|def| &def.uses) {
                if *next == start {
                    return true;
                }
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        false
    }

    /// The number of the schema at a place, which may be translated later.
    fn def(&mut self, place: Place<'d>) -> usize {
        let address = std::ptr::from_ref(place.node).addr();
        if let Some(at) = self.known.get(&address) {
            return *at;
        }
        let at = self.defs.len();
        self.known.insert(address, at);
        let piece = self.piece();
        self.defs.push(Def {
            place: place.span(),
            piece,
            ..Def::default()
        });
        self.queue.push_back((at, place));
        at
    }

    fn piece(&mut self) -> usize {
        self.pieces.push(Piece::default());
        self.pieces.len() - 1
    }

    fn error(&mut self, place: Place<'_>, message: impl Into<String>) -> Value {
        self.problems.insert(self.docs.error(place.span(), message));
        Value::Bool(false)
    }

    /// A subschema with a piece of its own.
    fn sub(&mut self, place: Place<'d>) -> (Value, usize) {
        self.sub_hiding(place, &BTreeSet::new())
    }

    fn sub_hiding(&mut self, place: Place<'d>, hidden: &BTreeSet<Arc<str>>) -> (Value, usize) {
        let piece = self.piece();
        (self.schema_at(place, piece, hidden), piece)
    }

    fn schema_at(&mut self, place: Place<'d>, piece: usize, hidden: &BTreeSet<Arc<str>>) -> Value {
        if self.pieces.len() > MAX_SCHEMAS {
            return self.error(place, format!("more than {MAX_SCHEMAS} schemas; refused"));
        }
        let mut filled = Piece::default();
        let schema = match &place.node.data {
            Data::Bool(is) => Value::Bool(*is),
            Data::Map(_) => self.keywords(place, &mut filled, hidden),
            // An empty `schema:` in YAML says nothing.
            Data::Null => Value::Bool(true),
            _ => self.error(place, "a schema is a map, or true or false"),
        };
        if schema == Value::Bool(false) {
            filled.types = 0;
        }
        if let Some(piece) = self.pieces.get_mut(piece) {
            *piece = filled;
        }
        schema
    }

    fn keywords(
        &mut self,
        place: Place<'d>,
        piece: &mut Piece,
        inherited: &BTreeSet<Arc<str>>,
    ) -> Value {
        let dialect = self.docs.dialect(place);
        let nullable = dialect == Dialect::OpenApi30 && place.is_true("nullable");
        piece.forbidden = self.is_hidden(place);
        let mut out = Map::new();
        if let Some(reference) = place.get("$ref") {
            let Some(text) = reference.node.as_str() else {
                return self.error(reference, "a reference is a text");
            };
            let target = match self.docs.resolve(place, text) {
                Ok(target) => target,
                Err(message) => return self.error(reference, message),
            };
            let def = self.def(target);
            if let Some(current) = self.defs.get_mut(self.current) {
                current.uses.insert(def);
            }
            piece.all.extend(self.defs.get(def).map(|def| def.piece));
            out.insert("$ref".to_owned(), format!("#/$defs/{def}").into());
            if dialect != Dialect::Modern {
                return self.nullable(nullable, out, piece);
            }
        }
        let mut hidden = inherited.clone();
        if self.direction != Direction::Plain {
            self.hidden_names(place, 0, &mut hidden);
        }
        for entry in place.node.as_map().unwrap_or_default() {
            let value = place.with(&entry.value);
            if !self.keyword(&entry.key.name, value, place, piece, &mut out, &hidden) {
                return Value::Bool(false);
            }
        }
        self.nullable(nullable, out, piece)
    }

    /// `nullable`: read generously, as its authors mean it, also beside `$ref`, `allOf` and `enum`.
    fn nullable(
        &mut self,
        nullable: bool,
        mut out: Map<String, Value>,
        piece: &mut Piece,
    ) -> Value {
        if !nullable {
            return Value::Object(out);
        }
        piece.types |= NULL;
        let composed = ["$ref", "allOf", "anyOf", "oneOf", "not", "const"];
        if composed.iter().any(|word| out.contains_key(*word)) {
            let inner = std::mem::take(piece);
            piece.types = inner.types | NULL;
            piece.forbidden = inner.forbidden;
            piece.binary = inner.binary;
            self.pieces.push(inner);
            piece.some.push(self.pieces.len() - 1);
            return json!({ "anyOf": [{ "type": "null" }, out] });
        }
        if let Some(Value::String(name)) = out.get("type") {
            let types = json!([name, "null"]);
            out.insert("type".to_owned(), types);
        }
        if let Some(Value::Array(values)) = out.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        Value::Object(out)
    }

    /// Translates one keyword. False when the schema makes no sense any more.
    #[expect(clippy::too_many_lines, reason = "a table of keywords, one arm each")]
    fn keyword(
        &mut self,
        name: &Arc<str>,
        value: Place<'d>,
        schema: Place<'d>,
        piece: &mut Piece,
        out: &mut Map<String, Value>,
        hidden: &BTreeSet<Arc<str>>,
    ) -> bool {
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        match &**name {
            "type" => {
                let Some(types) = self.types(value) else {
                    return false;
                };
                piece.types &= types.1;
                put(name, types.0);
            }
            "properties" => {
                let mut properties = Map::new();
                for entry in value.node.as_map().unwrap_or_default() {
                    let (schema, id) = self.sub(value.with(&entry.value));
                    self.names.insert(entry.key.name.clone());
                    piece.properties.push((entry.key.name.clone(), id));
                    properties.insert(entry.key.name.to_string(), schema);
                }
                put(name, Value::Object(properties));
            }
            "patternProperties" => {
                let mut properties = Map::new();
                for entry in value.node.as_map().unwrap_or_default() {
                    if !self.pattern(&entry.key.name, value) {
                        return false;
                    }
                    let (schema, id) = self.sub(value.with(&entry.value));
                    piece.patterns.push((entry.key.name.clone(), id));
                    properties.insert(entry.key.name.to_string(), schema);
                }
                put(name, Value::Object(properties));
            }
            "additionalProperties" | "unevaluatedProperties" => {
                let (schema, id) = self.sub(value);
                piece.others = Some(if schema == Value::Bool(false) {
                    Others::Refused
                } else {
                    Others::Schema(id)
                });
                put(name, schema);
            }
            "items" if value.node.as_seq().is_some() => {
                put("prefixItems", self.list(value, &mut piece.items));
            }
            "additionalItems"
                if schema
                    .get("items")
                    .is_some_and(|i| i.node.as_seq().is_some()) =>
            {
                let (schema, id) = self.sub(value);
                piece.items.push(id);
                put("items", schema);
            }
            "items" | "unevaluatedItems" | "contains" => {
                let (schema, id) = self.sub(value);
                piece.items.push(id);
                put(name, schema);
            }
            "prefixItems" => {
                put(name, self.list(value, &mut piece.items));
            }
            "allOf" => {
                let mut all = Vec::new();
                for item in value.node.as_seq().unwrap_or_default() {
                    let (schema, id) = self.sub_hiding(value.with(item), hidden);
                    piece.all.push(id);
                    all.push(schema);
                }
                if let Some(Value::Array(there)) = out.get_mut("allOf") {
                    there.append(&mut all);
                } else if !all.is_empty() {
                    out.insert("allOf".to_owned(), Value::Array(all));
                }
            }
            "anyOf" | "oneOf" => {
                if let Some(def) = self.defs.get_mut(self.current) {
                    def.branches = true;
                }
                let some = self.alternatives(value, schema, &mut piece.some);
                put(name, some);
            }
            "not" | "propertyNames" => {
                put(name, self.sub(value).0);
            }
            "if" | "then" | "else" => {
                let (schema, id) = self.sub(value);
                piece.maybe.push(id);
                put(name, schema);
            }
            "dependentSchemas" | "dependencies" => {
                let mut schemas = Map::new();
                let mut required = Map::new();
                for entry in value.node.as_map().unwrap_or_default() {
                    if entry.value.as_seq().is_some() {
                        required.insert(entry.key.name.to_string(), raw(&entry.value));
                        continue;
                    }
                    let (schema, id) = self.sub(value.with(&entry.value));
                    piece.maybe.push(id);
                    schemas.insert(entry.key.name.to_string(), schema);
                }
                if !schemas.is_empty() {
                    put("dependentSchemas", Value::Object(schemas));
                }
                if !required.is_empty() {
                    put("dependentRequired", Value::Object(required));
                }
            }
            "required" => {
                let Some(names) = value.node.as_seq() else {
                    let message = "`required` is a list of names of this schema's properties; \
                                   this says nothing";
                    self.problems
                        .insert(self.docs.warning(value.span(), message));
                    return true;
                };
                piece.has_required = true;
                // A name that stands twice is required no more than once.
                let mut required: Vec<Value> = Vec::new();
                for name in names {
                    let is_hidden = name.as_str().is_some_and(|name| hidden.contains(name));
                    let name = raw(name);
                    if !is_hidden && !required.contains(&name) {
                        required.push(name);
                    }
                }
                put(name, Value::Array(required));
            }
            "pattern" => {
                let Some(pattern) = value.node.as_str() else {
                    self.error(value, "a pattern is a text");
                    return false;
                };
                if !self.pattern(pattern, value) {
                    return false;
                }
                put(name, pattern.into());
            }
            "enum" => {
                let values = value.node.as_seq().unwrap_or_default();
                if values.is_empty() || values.len() > MAX_ENUM {
                    let message = format!("an `enum` is a list of 1 to {MAX_ENUM} values");
                    self.error(value, message);
                    return false;
                }
                piece.types &= values.iter().fold(0, |all, v| all | type_of(v));
                put(name, values.iter().map(raw).collect());
            }
            "const" => {
                piece.types &= type_of(value.node);
                put(name, raw(value.node));
            }
            "format" => {
                let format = value.node.as_str().unwrap_or_default();
                piece.binary |= format == "binary";
                self.format(format, schema, out);
            }
            "contentMediaType" => {
                piece.binary |= schema.get("contentEncoding").is_none();
            }
            "exclusiveMinimum" | "exclusiveMaximum" => match value.node.data {
                Data::Bool(true) => {
                    let bound = name.replace("exclusiveM", "m");
                    if let Some(limit) = schema.get(&bound) {
                        out.insert(name.to_string(), raw(limit.node));
                    }
                }
                Data::Bool(false) => {}
                _ => {
                    put(name, raw(value.node));
                }
            },
            "minimum" | "maximum" => {
                let exclusive = if &**name == "minimum" {
                    "exclusiveMinimum"
                } else {
                    "exclusiveMaximum"
                };
                if !schema.is_true(exclusive) {
                    put(name, raw(value.node));
                }
            }
            "multipleOf" | "minLength" | "maxLength" | "minItems" | "maxItems" | "uniqueItems"
            | "minProperties" | "maxProperties" | "minContains" | "maxContains"
            | "dependentRequired" => {
                put(name, raw(value.node));
            }
            "$dynamicRef" | "$recursiveRef" => {
                let message = "references that depend on who refers are not supported";
                self.error(value, message);
                return false;
            }
            _ => {}
        }
        true
    }

    fn list(&mut self, list: Place<'d>, pieces: &mut Vec<usize>) -> Value {
        let items = list.node.as_seq().unwrap_or_default().iter();
        items
            .map(|item| {
                let (schema, id) = self.sub(list.with(item));
                pieces.push(id);
                schema
            })
            .collect()
    }

    /// `anyOf` and `oneOf`. A discriminator tells apart schemas that would let each other's values
    /// pass: without it many a `oneOf` fits twice.
    fn alternatives(
        &mut self,
        list: Place<'d>,
        schema: Place<'d>,
        pieces: &mut Vec<usize>,
    ) -> Value {
        let told = schema.get("discriminator");
        let property = told.and_then(|told| told.text("propertyName"));
        let mut some = Vec::new();
        for item in list.node.as_seq().unwrap_or_default() {
            let item = list.with(item);
            let (schema, id) = self.sub(item);
            pieces.push(id);
            let reference = item.text("$ref");
            let values = match (told, &property, &reference) {
                (Some(told), Some(property), Some(reference)) => {
                    self.discriminated(told, property, item, reference)
                }
                _ => None,
            };
            some.push(match (values, &property) {
                (Some(values), Some(property)) => json!({
                    "allOf": [schema],
                    "properties": { &**property: { "enum": values } },
                    "required": [property],
                }),
                _ => schema,
            });
        }
        Value::Array(some)
    }

    /// The values of the discriminator that mean this alternative, unless its schema says so itself.
    fn discriminated(
        &self,
        told: Place<'_>,
        property: &str,
        item: Place<'_>,
        reference: &str,
    ) -> Option<Vec<Value>> {
        let target = self.docs.resolve(item, reference).ok()?;
        let own = target.get("properties").and_then(|p| p.get(property));
        if own.is_some_and(|own| own.get("enum").is_some() || own.get("const").is_some()) {
            return None;
        }
        let last = reference.rsplit('/').next().unwrap_or(reference);
        let mapping = told.get("mapping").and_then(|m| m.node.as_map());
        let mut values: Vec<Value> = mapping
            .unwrap_or_default()
            .iter()
            .filter(|entry| {
                let to = entry.value.scalar_text();
                to.is_some_and(|to| &*to == reference || &*to == last)
            })
            .map(|entry| Value::from(&*entry.key.name))
            .collect();
        if values.is_empty() {
            values.push(last.into());
        }
        Some(values)
    }

    fn types(&mut self, place: Place<'_>) -> Option<(Value, Types)> {
        let one = |text: &str| match text {
            "null" => NULL,
            "boolean" => BOOL,
            "number" | "integer" => NUMBER,
            "string" => STRING,
            "array" => ARRAY,
            "object" => OBJECT,
            _ => 0,
        };
        // `type: null` without quotes is what YAML makes of it.
        let text = |node: &Node| match &node.data {
            Data::Null => Some(Arc::from("null")),
            _ => node.scalar_text(),
        };
        let mut types = 0;
        let mut names = Vec::new();
        let single = std::slice::from_ref(place.node);
        for item in place.node.as_seq().unwrap_or(single) {
            let name = text(item).unwrap_or_else(|| Arc::from(""));
            let bit = one(&name);
            if bit == 0 {
                let message = "not a type: null, boolean, integer, number, string, array or object";
                self.error(place.with_any(item), message);
                return None;
            }
            types |= bit;
            names.push(Value::from(&*name));
        }
        let single = names.len() == 1;
        let value = if single {
            names.remove(0)
        } else {
            Value::Array(names)
        };
        Some((value, types))
    }

    /// Formats of strings are the validator's; the ranges of numbers are made here.
    fn format(&mut self, format: &str, schema: Place<'_>, out: &mut Map<String, Value>) {
        let integer = schema
            .text("type")
            .is_none_or(|t| &*t == "integer" || &*t == "number");
        let range = match format {
            "int32" if integer => json!({ "minimum": i32::MIN, "maximum": i32::MAX }),
            "int64" if integer => json!({ "minimum": i64::MIN, "maximum": i64::MAX }),
            "int32" | "int64" => return,
            _ => {
                out.insert("format".to_owned(), format.into());
                return;
            }
        };
        match out.get_mut("allOf") {
            Some(Value::Array(all)) => all.push(range),
            _ => {
                out.insert("allOf".to_owned(), json!([range]));
            }
        }
    }

    /// Whether a pattern can be matched in linear time.
    fn pattern(&mut self, pattern: &str, place: Place<'_>) -> bool {
        let fits = compile_pattern(pattern).is_some();
        if !fits {
            let message = "this pattern is not valid, too large, or needs backtracking (look-around \
                           and back-references do), which a caller could make last for ever; nothing \
                           satisfies it";
            self.error(place, message);
        }
        fits
    }

    /// Whether a property must not be sent this way.
    fn is_hidden(&self, place: Place<'_>) -> bool {
        match self.direction {
            Direction::Request => place.is_true("readOnly"),
            Direction::Response => place.is_true("writeOnly"),
            Direction::Plain => false,
        }
    }

    /// Properties that this way must not have; what requires them does not count.
    fn hidden_names(&self, place: Place<'_>, depth: usize, into: &mut BTreeSet<Arc<str>>) {
        if depth > 8 {
            return;
        }
        if let Some(properties) = place.node.get("properties").and_then(Node::as_map) {
            for entry in properties {
                let property = place.with_any(&entry.value);
                if self.is_hidden(property)
                    || self.target(property).is_some_and(|to| self.is_hidden(to))
                {
                    into.insert(entry.key.name.clone());
                }
            }
        }
        if let Some(to) = self.target(place) {
            self.hidden_names(to, depth + 1, into);
        }
        for item in place
            .node
            .get("allOf")
            .and_then(Node::as_seq)
            .unwrap_or_default()
        {
            self.hidden_names(place.with_any(item), depth + 1, into);
        }
    }

    fn target<'p>(&'p self, place: Place<'p>) -> Option<Place<'p>> {
        let reference = place.text("$ref")?;
        self.docs.resolve(place, &reference).ok()
    }
}

impl Place<'_> {
    /// Another node of the same file, for a shorter time.
    fn with_any<'n>(&self, node: &'n Node) -> Place<'n> {
        Place {
            tree: self.tree,
            node,
        }
    }
}

/// A matcher of one pattern, with the syntax that JSON Schema's patterns have; none when it cannot be
/// matched in linear time.
pub(super) fn compile_pattern(pattern: &str) -> Option<Validator<Body>> {
    options().build(&json!({ "pattern": pattern })).ok()
}

fn options() -> jsonschema::ValidationOptions<'static, Arc<dyn jsonschema::Retrieve>, Body> {
    jsonschema::options_for::<Body>()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_format("byte", is_base64)
        // Compiling a pattern that a caller sends is work that the caller would choose.
        .with_format("regex", |_: &str| true)
        .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN))
}

/// Base64 with either alphabet, padded or not.
fn is_base64(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    text.len() - bare.len() <= 2
        && bare.len() % 4 != 1
        && bare
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+/-_".contains(&b))
}

fn type_of(node: &Node) -> Types {
    match node.data {
        Data::Null => NULL,
        Data::Bool(_) => BOOL,
        Data::Number(_) => NUMBER,
        Data::String(_) => STRING,
        Data::Seq(_) => ARRAY,
        Data::Map(_) => OBJECT,
    }
}

/// A value as it stands.
fn raw(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(is) => Value::Bool(*is),
        Data::Number(number) => serde_json::from_str(&number.text)
            .ok()
            .filter(Value::is_number)
            .unwrap_or_else(|| Value::from(number.value)),
        Data::String(text) => Value::from(&**text),
        Data::Seq(items) => items.iter().map(raw).collect(),
        Data::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.name.to_string(), raw(&entry.value)))
            .collect(),
    }
}
