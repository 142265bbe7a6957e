//! Calls: which function is meant, with which values; classes become instances; what the language
//! itself brings (`.format`, `.map`, `getattr`, …).

use super::{BUDGET, Eval, MAX_CALLS, MAX_NESTING, Owner};
use crate::ir::{self, Expr, FunctionKind, Name, ParameterKind};
use crate::value::{Kind, Value};
use palisade_core::Span;
use std::sync::Arc;

/// The values that a call is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Vec<(Name, Value)>,
    /// There may be more than is seen.
    pub(crate) open: bool,
}

impl Arguments {
    /// The argument at a position or under a name.
    pub(crate) fn get(&self, at: usize, name: &str) -> Option<&Value> {
        let named = self.named.iter().find(|(n, _)| &**n == name);
        named.map(|(_, value)| value).or(self.positional.get(at))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Value> {
        self.positional
            .iter()
            .chain(self.named.iter().map(|(_, value)| value))
    }

    fn without_first(&self) -> Self {
        Self {
            positional: self.positional.get(1..).unwrap_or(&[]).to_vec(),
            ..self.clone()
        }
    }
}

impl Eval<'_> {
    pub(super) fn call(&mut self, call: &ir::Call) -> Value {
        // The receiver runs once, before the arguments.
        let (receiver, name) = match &call.callee {
            Expr::Attribute(object, name, _) => {
                let promised = &**name == "promise";
                let before = std::mem::replace(&mut self.pass.promised, promised);
                let object = self.eval(object);
                self.pass.promised = before;
                (Some(object), Some(name))
            }
            Expr::Name(name) if &**name == "super" => (None, Some(name)),
            other => (Some(self.eval(other)), None),
        };
        let promised = std::mem::take(&mut self.pass.promised);
        let arguments = self.arguments(&call.arguments);
        self.pass.promised = promised;
        let Some(receiver) = receiver else {
            return self.super_call(&arguments, call.span);
        };
        let Some(name) = name else {
            return self.apply(&receiver, &arguments, call.new, call.span);
        };
        // Where one way gives a client, that another gives nothing known is no news.
        let sdk = |value: &Value| matches!(value, Value::Client(_) | Value::Resource(_));
        let known = receiver.each().iter().any(sdk);
        let values: Vec<Value> = receiver
            .each()
            .iter()
            .filter(|value| !known || !matches!(value, Value::Unknown(_)))
            .map(|receiver| self.call_member(receiver, name, &arguments, call))
            .collect();
        Value::one_of(values)
    }

    fn arguments(&mut self, list: &[ir::Argument]) -> Arguments {
        let mut arguments = Arguments::default();
        for argument in list {
            match argument {
                ir::Argument::Positional(Expr::Spread(inner)) => {
                    let value = self.eval(inner);
                    arguments.positional.extend(self.items(&value));
                    arguments.open = true;
                }
                ir::Argument::Positional(value) => {
                    let value = self.eval(value);
                    arguments.positional.push(value);
                }
                ir::Argument::Named(name, value) => {
                    let value = self.eval(value);
                    arguments.named.push((name.clone(), value));
                }
                ir::Argument::SpreadNamed(value) => {
                    let value = self.eval(value);
                    let (entries, open) = self.entries(&value);
                    arguments.named.extend(entries);
                    arguments.open |= open;
                }
            }
        }
        arguments
    }

    /// The entries of a map whose keys are known, and whether there may be more.
    pub(crate) fn entries(&self, value: &Value) -> (Vec<(Name, Value)>, bool) {
        let mut found: Vec<(Name, Value)> = Vec::new();
        let mut open = false;
        for value in value.each() {
            match value {
                Value::Nothing => {}
                Value::Object(id) => {
                    let object = self.heap.get(*id);
                    open |= object.open;
                    for (key, value) in &object.entries {
                        let Value::Text(key) = key else {
                            open = true;
                            continue;
                        };
                        match found.iter_mut().find(|(name, _)| name == key) {
                            Some((_, old)) => *old = old.or(value),
                            None => found.push((key.clone(), value.clone())),
                        }
                    }
                }
                _ => open = true,
            }
        }
        (found, open)
    }

    /// Calls a value.
    pub(crate) fn apply(
        &mut self,
        callee: &Value,
        arguments: &Arguments,
        new: bool,
        span: Span,
    ) -> Value {
        match callee {
            Value::OneOf(values) => {
                let values: Vec<Value> = values
                    .iter()
                    .map(|value| self.apply(value, arguments, new, span))
                    .collect();
                Value::one_of(values)
            }
            Value::Function { id, scope, this } => {
                self.invoke(*id, *scope, this.clone(), arguments.clone())
            }
            Value::Object(id) => match self.heap.get(*id).kind {
                Kind::Class(_) => self.instantiate(*id, arguments, span),
                _ => self.unseen("a function", arguments, span),
            },
            Value::Library(path) => self.call_library(&path.clone(), arguments, new, span),
            Value::Member(receiver, name) => match &**receiver {
                Value::Client(client) if &**name == "session" && client.service.is_none() => {
                    self.unseen(name, arguments, span)
                }
                Value::Client(client) => self.client_method(&client.clone(), name, arguments, span),
                Value::Resource(resource) => {
                    self.resource_method(&resource.clone(), name, arguments, span)
                }
                _ => self.unseen(name, arguments, span),
            },
            _ => self.unseen("a function", arguments, span),
        }
    }

