//! Expressions to values: lazily, each thing once, with bounds on depth and work.

mod operators;
mod steps;

pub(crate) use steps::symbol;

use crate::decide::{self, truth};
use crate::functions;
use crate::module::{Module, Reading, named_in};
use crate::objects::Object;
use crate::scope::Scope;
use palisade_app::combine::{concat, spread};
use palisade_app::value::{Entry, List, Map, Number};
use palisade_app::{Data, FileError, Part, Reason, ReasonKind, Value};
use palisade_core::{Origin, Problem, ProblemLevel, Span};
use palisade_syntax::hcl::{self, Choice, Expr, ExprKind, For, Piece};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// Expressions within expressions, through locals and modules too, are followed this deep.
const MAX_DEPTH: u32 = 250;
/// Steps of one application; a value that is copied counts with all that is in it.
const MAX_WORK: u64 = 20_000_000;

/// More files and folders than this below one folder are not told.
const MAX_FILES: usize = 10_000;

/// Evaluates the configuration of one root module.
pub(crate) struct Evaluator<'f> {
    pub(crate) reading: RefCell<Reading<'f>>,
    /// By folder; nothing where no module is.
    pub(crate) modules: RefCell<BTreeMap<String, Option<Rc<Module>>>>,
    /// The folders of modules that were fetched, by the call's path (`api.lambda`).
    pub(crate) installed: BTreeMap<String, String>,
    /// What addresses stand for.
    pub(crate) objects: RefCell<BTreeMap<Arc<str>, Rc<Object>>>,
    /// Inputs of the root whose default does not decide anything, as it names the environment.
    pub(crate) environments: RefCell<BTreeSet<Arc<str>>>,
    pub(crate) root: Arc<str>,
    /// Counts what Terraform would refuse: `try` asks whether there was something.
    failures: Cell<u64>,
    work: Cell<u64>,
    depth: Cell<u32>,
}

