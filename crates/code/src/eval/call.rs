//! Calls: which function is meant, with which values; classes become instances; what the language
//! itself brings (`.format`, `.map`, `getattr`, …).

use super::{BUDGET, Eval, MAX_CALLS, MAX_NESTING, Made, Owner};
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
        let capital = |name: &Name| name.starts_with(|c: char| c.is_ascii_uppercase());
        arguments.positional.is_empty()
            && !arguments.named.is_empty()
            && arguments.named.iter().all(|(name, _)| capital(name))
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
            if self.pass.widened.insert(id) {
                self.make_pending(id);
            }
            return result;
        }
        let (id, scope, this, arguments) = run.clone();
        let value = self.run(id, scope, this, arguments);
        self.pass.memory.insert(run, value.clone());
        value
    }

    fn run(
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

    /// Runs a function of which no caller is known.
    pub(super) fn run_unknown(&mut self, id: usize, made: Made) {
        let function = self.program.functions[id].clone();
        let receivers = match (made.class, function.kind) {
            (Some(class), FunctionKind::ClassMethod) => vec![Some(Value::Object(class))],
            (Some(class), kind) if kind != FunctionKind::Free => self
                .instances_of(class)
                .into_iter()
                .map(|id| Some(Value::Object(id)))
                .collect(),
            _ => vec![None],
        };
        for receiver in receivers {
            let skip = usize::from(
                receiver.is_some()
                    && matches!(
                        function.kind,
                        FunctionKind::Positional
                            | FunctionKind::Property
                            | FunctionKind::ClassMethod
                    ),
            );
            let arguments = self.unknown_arguments(id, skip);
            self.run(id, made.scope, receiver.map(Arc::new), arguments);
        }
    }

    /// The instances of a class; one that nobody made if there are none.
    fn instances_of(&mut self, class: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for id in self.instances.values() {
            let mut open = vec![match self.heap.get(*id).kind {
                Kind::Instance(class) => class,
                _ => continue,
            }];
            for _ in 0..8 {
                let Some(at) = open.pop() else { break };
                if at == class {
                    found.push(*id);
                    break;
                }
                let bases = &self.heap.get(at).bases;
                open.extend(bases.iter().filter_map(|base| match base {
                    Value::Object(base) => Some(*base),
                    _ => None,
                }));
            }
        }
        found.truncate(8);
        if found.is_empty() {
            let arguments = Arguments {
                open: true,
                ..Arguments::default()
            };
            if let Value::Object(id) = self.instantiate(class, &arguments, Span::default()) {
                found.push(id);
            }
        }
        found
    }

    /// A new object of a class; the same place gives the same object.
    fn instantiate(&mut self, class: usize, arguments: &Arguments, span: Span) -> Value {
        let Kind::Class(program_class) = self.heap.get(class).kind else {
            return Value::unknown("an object");
        };
        let key = (program_class, span);
        let id = match self.instances.get(&key) {
            Some(id) => *id,
            None => self.heap.new_object(Kind::Instance(class)),
        };
        self.instances.insert(key, id);
        self.heap.get_mut(id).kind = Kind::Instance(class);
        let this = Value::Object(id);
        self.set_fields(class, &this, 8);
        let constructor = ["__init__", "constructor"]
            .iter()
            .find_map(|name| self.member(class, &Value::text(*name), 8));
        match constructor {
            Some(Value::Function { id, scope, .. }) => {
                self.invoke(id, scope, Some(Arc::new(this.clone())), arguments.clone());
            }
            _ => {
                // A data class, or one of a library that is not seen.
                for (name, value) in &arguments.named {
                    self.heap.set(id, Value::Text(name.clone()), value.clone());
                }
                for value in &arguments.positional {
                    self.escape(value);
                }
            }
        }
        this
    }

    fn set_fields(&mut self, class: usize, this: &Value, depth: usize) {
        let object = self.heap.get(class);
        let Kind::Class(program_class) = object.kind else {
            return;
        };
        if depth > 0 {
            for base in object.bases.clone() {
                if let Value::Object(base) = base {
                    self.set_fields(base, this, depth - 1);
                }
            }
        }
        let definition = self.program.classes[program_class].clone();
        if definition.fields.is_empty() {
            return;
        }
        let scope = self.new_scope(Some(self.pass.scope), Owner::Fields);
        self.within(scope, |eval| {
            eval.store(scope, "this".into(), this.clone());
            for (name, value) in &definition.fields {
                let value = eval.eval(value);
                eval.write(this, Value::Text(name.clone()), value);
            }
        });
    }

    /// `super()` and `super(…)`.
    fn super_call(&mut self, arguments: &Arguments, span: Span) -> Value {
        let this = self.lookup("this");
        let mut scope = Some(self.pass.scope);
        while let Some(at) = scope {
            if let Owner::Function(id) = self.scopes[at].owner
                && let Some(Made {
                    class: Some(class), ..
                }) = self.pass.made.get(&id).copied()
            {
                let function = self.program.functions[id].clone();
                if function.kind == FunctionKind::This {
                    // JavaScript: this is the base's constructor.
                    let parent = Value::Super(class, Arc::new(this.clone()));
                    let constructor = self.attribute(&parent, &"constructor".into(), span);
                    if matches!(constructor, Value::Function { .. }) {
                        self.apply(&constructor, arguments, false, span);
                    }
                    return this;
                }
                let this = match function.parameters.first().map(|p| &p.target) {
                    Some(ir::Target::Name(name)) => self.scopes[at].variables.get(name).cloned(),
                    _ => None,
                };
                return Value::Super(class, Arc::new(this.unwrap_or(Value::Nothing)));
            }
            scope = self.scopes[at].parent;
        }
        Value::unknown("`super`")
    }

    /// A function whose code is not seen: functions that it is given run, SDK clients that it is
    /// given are shown.
    pub(crate) fn unseen(&mut self, name: &str, arguments: &Arguments, span: Span) -> Value {
        let last = name.rsplit('.').next().unwrap_or(name);
        // X-Ray and its like wrap clients.
        if last.starts_with("capture")
            && let Some(first) = arguments.positional.first()
        {
            self.escape_unless_client(first);
            return first.clone();
        }
        let listed = arguments.named.iter().find(|(name, _)| &**name == "args");
        let listed = listed.map(|(_, list)| self.items(list));
        for (at, value) in arguments.positional.iter().enumerate() {
            let mut rest: Vec<Value> = arguments.positional.iter().skip(at + 1).cloned().collect();
            if last == "map" {
                rest = rest.iter().map(|list| self.item(list)).collect();
            }
            self.give(value, rest, arguments.named.clone(), span);
        }
        for (_, value) in &arguments.named {
            self.give(value, listed.clone().unwrap_or_default(), Vec::new(), span);
        }
        const HARMLESS: [&str; 16] = [
            "print",
            "log",
            "debug",
            "info",
            "error",
            "warn",
            "type",
            "isinstance",
            "hasattr",
            "id",
            "stringify",
            "patch",
            "Stubber",
            "activate",
            "push",
            "append",
        ];
        if !HARMLESS.contains(&last) {
            for value in arguments.all().flat_map(Value::each) {
                let kind = match value {
                    Value::Client(_) => "an SDK client",
                    Value::Resource(_) => "a resource object of boto3",
                    _ => continue,
                };
                self.unresolved(
                    span,
                    format!("{kind} is given to `{last}`, whose code is not seen"),
                );
            }
        }
        Value::unknown(format!("the result of `{last}`"))
    }

    fn escape_unless_client(&mut self, value: &Value) {
        if !matches!(value, Value::Client(_)) {
            self.escape(value);
        }
    }

    /// Someone else may call this value with anything.
    pub(crate) fn escape(&mut self, value: &Value) {
        self.give(value, Vec::new(), Vec::new(), Span::default());
    }

    /// Someone else may call this value, perhaps with these arguments first.
    fn give(&mut self, value: &Value, first: Vec<Value>, named: Vec<(Name, Value)>, span: Span) {
        for value in value.each() {
            match value {
                Value::Function { id, scope, this } => {
                    let function = self.program.functions[*id].clone();
                    let bound = this.is_some()
                        && matches!(
                            function.kind,
                            FunctionKind::Positional | FunctionKind::ClassMethod
                        );
                    let mut arguments = self.unknown_arguments(*id, usize::from(bound));
                    for (slot, value) in arguments.positional.iter_mut().zip(&first) {
                        *slot = value.clone();
                    }
                    arguments
                        .positional
                        .retain(|value| *value != Value::Nothing);
                    self.invoke(*id, *scope, this.clone(), arguments);
                }
                Value::Member(receiver, _)
                    if matches!(**receiver, Value::Client(_) | Value::Resource(_)) =>
                {
                    let arguments = Arguments {
                        positional: first.clone(),
                        named: named.clone(),
                        open: true,
                    };
                    self.apply(value, &arguments, false, span);
                }
                _ => {}
            }
        }
    }

    /// Arguments for a function of which no caller is known.
    fn unknown_arguments(&self, id: usize, skip: usize) -> Arguments {
        let function = &self.program.functions[id];
        let handler = *function.name == *self.handler;
        let plain = |parameter: &&ir::Parameter| parameter.kind == ParameterKind::Plain;
        let wanted = function
            .parameters
            .iter()
            .filter(plain)
            .skip(skip)
            .enumerate();
        let positional = wanted.map(|(at, parameter)| match &parameter.target {
            _ if handler && at == 0 => Value::Event("".into()),
            ir::Target::Name(name) => Value::unknown(format!("the parameter `{name}`")),
            _ => Value::unknown("a parameter"),
        });
        Arguments {
            positional: positional.collect(),
            named: Vec::new(),
            open: true,
        }
    }

    fn text_method(
        &mut self,
        text: &Value,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        match (text, &**name) {
            (Value::Text(pattern), "format") => format(pattern, arguments),
            (_, "concat") => {
                let parts: Vec<Value> = std::iter::once(text)
                    .chain(&arguments.positional)
                    .cloned()
                    .collect();
                Value::joined(&parts)
            }
            (_, "toString" | "trim" | "strip" | "encode" | "decode" | "valueOf") => text.clone(),
            (Value::Text(text), "lower" | "toLowerCase") => Value::text(text.to_lowercase()),
            (Value::Text(text), "upper" | "toUpperCase") => Value::text(text.to_uppercase()),
            (_, "split") => {
                let part = Value::unknown("a part of a text");
                self.heap.list(vec![part])
            }
            (Value::Text(separator), "join") => {
                let items = arguments.positional.first().map(|list| self.items(list));
                self.join(separator, &items.unwrap_or_default())
            }
            _ => {
                self.unseen(name, arguments, span);
                Value::unknown("a text that is computed")
            }
        }
    }

    fn join(&self, separator: &Name, items: &[Value]) -> Value {
        let mut parts = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                parts.push(Value::Text(separator.clone()));
            }
            parts.push(item.clone());
        }
        Value::joined(&parts)
    }

    pub(crate) fn container_method(
        &mut self,
        id: usize,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        let value = Value::Object(id);
        let list = self.heap.get(id).kind == Kind::List;
        match &**name {
            "append" | "push" | "add" | "unshift" | "extend" | "insert" | "concat" => {
                for value in &arguments.positional {
                    let items = if &**name == "extend" || &**name == "concat" {
                        self.items(value)
                    } else {
                        vec![value.clone()]
                    };
                    let kept = &mut self.heap.get_mut(id).items;
                    for item in items {
                        if kept.len() < 64 && !kept.contains(&item) {
                            kept.push(item);
                        }
                    }
                }
                value
            }
            "get" | "pop" | "setdefault" if !list => {
                let key = arguments
                    .positional
                    .first()
                    .cloned()
                    .unwrap_or(Value::Nothing);
                let found = self.index(&value, &key, span);
                let default = arguments
                    .positional
                    .get(1)
                    .cloned()
                    .unwrap_or(Value::Nothing);
                if &**name == "setdefault" {
                    self.write(&value, key, default.clone());
                }
                if matches!(found, Value::Nothing) {
                    default
                } else {
                    found
                }
            }
            "set" if arguments.positional.len() == 2 => {
                let mut given = arguments.positional.iter().cloned();
                if let (Some(key), Some(item)) = (given.next(), given.next()) {
                    self.write(&value, key, item);
                }
                value
            }
            "update" => {
                for other in &arguments.positional {
                    self.merge(id, other);
                }
                for (name, item) in &arguments.named {
                    self.heap.set(id, Value::Text(name.clone()), item.clone());
                }
                Value::Nothing
            }
            "copy" | "slice" | "filter" | "sort" | "reverse" | "flat" | "keys" => {
                self.unseen(name, arguments, span);
                value
            }
            "values" => {
                let values = self.heap.get(id).entries.values().cloned().collect();
                self.heap.list(values)
            }
            "items" | "entries" => {
                let object = self.heap.get(id);
                let key = Value::one_of(object.entries.keys().cloned());
                let item = Value::one_of(object.entries.values().cloned());
                let pair = self.heap.list(vec![key, item]);
                self.heap.list(vec![pair])
            }
            "join" if list => {
                let items = self.heap.get(id).items.clone();
                match arguments.positional.first() {
                    Some(Value::Text(separator)) => self.join(separator, &items),
                    _ => self.join(&",".into(), &items),
                }
            }
            // `list.map(f)`, `list.forEach(f)`, …
            _ if list && matches!(arguments.positional.first(), Some(Value::Function { .. })) => {
                let item = self.item(&value);
                let mut results = Vec::new();
                if let Some(function) = arguments.positional.first() {
                    let given = Arguments {
                        positional: vec![item],
                        named: Vec::new(),
                        open: true,
                    };
                    results.push(self.apply(function, &given, false, span));
                }
                self.heap.list(results)
            }
            _ => self.unseen(name, arguments, span),
        }
    }
}

/// Python's `"…{}…".format(…)`.
fn format(pattern: &str, arguments: &Arguments) -> Value {
    let mut parts = Vec::new();
    let mut next = 0;
    for (at, piece) in pattern.split('{').enumerate() {
        let Some((hole, rest)) = piece.split_once('}').filter(|_| at > 0) else {
            parts.push(Value::text(piece));
            continue;
        };
        let name = hole.split([':', '!', '.', '[']).next().unwrap_or("");
        let value = if name.is_empty() {
            next += 1;
            arguments.positional.get(next - 1)
        } else if let Ok(at) = name.parse::<usize>() {
            arguments.positional.get(at)
        } else {
            arguments.get(usize::MAX, name)
        };
        parts.push(
            value
                .cloned()
                .unwrap_or_else(|| Value::unknown("a value that is missing")),
        );
        parts.push(Value::text(rest));
    }
    Value::joined(&parts)
}
