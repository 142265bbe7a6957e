//! Names, and steps into what they stand for.

use super::{Evaluator, reason_of, too_much};
use crate::objects::is_whole;
use crate::scope::{Memo, Memos, Scope};
use palisade_app::combine::{one_of, spread};
use palisade_app::value::List;
use palisade_app::{Condition, Data, Part, Reason, ReasonKind, Value};
use palisade_core::Origin;
use palisade_syntax::hcl::{Expr, ExprKind, Step};
use std::sync::Arc;

impl Evaluator<'_> {
    /// A bare word.
    pub(super) fn word(&self, name: &str, origin: &Origin, scope: &Scope) -> Value {
        match scope.bindings.get(name) {
            Some(value) => value.clone(),
            None => self.refuse(format!("`{name}` is not declared"), origin),
        }
    }

    pub(super) fn get(&self, base: &Expr, steps: &[Step], origin: &Origin, scope: &Scope) -> Value {
        let ExprKind::Variable(root) = &base.kind else {
            let value = self.eval(base, scope);
            return self.follow(value, steps, origin, scope);
        };
        if let Some(bound) = scope.bindings.get(root) {
            return self.follow(bound.clone(), steps, origin, scope);
        }
        let name = |n: usize| match steps.get(n) {
            Some(Step::Name(name)) => Some(&name.text),
            _ => None,
        };
        let (value, used) = match (&**root, name(0), name(1)) {
            ("var", Some(name), _) => (self.variable(name, origin, scope), 1),
            ("local", Some(name), _) => (self.local(name, origin, scope), 1),
            ("module", Some(name), _) => (self.module_call(name, origin, scope), 1),
            ("data", Some(kind), Some(name)) => (self.block(true, kind, name, origin, scope), 2),
            ("path", Some(which), _) => (self.path(which, origin, scope), 1),
            ("terraform", Some(which), _) => {
                let name = Arc::from(format!("terraform.{which}"));
                (symbol(name, false, origin), 1)
            }
            ("each" | "count" | "self", Some(_), _) => (
                self.refuse(format!("there is no `{root}` here"), origin),
                steps.len(),
            ),
            ("ephemeral", ..) => {
                let name = Arc::from(self.written(base, scope));
                (symbol(name, true, origin), steps.len())
            }
            (_, Some(name), _) => (self.block(false, root, name, origin, scope), 1),
            _ => (
                self.refuse(format!("`{root}` is not declared"), origin),
                steps.len(),
            ),
        };
        self.follow(value, steps.get(used..).unwrap_or_default(), origin, scope)
    }

    fn path(&self, which: &str, origin: &Origin, scope: &Scope) -> Value {
        let text = match which {
            "module" => crate::folders::between(&self.root, &scope.frame.module.folder),
            "root" => ".".to_owned(),
            _ => return symbol(Arc::from(format!("path.{which}")), false, origin),
        };
        Value::text(text, origin.clone())
    }

    /// A value that is worked out once; going round in a circle is found out.
    pub(crate) fn once(
        &self,
        memos: &Memos,
        name: &Arc<str>,
        origin: &Origin,
        make: impl FnOnce() -> Value,
    ) -> Value {
        if let Some(known) = memos.borrow().get(name) {
            return match known {
                Memo::Working => Value::unknown(
                    Reason::new(ReasonKind::Cycle, format!("`{name}` refers to itself")),
                    origin.clone(),
                ),
                Memo::Done(value) => {
                    if self.may_work(super::size(value)) {
                        value.clone()
                    } else {
                        Value::unknown(too_much(), origin.clone())
                    }
                }
            };
        }
        memos.borrow_mut().insert(name.clone(), Memo::Working);
        let mut value = make();
        // What is too large is not kept: copies of it would be made at every step.
        if !self.may_work(super::size(&value)) {
            value = Value::unknown(too_much(), origin.clone());
        }
        memos
            .borrow_mut()
            .insert(name.clone(), Memo::Done(value.clone()));
        value
    }

    fn local(&self, name: &Arc<str>, origin: &Origin, scope: &Scope) -> Value {
        let frame = &scope.frame;
        let Some(attribute) = frame.module.locals.get(name) else {
            return self.refuse(format!("`local.{name}` is not declared"), origin);
        };
        self.once(&frame.locals, name, origin, || {
            self.eval(&attribute.value, &Scope::of(frame))
        })
    }

    /// Steps into a value.
    pub(crate) fn follow(
        &self,
        value: Value,
        steps: &[Step],
        origin: &Origin,
        scope: &Scope,
    ) -> Value {
        let Some((step, rest)) = steps.split_first() else {
            return value;
        };
        match step {
            Step::Name(name) => {
                let key = Value::text(name.text.clone(), Origin::at(name.span));
                let next = self.index(value, &key, origin);
                self.follow(next, rest, origin, scope)
            }
            Step::Index(index) => {
                let key = self.eval(index, scope);
                let next = self.index(value, &key, origin);
                self.follow(next, rest, origin, scope)
            }
            Step::Splat => self.splat(value, rest, origin, scope),
            Step::NameSplat => {
                let names = rest.iter().take_while(|step| matches!(step, Step::Name(_)));
                let (inner, rest) = rest.split_at(names.count());
                let list = self.splat(value, inner, origin, scope);
                self.follow(list, rest, origin, scope)
            }
        }
    }

    fn splat(&self, value: Value, rest: &[Step], origin: &Origin, scope: &Scope) -> Value {
        spread(value, &mut |value| {
            let (items, open) = match value.data {
                Data::List(list) => (list.items, list.open),
                Data::Null | Data::Absent => (Vec::new(), None),
                Data::Unknown(_) => return value,
                _ => (vec![value], None),
            };
            let items = items.into_iter().map(|item| match item.data {
                Data::Absent => item,
                _ => self.follow(item, rest, origin, scope),
            });
            let items = items.collect();
            Value::new(Data::List(List { items, open }), origin.clone())
        })
    }

    /// What stands in a value under a key.
    pub(crate) fn index(&self, value: Value, key: &Value, origin: &Origin) -> Value {
        spread(value, &mut |value| {
            spread(key.clone(), &mut |key| self.item(&value, &key, origin))
        })
    }

    fn item(&self, value: &Value, key: &Value, origin: &Origin) -> Value {
        match &value.data {
            Data::Map(map) => {
                let Some(name) = key.as_text() else {
                    let name = key.display();
                    return match (value.get(&name), &key.data) {
                        (Some(found), Data::Symbolic(_)) => found.clone(),
                        (None, Data::Symbolic(_)) => self.any_of(value, key, origin),
                        _ => self.unclear(key, "the key is not known", origin),
                    };
                };
                if self.is_environment(key) {
                    return self.any_of(value, key, origin);
                }
                match (value.get(name), &map.open) {
                    (Some(found), _) => found.clone(),
                    (None, Some(reason)) => Value::unknown(reason.clone(), origin.clone()),
                    (None, None) => self.refuse(format!("there is no `{name}` in it"), origin),
                }
            }
            Data::List(list) => {
                let Some(index) = key.as_number() else {
                    return self.unclear(key, "the index is not known", origin);
                };
                let mut present = list.items.iter().filter(|item| item.data != Data::Absent);
                // The cast is right: negative and large numbers meet no item.
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "saturates"
                )]
                let found = (index >= 0.0)
                    .then(|| present.nth(index as usize))
                    .flatten();
                match (found, &list.open) {
                    (Some(found), _) => found.clone(),
                    (None, Some(reason)) => Value::unknown(reason.clone(), origin.clone()),
                    (None, None) => self.refuse(format!("there is no item {index}"), origin),
                }
            }
            Data::Symbolic(parts) => match &**parts {
                [part] if is_whole(part) => self.attribute(part, key, origin),
                [Part::Parameter { name, secret }] => {
                    symbol(Arc::from(deeper(name, key)), *secret, origin)
                }
                [
                    Part::Reference {
                        resource,
                        attribute,
                    },
                ] => Value::symbol(
                    Part::Reference {
                        resource: resource.clone(),
                        attribute: Arc::from(deeper(attribute, key)),
                    },
                    origin.clone(),
                ),
                _ => Value::unknown(reason_of(value, "a part of a text"), origin.clone()),
            },
            Data::Unknown(reason) => Value::unknown(reason.clone(), origin.clone()),
            Data::Null | Data::Absent => self.refuse("null has nothing in it", origin),
            _ => self.refuse("there is nothing in a single value", origin),
        }
    }

    /// One of the values of a map, each when the key is that of the value.
    fn any_of(&self, value: &Value, key: &Value, origin: &Origin) -> Value {
        let what: Arc<str> = Arc::from(match self.environment_of(key) {
            Some(name) => name.to_string(),
            None => crate::decide::symbol_name(key),
        });
        let choices: Vec<_> = (value.entries().iter())
            .map(|entry| {
                let when = Condition::Is {
                    what: what.clone(),
                    value: entry.key.clone(),
                };
                (when, entry.value.clone())
            })
            .collect();
        if choices.is_empty() || choices.len() > palisade_app::combine::MAX_ALTERNATIVES {
            return self.unclear(key, "the key is not known", origin);
        }
        one_of(choices, origin)
    }

    fn environment_of(&self, key: &Value) -> Option<Arc<str>> {
        let known = self.environments.borrow();
        key.origin.steps().find_map(|step| match &step.kind {
            palisade_core::ViaKind::Parameter(name) if known.contains(name) => Some(name.clone()),
            _ => None,
        })
    }
}

/// A text that is only known at deployment.
pub(crate) fn symbol(name: Arc<str>, secret: bool, origin: &Origin) -> Value {
    Value::symbol(Part::Parameter { name, secret }, origin.clone())
}

/// The path to a part of something.
fn deeper(path: &str, key: &Value) -> String {
    match (&key.data, key.as_text()) {
        (Data::Text(name), _)
            if name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) =>
        {
            format!("{path}.{name}")
        }
        (Data::Number(_), Some(index)) => format!("{path}[{index}]"),
        _ => format!("{path}[\"{}\"]", key.display()),
    }
}