impl<'f> Evaluator<'f> {
    pub(crate) fn new(
        reading: Reading<'f>,
        root: &str,
        installed: BTreeMap<String, String>,
    ) -> Self {
        Self {
            reading: RefCell::new(reading),
            modules: RefCell::default(),
            installed,
            objects: RefCell::default(),
            environments: RefCell::default(),
            root: Arc::from(root),
            failures: Cell::new(0),
            work: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    pub(crate) fn problem(&self, span: Span, level: ProblemLevel, message: impl Into<String>) {
        let mut reading = self.reading.borrow_mut();
        let problem = Problem::at(&reading.sources, span, level, message);
        if !reading.problems.contains(&problem) {
            reading.problems.push(problem);
        }
    }

    /// Something that Terraform would refuse.
    pub(crate) fn refuse(&self, detail: impl Into<Arc<str>>, origin: &Origin) -> Value {
        self.failures.set(self.failures.get() + 1);
        Value::unknown(Reason::new(ReasonKind::Undeclared, detail), origin.clone())
    }

    /// Whether there is more work to do; `cost` is counted.
    pub(crate) fn may_work(&self, cost: usize) -> bool {
        let cost = u64::try_from(cost).unwrap_or(u64::MAX);
        let work = self.work.get().saturating_add(cost);
        self.work.set(work);
        work < MAX_WORK
    }

    pub(crate) fn eval(&self, expr: &Expr, scope: &Scope) -> Value {
        let origin = Origin::at(expr.span);
        if self.depth.get() >= MAX_DEPTH || !self.may_work(1) {
            let reason = too_much();
            return Value::unknown(reason, origin);
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.expression(expr, origin, scope);
        self.depth.set(self.depth.get() - 1);
        value
    }

    fn expression(&self, expr: &Expr, origin: Origin, scope: &Scope) -> Value {
        let data = match &expr.kind {
            ExprKind::Null => Data::Null,
            ExprKind::Bool(value) => Data::Bool(*value),
            ExprKind::Number(number) => Data::Number(number.clone()),
            ExprKind::Text(text) => Data::Text(text.clone()),
            ExprKind::Template(pieces) => return self.template(pieces, &origin, scope),
            ExprKind::List(items) => Data::List(List {
                items: items.iter().map(|item| self.eval(item, scope)).collect(),
                open: None,
            }),
            ExprKind::Map(entries) => return self.map(entries, origin, scope),
            ExprKind::Variable(name) => return self.word(name, &origin, scope),
            ExprKind::Get(base, steps) => return self.get(base, steps, &origin, scope),
            ExprKind::Call {
                name,
                arguments,
                expand,
            } => return self.call(&name.text, arguments, *expand, &origin, scope),
            ExprKind::Not(inner) => {
                let value = self.truth(inner, scope);
                return spread(value, &mut |value| match value.data {
                    Data::Bool(known) => Value::new(Data::Bool(!known), origin.clone()),
                    _ => value,
                });
            }
            ExprKind::Negative(inner) => {
                return spread(
                    self.eval(inner, scope),
                    &mut |value| match value.as_number() {
                        Some(known) => number(-known, &origin),
                        None => self.unclear(&value, "a number that is not known", &origin),
                    },
                );
            }
            ExprKind::Binary(a, operator, b) => {
                return self.binary(a, *operator, b, &origin, scope);
            }
            ExprKind::If(choice) => return self.choice(choice, scope),
            ExprKind::For(turns) => return self.turns_of(turns, &origin, scope),
        };
        Value::new(data, origin)
    }

    /// The value of something that decides.
    pub(crate) fn truth(&self, expr: &Expr, scope: &Scope) -> Value {
        let value = self.eval(expr, scope);
        truth(&value, &|| self.written(expr, scope))
    }

    /// An expression as it is written, to name it.
    pub(crate) fn written(&self, expr: &Expr, scope: &Scope) -> String {
        let reading = self.reading.borrow();
        let text = reading.sources.text(expr.span.file);
        let text = text.get(expr.span.range()).unwrap_or_default();
        let mut words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((at, _)) = words.char_indices().nth(80) {
            words.truncate(at);
            words.push('…');
        }
        match scope.frame.prefix.strip_suffix('.') {
            Some(module) => format!("{words} (in {module})"),
            None => words,
        }
    }

    fn choice(&self, choice: &Choice, scope: &Scope) -> Value {
        let decided = self.truth(&choice.condition, scope);
        if let Data::Bool(holds) = decided.data {
            let chosen = if holds { &choice.yes } else { &choice.no };
            return self.eval(chosen, scope);
        }
        let (yes, no) = (self.eval(&choice.yes, scope), self.eval(&choice.no, scope));
        let cost = size(&yes) + size(&no);
        spread(decided, &mut |decided| {
            if !self.may_work(cost) {
                let reason = too_much();
                return Value::unknown(reason, decided.origin);
            }
            match decided.data {
                Data::Bool(true) => yes.clone(),
                Data::Bool(false) => no.clone(),
                _ => decided,
            }
        })
    }

    fn map(&self, entries: &[(Expr, Expr)], origin: Origin, scope: &Scope) -> Value {
        let mut map = Map::default();
        for (key, value) in entries {
            let key_value = self.eval(key, scope);
            let value = self.eval(value, scope);
            match key_value.as_text() {
                Some(name) => insert(&mut map, Arc::from(name), key_value.origin.clone(), value),
                None if matches!(key_value.data, Data::Symbolic(_)) => {
                    let name = Arc::from(key_value.display());
                    insert(&mut map, name, key_value.origin.clone(), value);
                }
                None => {
                    map.open = Some(reason_of(&key_value, "a key is not known"));
                }
            }
        }
        Value::new(Data::Map(map), origin)
    }

    pub(crate) fn template(&self, pieces: &[Piece], origin: &Origin, scope: &Scope) -> Value {
        if let [Piece::Value(only)] = pieces {
            // `"${x}"` is x itself.
            return self.eval(only, scope);
        }
        let mut values = Vec::new();
        self.pieces(pieces, scope, &mut values);
        concat(values, origin)
    }

    fn pieces(&self, pieces: &[Piece], scope: &Scope, into: &mut Vec<Value>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => into.push(Value::text(text.clone(), Origin::default())),
                Piece::Value(expr) => {
                    let value = self.eval(expr, scope);
                    into.push(functions::as_text(value, &Outside(self)));
                }
                Piece::If { condition, yes, no } => {
                    let origin = Origin::at(condition.span);
                    let decided = self.truth(condition, scope);
                    let value = spread(decided, &mut |decided| match decided.data {
                        Data::Bool(true) => self.template(yes, &origin, scope),
                        Data::Bool(false) => self.template(no, &origin, scope),
                        _ => decided,
                    });
                    into.push(value);
                }
                Piece::For {
                    key,
                    value,
                    collection,
                    body,
                } => {
                    let origin = Origin::at(collection.span);
                    let collection = self.eval(collection, scope);
                    match items(&collection) {
                        Some((turns, open)) => {
                            for (k, v) in turns {
                                if !self.may_work(size(&v)) {
                                    break;
                                }
                                let mut inner = scope.with(value.clone(), v);
                                if let Some(key) = key {
                                    inner = inner.with(key.clone(), k);
                                }
                                self.pieces(body, &inner, into);
                            }
                            if let Some(reason) = open {
                                into.push(Value::symbol(Part::Hole(reason), origin));
                            }
                        }
                        None => {
                            let reason = reason_of(&collection, "the list is not known");
                            into.push(Value::symbol(Part::Hole(reason), origin));
                        }
                    }
                }
            }
        }
    }

    fn turns_of(&self, turns: &For, origin: &Origin, scope: &Scope) -> Value {
        let collection = self.eval(&turns.collection, scope);
        spread(collection, &mut |collection| {
            let Some((all, open)) = items(&collection) else {
                return self.unclear(&collection, "what the loop runs over is not known", origin);
            };
            let (mut list, mut map) = (List::default(), Map::default());
            (list.open, map.open) = (open.clone(), open);
            for (key, item) in all {
                if !self.may_work(size(&item)) {
                    let reason = too_much();
                    return Value::unknown(reason, origin.clone());
                }
                let mut inner = scope.with(turns.value.clone(), item);
                if let Some(name) = &turns.key {
                    inner = inner.with(name.clone(), key);
                }
                self.turn(turns, &inner, &mut list, &mut map);
            }
            let data = match turns.result_key {
                Some(_) => Data::Map(map),
                None => Data::List(list),
            };
            Value::new(data, origin.clone())
        })
    }

    fn turn(&self, turns: &For, scope: &Scope, list: &mut List, map: &mut Map) {
        let wanted = (turns.condition.as_ref()).map(|condition| self.truth(condition, scope));
        if let Some(Data::Bool(false)) = wanted.as_ref().map(|w| &w.data) {
            return;
        }
        let mut value = self.eval(&turns.result, scope);
        if let Some(wanted) = wanted.filter(|w| !matches!(w.data, Data::Bool(true))) {
            value = spread(wanted, &mut |wanted| match wanted.data {
                Data::Bool(true) => value.clone(),
                _ => Value::new(Data::Absent, wanted.origin),
            });
        }
        let Some(key) = &turns.result_key else {
            list.items.push(value);
            return;
        };
        let key = self.eval(key, scope);
        let name: Arc<str> = match (key.as_text(), &key.data) {
            (Some(text), _) => Arc::from(text),
            (None, Data::Symbolic(_)) => Arc::from(key.display()),
            _ => {
                map.open = Some(reason_of(&key, "a key is not known"));
                return;
            }
        };
        if !turns.grouped {
            insert(map, name, key.origin, value);
            return;
        }
        match map.entries.iter_mut().find(|entry| entry.key == name) {
            Some(Entry {
                value:
                    Value {
                        data: Data::List(list),
                        ..
                    },
                ..
            }) => list.items.push(value),
            _ => {
                let origin = key.origin.clone();
                let items = vec![value];
                let list = Value::new(Data::List(List { items, open: None }), origin.clone());
                insert(map, name, origin, list);
            }
        }
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Expr],
        expand: bool,
        origin: &Origin,
        scope: &Scope,
    ) -> Value {
        let name = name.strip_prefix("core::").unwrap_or(name);
        match name {
            "try" => return self.first_that_works(arguments, origin, scope),
            "can" => {
                let Some(argument) = arguments.first() else {
                    return self.refuse("`can` needs an argument", origin);
                };
                let before = self.failures.get();
                let value = self.eval(argument, scope);
                let works = self.failures.get() == before;
                return match value.data {
                    Data::Unknown(_) if works => {
                        decide::open(&format!("can({})", self.written(argument, scope)), origin)
                    }
                    _ => Value::new(Data::Bool(works), origin.clone()),
                };
            }
            _ => {}
        }
        let mut values: Vec<Value> = arguments.iter().map(|a| self.eval(a, scope)).collect();
        if expand && let Some(last) = values.pop() {
            match items(&last) {
                Some((items, None)) => values.extend(items.into_iter().map(|(_, item)| item)),
                // Those that put together what they are given take one more that is not known.
                Some((items, Some(reason))) if matches!(name, "merge" | "concat" | "setunion") => {
                    values.extend(items.into_iter().map(|(_, item)| item));
                    values.push(Value::unknown(reason, last.origin.clone()));
                }
                _ => return self.unclear(&last, "the arguments are not known", origin),
            }
        }
        let cost = values.iter().map(size).sum();
        if !self.may_work(cost) {
            let reason = too_much();
            return Value::unknown(reason, origin.clone());
        }
        if matches!(name, "templatefile" | "templatestring") {
            return self.filled(name, &values, origin, scope);
        }
        let value = functions::call(name, values, origin, &Outside(self));
        if let Data::Unknown(Reason {
            kind: ReasonKind::Function,
            ..
        }) = &value.data
        {
            self.failures.set(self.failures.get() + 1);
        }
        value
    }

