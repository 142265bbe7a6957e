//! Inputs and outputs: variables with their types and defaults, calls of modules.

use crate::decide::joined;
use crate::evaluate::{Evaluator, insert, reason_of, symbol};
use crate::label::is_label;
use crate::module::{Module, is_local, named_in};
use crate::objects::{carried, gathered};
use crate::scope::{Called, Caller, Frame, Scope, Turn};
use palisade_app::combine::spread;
use palisade_app::value::{List, Map};
use palisade_app::{Data, Part, Reason, ReasonKind, Value};
use palisade_core::{Origin, ProblemLevel, ViaKind};
use palisade_syntax::hcl::{Block, Expr, ExprKind};
use std::rc::Rc;
use std::sync::Arc;

/// Modules are called at most this deep, and this often in one application.
const MAX_MODULE_DEPTH: usize = 16;

impl Evaluator<'_> {
    /// The value of an input.
    pub(crate) fn variable(&self, name: &Arc<str>, origin: &Origin, scope: &Scope) -> Value {
        let frame = &scope.frame;
        let Some(block) = frame.module.variables.get(name) else {
            return self.refuse(format!("`var.{name}` is not declared"), origin);
        };
        let mut value = self.once(&frame.variables, name, origin, || {
            self.input(name, block, frame)
        });
        // Nothing is written of an input without a value: it stands where it is used.
        if let Data::Symbolic(parts) = &value.data
            && let [Part::Parameter { name: set, .. }] = &**parts
            && **set == *format!("{}var.{name}", frame.prefix)
        {
            let step = ViaKind::Parameter(Arc::from(format!("var.{name}")));
            value.origin = origin.through(step, value.origin.span);
        }
        value
    }

    fn input(&self, name: &Arc<str>, block: &Block, frame: &Rc<Frame>) -> Value {
        let at = Origin::at(block.labels.first().map_or(block.span, |label| label.span));
        let kind = block.body.get("type");
        let says = |attribute: &str| match block.body.get(attribute).map(|expr| &expr.kind) {
            Some(ExprKind::Bool(value)) => Some(*value),
            _ => None,
        };
        let given = match &frame.caller {
            Some(caller) => caller.block.body.get(name).map(|expr| {
                let value = self.eval(expr, &caller.scope);
                let module = frame.prefix.trim_end_matches('.');
                carried(value, ViaKind::Module(Arc::from(module)), &at)
            }),
            None => frame.given.get(name).map(|value| {
                let step = ViaKind::Parameter(Arc::from(format!("var.{name}")));
                carried(value.clone(), step, &at)
            }),
        };
        let null = |value: &Value| matches!(value.data, Data::Null | Data::Absent);
        let given = given.filter(|value| !(null(value) && says("nullable") == Some(false)));
        let default = block.body.get("default");
        let value = match (given, default) {
            (Some(given), _) => given,
            (None, Some(default)) => {
                let value = self.eval(default, &Scope::of(frame));
                let step: Arc<str> = Arc::from(format!("var.{name}"));
                if frame.caller.is_none() && names_environment(name) {
                    self.environments.borrow_mut().insert(step.clone());
                }
                carried(value, ViaKind::Parameter(step), &at)
            }
            (None, None) => {
                return self.unset(
                    &frame.prefix,
                    name,
                    kind,
                    says("sensitive") == Some(true),
                    &at,
                );
            }
        };
        match kind {
            Some(kind) => self.converted(value, kind, frame),
            None => value,
        }
    }

    /// An input without a value.
    fn unset(
        &self,
        prefix: &str,
        name: &str,
        kind: Option<&Expr>,
        secret: bool,
        at: &Origin,
    ) -> Value {
        let name: Arc<str> = Arc::from(format!("{prefix}var.{name}"));
        self.any(&name, kind, secret, at)
    }

    /// Something of a type of which nothing else is known.
    fn any(&self, name: &Arc<str>, kind: Option<&Expr>, secret: bool, at: &Origin) -> Value {
        let why = || {
            Reason::new(
                ReasonKind::Parameter,
                format!("given as `{name}`, which has no default"),
            )
        };
        let Some((head, inner)) = kind.map(type_of) else {
            return symbol(name.clone(), secret, at);
        };
        let data = match head {
            "list" | "set" | "tuple" => Data::List(List {
                items: Vec::new(),
                open: Some(why()),
            }),
            "map" => Data::Map(Map {
                entries: Vec::new(),
                open: Some(why()),
            }),
            "object" => {
                let mut map = Map::default();
                for (key, kind) in inner.map(fields).unwrap_or_default() {
                    let (kind, optional) = optional(kind);
                    let inner = Arc::from(format!("{name}.{key}"));
                    let value = match optional {
                        None => self.any(&inner, Some(kind), secret, at),
                        Some(_) => symbol(inner, secret, at),
                    };
                    insert(&mut map, key.clone(), at.clone(), value);
                }
                Data::Map(map)
            }
            "any" => return Value::unknown(why(), at.clone()),
            _ => return symbol(name.clone(), secret, at),
        };
        Value::new(data, at.clone())
    }

    /// A value as a type makes it: defaults of optional attributes, numbers and texts.
    fn converted(&self, value: Value, kind: &Expr, frame: &Rc<Frame>) -> Value {
        let (head, inner) = type_of(kind);
        spread(value, &mut |value| {
            if !self.may_work(1) {
                return value;
            }
            let Value { data, origin } = value;
            let data = match (head, data) {
                ("list" | "set" | "tuple", Data::List(list)) => {
                    let mut items: Vec<Value> = match inner.filter(|_| head != "tuple") {
                        Some(inner) => (list.items.into_iter())
                            .map(|item| self.converted(item, inner, frame))
                            .collect(),
                        None => list.items,
                    };
                    if head == "set" {
                        let mut seen: Vec<Data> = Vec::new();
                        items.retain(|item| {
                            let new = item.as_text().is_none() || !seen.contains(&item.data);
                            seen.push(item.data.clone());
                            new
                        });
                    }
                    Data::List(List {
                        items,
                        open: list.open,
                    })
                }
                ("map", Data::Map(mut map)) => {
                    if let Some(inner) = inner {
                        for entry in &mut map.entries {
                            let value = entry.value.clone();
                            entry.value = self.converted(value, inner, frame);
                        }
                    }
                    Data::Map(map)
                }
                ("object", Data::Map(map)) => {
                    let mut new = Map {
                        entries: Vec::new(),
                        open: map.open.clone(),
                    };
                    let given = Value::new(Data::Map(map), origin.clone());
                    for (key, kind) in inner.map(fields).unwrap_or_default() {
                        let (kind, optional) = optional(kind);
                        let entry = given.entry(key);
                        let set =
                            entry.filter(|e| !matches!(e.value.data, Data::Null | Data::Absent));
                        let value = match (set, optional) {
                            (Some(entry), _) => self.converted(entry.value.clone(), kind, frame),
                            (None, Some(Some(default))) => {
                                let value = self.eval(default, &Scope::of(frame));
                                self.converted(value, kind, frame)
                            }
                            (None, _) => match &new.open {
                                Some(reason) if entry.is_none() => {
                                    Value::unknown(reason.clone(), origin.clone())
                                }
                                _ => Value::new(Data::Null, origin.clone()),
                            },
                        };
                        let at = entry.map_or_else(|| origin.clone(), |e| e.key_origin.clone());
                        insert(&mut new, key.clone(), at, value);
                    }
                    new.open = None;
                    Data::Map(new)
                }
                ("string", Data::Number(number)) => Data::Text(number.text),
                ("string", Data::Bool(holds)) => {
                    Data::Text(Arc::from(if holds { "true" } else { "false" }))
                }
                ("bool", Data::Text(text)) if matches!(&*text, "true" | "false") => {
                    Data::Bool(&*text == "true")
                }
                (_, data) => data,
            };
            Value::new(data, origin)
        })
    }

    /// What `module.name` gives: the outputs, or a list or map of them.
    pub(crate) fn module_call(&self, name: &Arc<str>, origin: &Origin, scope: &Scope) -> Value {
        let Some(called) = self.called(&scope.frame, name) else {
            let prefix = &scope.frame.prefix;
            if scope.frame.module.calls.contains_key(name) {
                let reason = format!("`{prefix}module.{name}` refers to itself");
                return Value::unknown(Reason::new(ReasonKind::Cycle, reason), origin.clone());
            }
            return self.refuse(format!("`{prefix}module.{name}` is not declared"), origin);
        };
        gathered(&called.turns, origin, &|turn| {
            let address = format!("{}module.{name}{}", scope.frame.prefix, turn.suffix);
            let frames = called.frames.iter().flatten();
            let frame = frames
                .into_iter()
                .find(|frame| frame.prefix.trim_end_matches('.') == address);
            match frame {
                Some(frame) => self.outputs(frame, origin),
                None => self.absent(name, &address, origin, scope, turn),
            }
        })
    }

    /// What a call gives whose source is not at hand.
    fn absent(
        &self,
        name: &Arc<str>,
        address: &str,
        origin: &Origin,
        scope: &Scope,
        turn: &Turn,
    ) -> Value {
        let block = scope.frame.module.calls.get(name);
        let source = |block: &&Block| {
            let source = block.body.get("source").and_then(Expr::as_text);
            source.is_some_and(|source| is_label(source))
        };
        match block.filter(source) {
            Some(block) => {
                let scope = Scope {
                    frame: scope.frame.clone(),
                    bindings: turn.bindings.clone(),
                };
                self.label(block, address, origin, &scope)
            }
            None => symbol(Arc::from(address), false, origin),
        }
    }

    fn outputs(&self, frame: &Rc<Frame>, origin: &Origin) -> Value {
        let mut map = Map::default();
        for (name, block) in &frame.module.outputs {
            let Some(expr) = block.body.get("value") else {
                continue;
            };
            let value = self.once(&frame.outputs, name, origin, || {
                let value = self.eval(expr, &Scope::of(frame));
                let module = frame.prefix.trim_end_matches('.');
                carried(
                    value,
                    ViaKind::Module(Arc::from(module)),
                    &Origin::at(expr.span),
                )
            });
            insert(&mut map, name.clone(), origin.clone(), value);
        }
        Value::new(Data::Map(map), origin.clone())
    }

    /// The instances of a called module; nothing while they are being made.
    pub(crate) fn called(&self, frame: &Rc<Frame>, name: &Arc<str>) -> Option<Rc<Called>> {
        if let Some(known) = frame.calls.borrow().get(name) {
            return known.clone();
        }
        let block = Rc::new(frame.module.calls.get(name)?.clone());
        frame.calls.borrow_mut().insert(name.clone(), None);
        let scope = Scope::of(frame);
        let address = format!("{}module.{name}", frame.prefix);
        let turns = Rc::new(self.turns(&block.body, &address, &scope));
        let frames = self.source(frame, name, &block).map(|module| {
            let frames = turns.turns.iter().map(|turn| {
                Rc::new(Frame {
                    prefix: Arc::from(format!("{address}{}.", turn.suffix)),
                    caller: Some(Caller {
                        scope: Scope {
                            frame: frame.clone(),
                            bindings: turn.bindings.clone(),
                        },
                        block: block.clone(),
                    }),
                    when: joined(&frame.when, &turn.when),
                    depth: frame.depth + 1,
                    ..Frame::of(module.clone())
                })
            });
            frames.collect()
        });
        let called = Rc::new(Called { turns, frames });
        frame
            .calls
            .borrow_mut()
            .insert(name.clone(), Some(called.clone()));
        Some(called)
    }

    /// The module that a call names, if it is at hand.
    fn source(&self, frame: &Rc<Frame>, name: &str, block: &Block) -> Option<Rc<Module>> {
        let written = block.body.get("source")?;
        let at = written.span;
        if frame.depth >= MAX_MODULE_DEPTH || !self.may_work(1_000) {
            let message = "modules call each other deeper than is followed";
            self.problem(at, ProblemLevel::Warning, message);
            return None;
        }
        let value = self.eval(written, &Scope::of(frame));
        let Some(source) = value.as_text() else {
            let why = reason_of(&value, "it is no text");
            let message = format!("the source of module `{name}` is not known: {why}");
            self.problem(at, ProblemLevel::Warning, message);
            return None;
        };
        let local = is_local(source);
        let folder = if local {
            named_in(&frame.module.folder, source)
        } else {
            let path = format!("{}{name}", frame.prefix.replace("module.", ""));
            // Instances share their source.
            let key: String = path
                .split('.')
                .map(|part| part.split('[').next().unwrap_or(part))
                .collect::<Vec<_>>()
                .join(".");
            self.installed.get(&key).cloned()
        };
        let module = folder.as_ref().and_then(|folder| self.module(folder));
        if module.is_none() {
            let message = match (local, &folder) {
                (true, None) => {
                    format!("module `{name}`: `{source}` lies outside of the scanned tree")
                }
                (true, Some(_)) => {
                    format!("module `{name}`: there is no configuration in `{source}`")
                }
                (false, _) => format!(
                    "module `{name}`: `{source}` is not at hand, so what it declares is not looked at; `terraform init` fetches it"
                ),
            };
            self.problem(at, ProblemLevel::Warning, message);
        }
        module
    }

    /// The module of a folder.
    pub(crate) fn module(&self, folder: &str) -> Option<Rc<Module>> {
        if let Some(known) = self.modules.borrow().get(folder) {
            return known.clone();
        }
        let module = self.reading.borrow_mut().module(folder).map(Rc::new);
        self.modules
            .borrow_mut()
            .insert(folder.to_owned(), module.clone());
        module
    }
}