    fn call_member(
        &mut self,
        receiver: &Value,
        name: &Name,
        arguments: &Arguments,
        call: &ir::Call,
    ) -> Value {
        let span = call.span;
        let plain = matches!(
            receiver,
            Value::Text(_)
                | Value::Joined(_)
                | Value::Environment { .. }
                | Value::Library(_)
                | Value::Unknown(_)
                | Value::Event(_)
                | Value::Nothing
        );
        if plain && self.looks_like_boto3(name, arguments) {
            return self.unknown_call(name, span);
        }
        if plain && let Some(client) = self.unknown_session(receiver, name, arguments) {
            return client;
        }
        match receiver {
            Value::Client(client) => self.client_method(client, name, arguments, span),
            Value::Resource(resource) => self.resource_method(resource, name, arguments, span),
            Value::Collection(resource, collection) => {
                self.collection_method(resource, Some(collection), name, arguments, span)
            }
            Value::Listed(resource) => {
                self.collection_method(resource, None, name, arguments, span)
            }
            Value::Prepared(client, operation) => {
                if matches!(&**name, "paginate" | "wait") {
                    let given = arguments.named.clone();
                    self.record(client, operation, given, arguments.open, span)
                } else {
                    Value::Inert
                }
            }
            Value::Text(_) | Value::Joined(_) | Value::Environment { .. } => {
                self.text_method(receiver, name, arguments, span)
            }
            Value::Function { id, scope, this } if matches!(&**name, "bind" | "call" | "apply") => {
                let this = arguments
                    .positional
                    .first()
                    .cloned()
                    .map(Arc::new)
                    .or(this.clone());
                if &**name == "bind" {
                    return super::expression::bound(
                        Value::Function {
                            id: *id,
                            scope: *scope,
                            this: None,
                        },
                        &this.unwrap_or_else(|| Arc::new(Value::Nothing)),
                    );
                }
                let mut rest = arguments.without_first();
                if &**name == "apply" {
                    rest.positional = rest.positional.iter().flat_map(|l| self.items(l)).collect();
                }
                self.invoke(*id, *scope, this, rest)
            }
            Value::Object(id) => {
                let found = self.attribute(receiver, name, span);
                let kind = self.heap.get(*id).kind;
                if matches!(found, Value::Nothing | Value::Unknown(_))
                    && matches!(kind, Kind::Map | Kind::List)
                {
                    return self.container_method(*id, name, arguments, span);
                }
                self.apply(&found, arguments, call.new, span)
            }
            Value::Event(_) if &**name == "get" => {
                let key = arguments
                    .positional
                    .first()
                    .cloned()
                    .unwrap_or(Value::Nothing);
                let found = self.index(receiver, &key, span);
                found.or(arguments.positional.get(1).unwrap_or(&Value::Nothing))
            }
            // `event.Records.map(f)` and the like
            Value::Event(_)
                if matches!(arguments.positional.first(), Some(Value::Function { .. })) =>
            {
                let given = Arguments {
                    positional: vec![receiver.clone()],
                    named: Vec::new(),
                    open: true,
                };
                let function = arguments.positional.first().cloned();
                let result = function.map(|function| self.apply(&function, &given, false, span));
                self.heap.list(result.into_iter().collect())
            }
            Value::Unknown(_) | Value::Event(_) | Value::Nothing => {
                self.unknown_method(name, arguments, span)
            }
            Value::Member(inner, member) if &**member == "session" => match &**inner {
                Value::Client(session) => self.session_method(&session.clone(), name, arguments),
                _ => Value::Inert,
            },
            Value::Member(inner, _) if matches!(**inner, Value::Client(_) | Value::Resource(_)) => {
                // `client.meta.…`, `client.middlewareStack.…`
                Value::Inert
            }
            _ => {
                let found = self.attribute(receiver, name, span);
                self.apply(&found, arguments, call.new, span)
            }
        }
    }

    /// `x.get_item(Key=…)`: only boto3 is called like that.
    fn looks_like_boto3(&self, name: &Name, arguments: &Arguments) -> bool {
        let capital = |name: &str| name.contains(|c: char| c.is_ascii_uppercase());
        let names = || arguments.named.iter().map(|(name, _)| &**name);
        arguments.positional.is_empty()
            && names().any(capital)
            && !names().any(|name| name.contains('_'))
            && name.contains('_')
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }

    /// A method of something that is not known. `x.putItem(…).promise()` looks like version 2.
    fn unknown_method(&mut self, name: &Name, arguments: &Arguments, span: Span) -> Value {
        let operation = name.contains(|c: char| c.is_ascii_uppercase())
            || matches!(
                &**name,
                "get" | "put" | "update" | "delete" | "query" | "scan"
            );
        if self.pass.promised && operation && arguments.positional.len() <= 1 {
            return self.unknown_call(name, span);
        }
        self.unseen(name, arguments, span)
    }

    fn unknown_call(&mut self, name: &Name, span: Span) -> Value {
        let what = format!("`{name}` looks like a call of the SDK, but its client is not known");
        self.unresolved(span, what);
        Value::unknown(format!("the result of `{name}`"))
    }

    /// `x.client('ec2')` on something unknown: a session that came from somewhere else.
    fn unknown_session(
        &mut self,
        receiver: &Value,
        name: &Name,
        arguments: &Arguments,
    ) -> Option<Value> {
        let Some(Value::Text(service)) = arguments.get(0, "service_name") else {
            return None;
        };
        let named = !service.is_empty()
            && service
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let library = matches!(receiver, Value::Library(path) if path.contains('.') || path.starts_with("boto3"));
        if library || !named || !matches!(&**name, "client" | "resource") {
            return None;
        }
        Some(self.client_of_unknown_session(name, arguments))
    }

    /// Runs a function with these arguments.
    pub(crate) fn invoke(
        &mut self,
        id: usize,
        scope: usize,
        this: Option<Arc<Value>>,
        arguments: Arguments,
    ) -> Value {
        let result = Value::unknown(format!(
            "the result of `{}`",
            self.program.functions[id].name
        ));
        let run = (id, scope, this, arguments);
        if let Some(value) = self.pass.memory.get(&run) {
            return value.clone();
        }
        if self.pass.active.len() >= MAX_CALLS
            || self.pass.active.contains(&id)
            || self.pass.nesting + 40 > MAX_NESTING
            || self.pass.steps > BUDGET
        {
            if !self.pass.swept.contains(&id) && self.pass.widened.insert(id) {
                self.make_pending(id);
            }
            return result;
        }
        let (id, scope, this, arguments) = run.clone();
        let value = self.run(id, scope, this, arguments);
        self.pass.memory.insert(run, value.clone());
        value
    }

    pub(super) fn run(
        &mut self,
        id: usize,
        parent: usize,
        this: Option<Arc<Value>>,
        mut arguments: Arguments,
    ) -> Value {
        self.pass.ran.insert(id);
        let function = self.program.functions[id].clone();
        match (function.kind, this) {
            (
                FunctionKind::Positional | FunctionKind::ClassMethod | FunctionKind::Property,
                Some(this),
            ) => {
                arguments.positional.insert(0, (*this).clone());
            }
            (FunctionKind::This | FunctionKind::Getter, this) => {
                let this = this.map_or_else(|| Value::unknown("`this`"), |this| (*this).clone());
                arguments.named.push(("this".into(), this));
            }
            _ => {}
        }
        let scope = self.new_scope(Some(parent), Owner::Function(id));
        self.pass.active.push(id);
        self.pass.returns.push(Value::Nothing);
        self.within(scope, |eval| {
            eval.bind_parameters(&function, arguments);
            eval.block(&function.body);
        });
        self.pass.active.pop();
        self.pass.returns.pop().unwrap_or(Value::Nothing)
    }

    fn bind_parameters(&mut self, function: &ir::Function, arguments: Arguments) {
        let Arguments {
            positional,
            mut named,
            open,
        } = arguments;
        let mut positional = positional.into_iter();
        if let Some(at) = named.iter().position(|(name, _)| &**name == "this") {
            let (name, value) = named.remove(at);
            self.store(self.pass.scope, name, value);
        }
        for parameter in &function.parameters {
            let value = match parameter.kind {
                ParameterKind::Rest => {
                    let rest = positional.by_ref().collect();
                    self.heap.list(rest)
                }
                ParameterKind::Named => {
                    let id = self.heap.new_object(Kind::Map);
                    for (name, value) in named.drain(..) {
                        self.heap.set(id, Value::Text(name), value);
                    }
                    self.heap.get_mut(id).open = open;
                    Value::Object(id)
                }
                ParameterKind::Plain => {
                    let by_name = match &parameter.target {
                        ir::Target::Name(name) => {
                            let at = named.iter().position(|(given, _)| given == name);
                            at.map(|at| named.remove(at).1)
                        }
                        _ => None,
                    };
                    let given = by_name.or_else(|| positional.next());
                    let default = parameter.default.as_ref().map(|value| self.eval(value));
                    match (given, default) {
                        (Some(Value::Unknown(reason)), Some(default)) => {
                            Value::Unknown(reason).or(&default)
                        }
                        (Some(given), _) => given,
                        (None, Some(default)) => default,
                        (None, None) if open => Value::unknown("an argument that is not seen"),
                        (None, None) => Value::Nothing,
                    }
                }
            };
            self.bind(&parameter.target, value, true);
        }
    }
}