    /// Maps as one; of entries with the same key the last counts.
    pub(crate) fn merged(&self, maps: Vec<Value>, origin: &Origin) -> Value {
        functions::call("merge", maps, origin, &Outside(self))
    }

    fn first_that_works(&self, arguments: &[Expr], origin: &Origin, scope: &Scope) -> Value {
        for argument in arguments {
            let before = self.failures.get();
            let value = self.eval(argument, scope);
            if self.failures.get() == before {
                return value;
            }
            // A branch that works may stand beside one that does not.
            if let Data::OneOf(_) = &value.data
                && !decide::branches(&value)
                    .iter()
                    .all(|(_, branch)| matches!(branch.data, Data::Unknown(_)))
            {
                let rest = self.first_that_works(&arguments[1..], origin, scope);
                return spread(value, &mut |value| match value.data {
                    Data::Unknown(_) => rest.clone(),
                    _ => value,
                });
            }
        }
        self.refuse("nothing in `try` works", origin)
    }

    /// A template from a file, or from a text, with its variables.
    pub(crate) fn filled(
        &self,
        name: &str,
        values: &[Value],
        origin: &Origin,
        scope: &Scope,
    ) -> Value {
        let [what, variables] = values else {
            return self.refuse(format!("`{name}` needs a template and variables"), origin);
        };
        let Some(text) = what.as_text() else {
            return self.unclear(what, "the template is not known", origin);
        };
        let parsed = match name {
            "templatefile" => match self.template_of(text) {
                Ok(parsed) => parsed,
                Err(reason) => return Value::unknown(reason, origin.clone()),
            },
            _ => hcl::parse_template(origin.span, text),
        };
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                return self.refuse(format!("the template: {}", error.message), origin);
            }
        };
        let mut scope = Scope::of(&scope.frame);
        for entry in variables.entries() {
            scope = scope.with(entry.key.clone(), entry.value.clone());
        }
        self.eval(&parsed, &scope)
    }

    fn template_of(
        &self,
        path: &str,
    ) -> Result<Result<Expr, palisade_syntax::SyntaxError>, Reason> {
        let wrong = |error: FileError| Reason::new(ReasonKind::File, format!("`{path}`: {error}"));
        let (path, bytes) = self.file(path).map_err(wrong)?;
        let text = palisade_syntax::decode(&bytes)
            .map_err(|error| Reason::new(ReasonKind::File, format!("`{path}` {error}")))?;
        let mut reading = self.reading.borrow_mut();
        let known = (reading.sources.files()).find_map(|(id, p)| (**p == *path).then_some(id));
        let file = known.unwrap_or_else(|| reading.sources.add(path, text));
        Ok(hcl::parse_template_file(file, reading.sources.text(file)))
    }

    /// The bytes of a file that the configuration names, with its path in the tree.
    fn file(&self, path: &str) -> Result<(String, Vec<u8>), FileError> {
        let path = named_in(&self.root, path).ok_or(FileError::Outside)?;
        let bytes = self.reading.borrow().files.read(&path)?;
        Ok((path, bytes))
    }

    /// What comes of a value that is not what is needed.
    fn unclear(&self, value: &Value, otherwise: &str, origin: &Origin) -> Value {
        match &value.data {
            Data::Unknown(_) | Data::Symbolic(_) => {
                Value::unknown(reason_of(value, otherwise), origin.clone())
            }
            _ => self.refuse(otherwise, origin),
        }
    }
}