/// Whether an input is called as what tells environments apart.
fn names_environment(name: &str) -> bool {
    let mut words = name.split(['_', '-']);
    words.any(|word| {
        matches!(
            word.to_ascii_lowercase().as_str(),
            "env" | "environment" | "stage" | "workspace" | "tier"
        )
    })
}

/// The head of a type, and what stands in its brackets.
fn type_of(kind: &Expr) -> (&str, Option<&Expr>) {
    match &kind.kind {
        ExprKind::Variable(name) | ExprKind::Text(name) => (name, None),
        ExprKind::Call {
            name, arguments, ..
        } => (&name.text, arguments.first()),
        _ => ("any", None),
    }
}

fn fields(kind: &Expr) -> Vec<(&Arc<str>, &Expr)> {
    match &kind.kind {
        ExprKind::Map(entries) => (entries.iter())
            .filter_map(|(key, kind)| Some((key.as_text()?, kind)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The type inside `optional(type, default)`; with it, the default if there is one.
fn optional(kind: &Expr) -> (&Expr, Option<Option<&Expr>>) {
    match &kind.kind {
        ExprKind::Call {
            name, arguments, ..
        } if &*name.text == "optional" => match arguments.as_slice() {
            [inner] => (inner, Some(None)),
            [inner, default, ..] => (inner, Some(Some(default))),
            [] => (kind, Some(None)),
        },
        _ => (kind, None),
    }
}
