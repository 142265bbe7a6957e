//! The values of expressions.

use super::{Eval, MAX_NESTING, Owner};
use crate::Language;
use crate::ir::{Entry, Expr, FunctionKind, Name};
use crate::value::{Kind, MAX_LOOKED_AT, Value};
use palisade_core::Span;
use std::sync::Arc;

impl Eval<'_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Value {
        self.pass.steps += 1;
        if self.pass.nesting >= MAX_NESTING {
            return Value::unknown("code that is nested too deeply");
        }
        self.pass.nesting += 1;
        let value = self.eval_here(expr);
        self.pass.nesting -= 1;
        value
    }

    fn eval_here(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Nothing => Value::Nothing,
            Expr::Unknown(reason) => Value::unknown(*reason),
            Expr::Name(name) => self.lookup(name),
            Expr::Attribute(object, name, span) => {
                let object = self.eval(object);
                self.attribute(&object, name, *span)
            }
            Expr::Index(object, key) => {
                let object = self.eval(object);
                let key = self.eval(key);
                self.index(&object, &key, Span::default())
            }
            Expr::Call(call) => self.call(call),
            Expr::Joined(parts) => {
                let parts: Vec<Value> = parts.iter().map(|part| self.eval(part)).collect();
                self.sum(&parts)
            }
            Expr::Percent(pattern, values) => self.percent(pattern, values),
            Expr::Map(entries) => self.map(entries),
            Expr::List(items) => self.list(items),
            Expr::Either(parts) => {
                let values: Vec<Value> = parts.iter().map(|part| self.eval(part)).collect();
                Value::one_of(values)
            }
            Expr::Default(value, default) => {
                let value = self.eval(value);
                let default = self.eval(default);
                value.or_default(&default)
            }
            Expr::Many(parts) => self.eval_all(parts),
            Expr::Last(parts) => {
                let values = parts.iter().map(|part| self.eval(part));
                values.last().unwrap_or(Value::Nothing)
            }
            Expr::Function(id) => self.function_value(*id),
            Expr::Class(id) => self.class_value(*id),
            Expr::Import(specifier, None) => self.import(specifier),
            Expr::Import(specifier, Some(name)) => self.import_name(specifier, name),
            Expr::Each(target, iterated, body) => {
                let iterated = self.eval(iterated);
                let item = self.item(&iterated);
                self.bind(target, item, true);
                let value = self.eval(body);
                match value {
                    Value::Object(id) if self.heap.get(id).kind == Kind::Map => value,
                    value => self.heap.list(vec![value]),
                }
            }
            Expr::Assign(target, value) => {
                let value = self.eval(value);
                self.bind(target, value.clone(), false);
                value
            }
            Expr::Bind(target, value) => {
                let value = self.eval(value);
                self.bind(target, value.clone(), true);
                value
            }
            Expr::Spread(inner) => self.eval(inner),
        }
    }

    /// `a + b`: texts are joined, lists and the rest are not followed.
    fn sum(&mut self, parts: &[Value]) -> Value {
        let object = |value: &Value| matches!(value, Value::Object(_));
        if parts.iter().any(object) {
            let items = parts.iter().flat_map(|part| self.items(part)).collect();
            return self.heap.list(items);
        }
        Value::joined(parts)
    }

    fn percent(&mut self, pattern: &Expr, values: &Expr) -> Value {
        let pattern = self.eval(pattern);
        let values = self.eval(values);
        let Value::Text(pattern) = pattern else {
            return Value::unknown("a value that is computed");
        };
        let mut values = match &values {
            Value::Object(id) if self.heap.get(*id).kind == Kind::List => {
                self.heap.get(*id).items.clone()
            }
            one => vec![one.clone()],
        }
        .into_iter();
        let mut parts = Vec::new();
        for (at, piece) in pattern.split('%').enumerate() {
            if at == 0 {
                parts.push(Value::text(piece));
                continue;
            }
            parts.push(
                values
                    .next()
                    .unwrap_or_else(|| Value::unknown("a value that is missing")),
            );
            let rest = piece.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
            parts.push(Value::text(rest.get(1..).unwrap_or("")));
        }
        Value::joined(&parts)
    }

    fn map(&mut self, entries: &[Entry]) -> Value {
        let id = self.heap.new_object(Kind::Map);
        for entry in entries {
            match entry {
                Entry::Pair(key, value) => {
                    let key = self.eval(key);
                    let value = self.eval(value);
                    self.heap.set(id, key, value);
                }
                Entry::Spread(value) => {
                    let value = self.eval(value);
                    self.merge(id, &value);
                }
            }
        }
        Value::Object(id)
    }

    /// Takes over the entries of another map.
    pub(crate) fn merge(&mut self, id: usize, from: &Value) {
        for value in from.each() {
            match value {
                Value::Object(other) => {
                    let (entries, open) = {
                        let other = self.heap.get(*other);
                        (other.entries.clone(), other.open)
                    };
                    for (key, value) in entries {
                        self.heap.set(id, key, value);
                    }
                    self.heap.get_mut(id).open |= open;
                }
                Value::Nothing | Value::Text(_) => {}
                _ => self.heap.get_mut(id).open = true,
            }
        }
    }

    fn list(&mut self, items: &[Expr]) -> Value {
        let mut values = Vec::new();
        for item in items {
            let value = self.eval(item);
            match item {
                Expr::Spread(_) => values.extend(self.items(&value)),
                _ => values.push(value),
            }
        }
        self.heap.list(values)
    }

    /// The items of a list as far as they are known.
    pub(super) fn items(&self, value: &Value) -> Vec<Value> {
        match value {
            Value::Object(id) if self.heap.get(*id).kind == Kind::List => {
                self.heap.get(*id).items.clone()
            }
            other => vec![self.item(other)],
        }
    }

    /// What a loop over a value gives.
    pub(crate) fn item(&self, value: &Value) -> Value {
        Value::one_of(value.each().iter().map(|value| match value {
            Value::Object(id) => {
                let object = self.heap.get(*id);
                match object.kind {
                    Kind::List if !object.items.is_empty() => {
                        Value::one_of(some(object.items.iter(), object.items.len()))
                    }
                    Kind::Map => Value::one_of(some(object.entries.keys(), object.entries.len())),
                    _ => Value::unknown("an item of a list"),
                }
            }
            Value::Listed(resource) | Value::Collection(resource, _) => {
                Value::Resource(resource.clone())
            }
            Value::Unknown(_) | Value::Event(_) => value.clone(),
            _ => Value::unknown("an item of a list"),
        }))
    }

    fn function_value(&mut self, id: usize) -> Value {
        let mut scope = self.pass.scope;
        let mut class = None;
        if let Owner::Class(object) = self.scopes[scope].owner {
            // The names of a class's members are not seen by its methods.
            class = Some(object);
            scope = self.scopes[scope].parent.unwrap_or(scope);
        }
        self.pass.made.insert(id, super::Made { scope, class });
        self.make_pending(id);
        Value::Function {
            id,
            scope,
            this: None,
        }
    }

    fn class_value(&mut self, id: usize) -> Value {
        let class = self.program.classes[id].clone();
        let bases = class.bases.iter().map(|base| self.eval(base)).collect();
        let object = self.heap.new_object(Kind::Class(id));
        self.heap.get_mut(object).bases = bases;
        let scope = self.new_scope(Some(self.pass.scope), Owner::Class(object));
        self.within(scope, |eval| eval.block(&class.body));
        let members = std::mem::take(&mut self.scopes[scope].variables);
        for (name, value) in members {
            self.heap.set(object, Value::Text(name), value);
        }
        Value::Object(object)
    }

    /// A member of a class or of what it extends.
    pub(super) fn member(&self, class: usize, name: &Value, depth: usize) -> Option<Value> {
        let object = self.heap.get(class);
        if let Some(value) = object.entries.get(name) {
            return Some(value.clone());
        }
        if depth == 0 {
            return None;
        }
        object.bases.iter().find_map(|base| match base {
            Value::Object(base) => self.member(*base, name, depth - 1),
            _ => None,
        })
    }

    /// What `object.name` gives.
    pub(crate) fn attribute(&mut self, object: &Value, name: &Name, span: Span) -> Value {
        match object {
            Value::OneOf(values) => {
                let values: Vec<Value> = values
                    .iter()
                    .map(|value| self.attribute(value, name, span))
                    .collect();
                Value::one_of(values)
            }
            Value::Object(id) => self.object_attribute(*id, name),
            Value::Module(unit) => {
                let Some((scope, _)) = self.pass.modules.get(unit) else {
                    return Value::unknown("a module");
                };
                if let Some(value) = self.scopes[*scope].variables.get(name) {
                    return value.clone();
                }
                let path = &self.units[*unit].path;
                let folder = path
                    .strip_suffix("/__init__.py")
                    .or(path.strip_suffix(".py"));
                let inner = format!("{}/{name}", folder.unwrap_or(path));
                let found = [format!("{inner}.py"), format!("{inner}/__init__.py")]
                    .iter()
                    .find_map(|path| self.by_path.get(path.as_str()).copied());
                found.map_or_else(
                    || Value::unknown(format!("`{name}` of a module")),
                    Value::Module,
                )
            }
            Value::Library(path) => {
                if &**path == "process.env" {
                    return self.environment(name, None);
                }
                let inner: Name = format!("{path}.{name}").into();
                if let Some(unit) = self.by_import.get(&inner) {
                    return Value::Module(*unit);
                }
                if inner.len() > 200 {
                    return Value::unknown("something of a library");
                }
                Value::Library(inner)
            }
            Value::Super(class, this) => {
                let bases = self.heap.get(*class).bases.clone();
                let key = Value::Text(name.clone());
                let found = bases.iter().find_map(|base| match base {
                    Value::Object(base) => self.member(*base, &key, 8),
                    _ => None,
                });
                found.map_or_else(
                    || Value::unknown("a member of a class that is not seen"),
                    |value| bound(value, this),
                )
            }
            Value::Resource(resource) => self.resource_attribute(resource, name, span),
            Value::Member(inner, member) if &**member == "meta" && &**name == "client" => {
                match &**inner {
                    Value::Resource(resource) => Value::Client(resource.client.clone()),
                    other => other.clone(),
                }
            }
            // `client.get_item.__name__`
            Value::Member(inner, member)
                if &**name == "__name__" && matches!(**inner, Value::Client(_)) =>
            {
                Value::Text(member.clone())
            }
            Value::Client(_) | Value::Text(_) | Value::Function { .. } => {
                Value::Member(Arc::new(object.clone()), name.clone())
            }
            Value::Event(path) => event_part(path, name),
            Value::Unknown(_) | Value::Inert => object.clone(),
            Value::Nothing => Value::Nothing,
            _ => Value::unknown(format!("`{name}` of a value that is not followed")),
        }
    }

    fn object_attribute(&mut self, id: usize, name: &Name) -> Value {
        let key = Value::Text(name.clone());
        let object = self.heap.get(id);
        let own = object.entries.get(&key).cloned();
        let this = Arc::new(Value::Object(id));
        match (object.kind, own) {
            (Kind::Class(_), _) => match self.member(id, &key, 8) {
                Some(Value::Function {
                    id: function,
                    scope,
                    this: None,
                }) if matches!(
                    self.program.functions[function].kind,
                    FunctionKind::ClassMethod | FunctionKind::This
                ) =>
                {
                    Value::Function {
                        id: function,
                        scope,
                        this: Some(this),
                    }
                }
                Some(value) => value,
                None => Value::unknown(format!("`{name}` of a class")),
            },
            (Kind::Instance(class), own) => {
                if let Some(own) = own {
                    return own;
                }
                let Some(value) = self.member(class, &key, 8) else {
                    return Value::unknown(format!("the field `{name}`"));
                };
                if let Value::Function {
                    id: function,
                    scope,
                    ..
                } = value
                {
                    let kind = self.program.functions[function].kind;
                    let this = match kind {
                        FunctionKind::ClassMethod => Arc::new(Value::Object(class)),
                        FunctionKind::Free => {
                            return value;
                        }
                        _ => this,
                    };
                    if matches!(kind, FunctionKind::Property | FunctionKind::Getter) {
                        let none = super::call::Arguments::default();
                        return self.invoke(function, scope, Some(this), none);
                    }
                    return Value::Function {
                        id: function,
                        scope,
                        this: Some(this),
                    };
                }
                value
            }
            (_, Some(value)) => bound(value, &this),
            (Kind::Map | Kind::List, None) => {
                if self.heap.get(id).open {
                    Value::unknown(format!("`{name}` of a map that is not known in full"))
                } else {
                    Value::Nothing
                }
            }
        }
    }

    /// What `object[key]` gives.
    pub(crate) fn index(&mut self, object: &Value, key: &Value, span: Span) -> Value {
        if let Value::OneOf(objects) = object {
            let values: Vec<Value> = objects
                .iter()
                .map(|object| self.index(object, key, span))
                .collect();
            return Value::one_of(values);
        }
        if let Value::OneOf(keys) = key {
            let values: Vec<Value> = keys
                .iter()
                .map(|key| self.index(object, key, span))
                .collect();
            return Value::one_of(values);
        }
        match (object, key) {
            (Value::Object(id), _) => self.entry(*id, key),
            (Value::Library(path), Value::Text(name)) if &**path == "os.environ" => {
                self.environment(name, None)
            }
            (Value::Library(path), _) if matches!(&**path, "os.environ" | "process.env") => {
                match key {
                    Value::Text(name) => self.environment(name, None),
                    _ => Value::unknown("an environment variable whose name is not known"),
                }
            }
            (Value::Client(_), Value::Text(name)) => {
                Value::Member(Arc::new(object.clone()), name.clone())
            }
            (Value::Client(_), _) => Value::Member(Arc::new(object.clone()), "".into()),
            (Value::Listed(_) | Value::Collection(..), _) => self.item(object),
            (Value::Text(_) | Value::Environment { .. } | Value::Joined(_), _) => {
                Value::unknown("a part of a text")
            }
            (Value::Event(path), Value::Text(name)) => event_part(path, name),
            (Value::Event(_), _) => Value::unknown("a part of the event"),
            (_, Value::Text(name)) if self.units[self.unit()].language != Language::Python => {
                self.attribute(object, name, span)
            }
            (Value::Unknown(_) | Value::Inert, _) => object.clone(),
            _ => Value::unknown("a part of a value that is not followed"),
        }
    }

    fn entry(&mut self, id: usize, key: &Value) -> Value {
        let object = self.heap.get(id);
        if let (Kind::List, Value::Text(at)) = (object.kind, key)
            && let Ok(at) = at.parse::<usize>()
        {
            let item = object.items.get(at).or(object.items.last());
            return item
                .cloned()
                .unwrap_or_else(|| Value::unknown("an item of a list"));
        }
        if let Some(value) = object.entries.get(key) {
            return value.clone();
        }
        let other = object.entries.get(&Value::unknown(super::UNKNOWN_KEY));
        match (object.kind, key) {
            (Kind::List, _) => self.item(&Value::Object(id)),
            (Kind::Map, Value::Text(_)) if !object.open => other.cloned().unwrap_or(Value::Nothing),
            // The key is not known: any entry may be meant.
            (Kind::Map, _) => {
                let values = object.entries.values().take(MAX_LOOKED_AT).cloned();
                let known = 1..=MAX_LOOKED_AT;
                let closed = !object.open && known.contains(&object.entries.len());
                let more = (!closed).then(|| Value::unknown("an entry of a map"));
                Value::one_of(values.chain(more))
            }
            (_, Value::Text(name)) => self.object_attribute(id, &name.clone()),
            _ => Value::unknown("a member of an object"),
        }
    }

    /// The value of an environment variable.
    pub(crate) fn environment(&mut self, name: &Name, default: Option<&Value>) -> Value {
        self.result.environment.insert(name.clone());
        let value = Value::Environment {
            name: name.clone(),
            default: None,
        };
        match default {
            Some(default) => value.or_default(default),
            None => value,
        }
    }
}

/// As many values as are looked at, and that there are more.
fn some<'v>(values: impl Iterator<Item = &'v Value>, count: usize) -> impl Iterator<Item = Value> {
    let more = (count > MAX_LOOKED_AT).then(|| Value::unknown("too many alternatives"));
    values.take(MAX_LOOKED_AT).cloned().chain(more)
}

/// A part of the event; positions in lists are left out.
fn event_part(path: &Name, name: &Name) -> Value {
    if name.parse::<i64>().is_ok() {
        return Value::Event(path.clone());
    }
    if path.len() + name.len() > 200 {
        return Value::unknown("a part of the event");
    }
    let dot = if path.is_empty() { "" } else { "." };
    Value::Event(format!("{path}{dot}{name}").into())
}

/// A function with its receiver.
pub(super) fn bound(value: Value, receiver: &Arc<Value>) -> Value {
    match value {
        Value::Function {
            id,
            scope,
            this: None,
        } => Value::Function {
            id,
            scope,
            this: Some(receiver.clone()),
        },
        other => other,
    }
}