/// What functions reach of the tree.
struct Outside<'e, 'f>(&'e Evaluator<'f>);

impl functions::Outside for Outside<'_, '_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.0.file(path).map(|(_, bytes)| bytes)
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let root = match folder.trim_matches('/') {
            "" | "." => self.0.root.to_string(),
            folder => named_in(&self.0.root, folder)?,
        };
        let reading = self.0.reading.borrow();
        let mut found = Vec::new();
        let mut waiting = vec![String::new()];
        while let Some(below) = waiting.pop() {
            let here = format!("{root}/{below}");
            let here = here.trim_matches('/');
            let within = |name: String| format!("{below}{name}");
            found.extend(reading.files.list(here)?.into_iter().map(within));
            let folders = reading.files.folders(here)?;
            waiting.extend(folders.into_iter().map(|name| format!("{below}{name}/")));
            if found.len() + waiting.len() > MAX_FILES {
                return None;
            }
        }
        Some(found)
    }
}

/// Keys with their values.
pub(crate) type Items = Vec<(Value, Value)>;

/// The keys and values that a loop runs over, and why there may be more.
pub(crate) fn items(collection: &Value) -> Option<(Items, Option<Reason>)> {
    match &collection.data {
        Data::List(list) => {
            let present = list.items.iter().filter(|item| item.data != Data::Absent);
            let items = present.enumerate().map(|(n, item)| {
                let n = u32::try_from(n).unwrap_or(u32::MAX);
                (number(f64::from(n), &item.origin), item.clone())
            });
            Some((items.collect(), list.open.clone()))
        }
        Data::Map(map) => {
            let entries = map.entries.iter().map(|entry| {
                let key = Value::text(entry.key.clone(), entry.key_origin.clone());
                (key, entry.value.clone())
            });
            Some((entries.collect(), map.open.clone()))
        }
        _ => None,
    }
}

pub(crate) fn number(value: f64, origin: &Origin) -> Value {
    let text = Arc::from(value.to_string());
    Value::new(Data::Number(Number { value, text }), origin.clone())
}

pub(crate) fn insert(map: &mut Map, key: Arc<str>, key_origin: Origin, value: Value) {
    match map.entries.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => entry.value = value,
        None => map.entries.push(Entry {
            key,
            key_origin,
            value,
        }),
    }
}

/// Why a value is not known.
pub(crate) fn reason_of(value: &Value, otherwise: &str) -> Reason {
    match &value.data {
        Data::Unknown(reason) => reason.clone(),
        Data::Symbolic(_) => Reason::new(
            ReasonKind::Parameter,
            format!("`{}` is not known", decide::symbol_name(value)),
        ),
        _ => Reason::new(ReasonKind::Function, otherwise),
    }
}

pub(crate) fn too_much() -> Reason {
    Reason::new(ReasonKind::Limit, "more than is worked out")
}

/// How much there is to copy.
pub(crate) fn size(value: &Value) -> usize {
    let mut size = 0;
    value.walk(&mut |_| size += 1);
    size
}
