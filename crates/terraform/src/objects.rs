//! Resources and data sources: how many there are, what their attributes give, what they are told.

use crate::aws::{self, Attribute as Kind};
use crate::data;
use crate::decide::{self, branches};
use crate::evaluate::{Evaluator, insert, items, number, size, symbol};
use crate::scope::{Bindings, Frame, Scope, Shape, Turn, Turns};
use palisade_app::combine::one_of;
use palisade_app::value::{Entry, List, Map};
use palisade_app::{Condition, Data, Part, Reason, ReasonKind, Value};
use palisade_core::{Origin, ProblemLevel, ViaKind};
use palisade_syntax::hcl::{Block, Body};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// One instance of a `resource` or `data` block.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) frame: Rc<Frame>,
    pub(crate) data: bool,
    pub(crate) kind: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) bindings: Bindings,
}

/// A key with its value, and the branches that have it.
type Key<'w> = (Arc<str>, Value, Vec<&'w Vec<Condition>>);

/// More instances of one block than this are not looked at.
const MAX_TURNS: usize = 200;

/// The attribute that stands for all of an object.
const WHOLE: &str = "";

/// Whether a part is an object as a whole.
pub(crate) fn is_whole(part: &Part) -> bool {
    matches!(part, Part::Reference { attribute, .. } if &**attribute == WHOLE)
}

impl Object {
    pub(crate) fn block(&self) -> Option<&Block> {
        let key = (self.kind.clone(), self.name.clone());
        let module = &self.frame.module;
        match self.data {
            true => module.data.get(&key),
            false => module.resources.get(&key),
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope {
            frame: self.frame.clone(),
            bindings: self.bindings.clone(),
        }
    }
}

/// The address of a block, without an index.
pub(crate) fn address(frame: &Frame, data: bool, kind: &str, name: &str) -> String {
    let data = if data { "data." } else { "" };
    format!("{}{data}{kind}.{name}", frame.prefix)
}

impl Evaluator<'_> {
    /// What a reference to a resource or data source gives: the thing, a list or a map of them.
    pub(crate) fn block(
        &self,
        data: bool,
        kind: &Arc<str>,
        name: &Arc<str>,
        origin: &Origin,
        scope: &Scope,
    ) -> Value {
        let frame = &scope.frame;
        let key = (kind.clone(), name.clone());
        let declared = match data {
            true => frame.module.data.contains_key(&key),
            false => frame.module.resources.contains_key(&key),
        };
        let address = address(frame, data, kind, name);
        if !declared {
            return self.refuse_undeclared(&address, origin);
        }
        let Some(turns) = self.turns_of_block(frame, data, kind, name) else {
            let reason = Reason::new(ReasonKind::Cycle, format!("`{address}` refers to itself"));
            return Value::unknown(reason, origin.clone());
        };
        gathered(&turns, origin, &|turn| {
            Value::symbol(
                Part::Reference {
                    resource: Arc::from(format!("{address}{}", turn.suffix)),
                    attribute: Arc::from(WHOLE),
                },
                origin.clone(),
            )
        })
    }

    /// The instances of a block; nothing while they are being counted.
    pub(crate) fn turns_of_block(
        &self,
        frame: &Rc<Frame>,
        data: bool,
        kind: &Arc<str>,
        name: &Arc<str>,
    ) -> Option<Rc<Turns>> {
        let address: Arc<str> = Arc::from(address(frame, data, kind, name));
        if let Some(known) = frame.turns.borrow().get(&address) {
            return known.clone();
        }
        frame.turns.borrow_mut().insert(address.clone(), None);
        let key = (kind.clone(), name.clone());
        let block = match data {
            true => frame.module.data.get(&key),
            false => frame.module.resources.get(&key),
        }?;
        let turns = Rc::new(self.turns(&block.body, &address, &Scope::of(frame)));
        for turn in &turns.turns {
            let object = Object {
                frame: frame.clone(),
                data,
                kind: kind.clone(),
                name: name.clone(),
                bindings: turn.bindings.clone(),
            };
            let address = Arc::from(format!("{address}{}", turn.suffix));
            self.objects.borrow_mut().insert(address, Rc::new(object));
        }
        frame
            .turns
            .borrow_mut()
            .insert(address, Some(turns.clone()));
        Some(turns)
    }

    /// How often a block counts: `count`, `for_each`, or once.
    pub(crate) fn turns(&self, body: &Body, address: &str, scope: &Scope) -> Turns {
        if let Some(count) = body.get("count") {
            let value = self.eval(count, scope);
            return self.counted(&value, address, scope);
        }
        if let Some(each) = body.get("for_each") {
            let value = self.eval(each, scope);
            return self.keyed(&value, address, scope);
        }
        Turns {
            shape: Shape::Single,
            turns: vec![Turn {
                suffix: String::new(),
                key: Arc::from(""),
                bindings: Bindings::default(),
                when: Vec::new(),
            }],
        }
    }

    fn counted(&self, value: &Value, address: &str, scope: &Scope) -> Turns {
        let mut counts = Vec::new();
        for (when, branch) in branches(value) {
            match branch.as_number() {
                Some(count) => counts.push((when, count)),
                // `count = var.enabled`, and the like.
                None => match branch.as_bool() {
                    Some(holds) => counts.push((when, f64::from(u8::from(holds)))),
                    None => return open_turns(branch, "count", scope),
                },
            }
        }
        let most = counts.iter().map(|(_, count)| *count).fold(0.0, f64::max);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        let number_of = (most as usize).min(MAX_TURNS);
        if most > f64::from(u32::try_from(MAX_TURNS).unwrap_or(u32::MAX)) {
            let message =
                format!("`{address}` has {most} instances; the first {MAX_TURNS} are looked at");
            self.problem(value.span(), ProblemLevel::Warning, message);
        }
        let turn = |n: usize| {
            let index = f64::from(u32::try_from(n).unwrap_or(u32::MAX));
            let under = counts.iter().filter(|(_, count)| *count > index);
            let all = under.clone().count() == counts.len();
            let index = number(index, &value.origin);
            let mut count = Map::default();
            insert(&mut count, Arc::from("index"), value.origin.clone(), index);
            let count = Value::new(Data::Map(count), value.origin.clone());
            Turn {
                suffix: format!("[{n}]"),
                key: Arc::from(n.to_string()),
                bindings: scope.bindings.with("count", count),
                when: match all {
                    true => Vec::new(),
                    false => shared(under.map(|(when, _)| when)),
                },
            }
        };
        Turns {
            shape: Shape::Counted,
            turns: (0..number_of).map(turn).collect(),
        }
    }

    fn keyed(&self, value: &Value, address: &str, scope: &Scope) -> Turns {
        let all = branches(value);
        let mut keys: Vec<Key<'_>> = Vec::new();
        for (when, branch) in &all {
            let Some((items, open)) = items(branch) else {
                if matches!(branch.data, Data::Null | Data::Absent) {
                    continue;
                }
                return open_turns(branch, "for_each", scope);
            };
            if items.is_empty() && open.is_some() {
                return open_turns(branch, "for_each", scope);
            }
            for (key, item) in items {
                let key: Arc<str> = match (&branch.data, item.as_text()) {
                    (Data::Map(_), _) => Arc::from(key.as_text().unwrap_or_default()),
                    (_, Some(text)) => Arc::from(text),
                    (_, None) => Arc::from(item.display()),
                };
                match keys.iter_mut().find(|(known, ..)| *known == key) {
                    Some((_, _, under)) => under.push(when),
                    None => keys.push((key, item, vec![when])),
                }
            }
        }
        if keys.len() > MAX_TURNS {
            let message = format!(
                "`{address}` has {} instances; the first {MAX_TURNS} are looked at",
                keys.len()
            );
            self.problem(value.span(), ProblemLevel::Warning, message);
            keys.truncate(MAX_TURNS);
        }
        let turns = keys.into_iter().map(|(key, item, under)| Turn {
            suffix: format!("[\"{key}\"]"),
            bindings: scope
                .bindings
                .with("each", each(key.clone(), item, &value.origin)),
            key,
            when: match under.len() == all.len() {
                true => Vec::new(),
                false => shared(under.into_iter()),
            },
        });
        Turns {
            shape: Shape::Keyed,
            turns: turns.collect(),
        }
    }

    /// What an attribute of an object gives.
    pub(crate) fn attribute(&self, object: &Part, key: &Value, origin: &Origin) -> Value {
        let Part::Reference { resource, .. } = object else {
            return self.refuse_undeclared("an object", origin);
        };
        let Some(name) = key.as_text() else {
            let reason = Reason::new(ReasonKind::Undeclared, "which attribute is not known");
            return Value::unknown(reason, origin.clone());
        };
        let known = self.objects.borrow().get(resource).cloned();
        let Some(known) = known else {
            return self.refuse_undeclared(resource, origin);
        };
        if known.data {
            return data::attribute(self, &known, resource, name, origin);
        }
        let reference = || {
            Value::symbol(
                Part::Reference {
                    resource: resource.clone(),
                    attribute: Arc::from(name),
                },
                origin.clone(),
            )
        };
        if aws::attribute(&known.kind, name) != Kind::Argument {
            return reference();
        }
        let Some(block) = known.block() else {
            return reference();
        };
        let memo = Arc::from(format!("{resource}.{name}"));
        let scope = known.scope();
        if let Some(written) = block.body.get(name) {
            return self.once(&known.frame.locals, &memo, origin, || {
                self.eval(written, &scope)
            });
        }
        if block.body.blocks_of(name).next().is_some() {
            return self.once(&known.frame.locals, &memo, origin, || {
                let arguments = self.arguments(&block.body, &scope);
                let found = arguments.get(name).cloned();
                found.unwrap_or_else(reference)
            });
        }
        reference()
    }

    fn refuse_undeclared(&self, what: &str, origin: &Origin) -> Value {
        self.refuse(format!("`{what}` is not declared"), origin)
    }

    /// What a block says: its attributes, and its nested blocks as lists.
    pub(crate) fn arguments(&self, body: &Body, scope: &Scope) -> Value {
        let mut map = Map::default();
        let mut origin = Origin::default();
        for attribute in &body.attributes {
            if is_meta(&attribute.name.text) {
                continue;
            }
            let value = self.eval(&attribute.value, scope);
            let key_origin = Origin::at(attribute.name.span);
            if origin.span == palisade_core::Span::default() {
                origin = key_origin.clone();
            }
            let value = match value.data {
                // What is null is not set.
                Data::Null => Value::new(Data::Absent, value.origin),
                _ => value,
            };
            insert(&mut map, attribute.name.text.clone(), key_origin, value);
        }
        for block in &body.blocks {
            match &*block.kind.text {
                "lifecycle" | "provisioner" | "connection" => {}
                "dynamic" => self.dynamic(block, scope, &mut map),
                _ => {
                    let value = self.nested(block, scope);
                    let at = Origin::at(block.kind.span);
                    add_block(&mut map, &block.kind.text, &at, value, None);
                }
            }
        }
        Value::new(Data::Map(map), origin)
    }

    fn nested(&self, block: &Block, scope: &Scope) -> Value {
        let mut value = self.arguments(&block.body, scope);
        value.origin = Origin::at(block.kind.span);
        value
    }

    /// `dynamic "kind" { for_each = …, content { … } }`
    fn dynamic(&self, block: &Block, scope: &Scope, map: &mut Map) {
        let (Some(kind), Some(content)) =
            (block.labels.first(), block.body.blocks_of("content").next())
        else {
            return;
        };
        let iterator = match block.body.get("iterator").map(|expr| &expr.kind) {
            Some(palisade_syntax::hcl::ExprKind::Variable(name)) => name.clone(),
            _ => kind.text.clone(),
        };
        let at = Origin::at(kind.span);
        let collection = match block.body.get("for_each") {
            Some(each) => self.eval(each, scope),
            None => return,
        };
        for (when, branch) in branches(&collection) {
            let Some((turns, open)) = items(branch) else {
                if matches!(branch.data, Data::Null | Data::Absent) {
                    continue;
                }
                // One that stands for all that may be there.
                let item = any_item(branch, &branch.origin);
                let scope = scope.with(iterator.clone(), each(Arc::from("?"), item, &at));
                let reason = crate::evaluate::reason_of(branch, "how many there are is not known");
                add_block(
                    map,
                    &kind.text,
                    &at,
                    self.nested(content, &scope),
                    Some(reason),
                );
                continue;
            };
            for (key, item) in turns {
                if !self.may_work(size(&item)) {
                    return;
                }
                let key: Arc<str> = match (&branch.data, item.as_text()) {
                    (Data::List(_), Some(text)) => Arc::from(text),
                    _ => Arc::from(key.as_text().unwrap_or_default()),
                };
                let mut bound = each(key, item, &at);
                bound.origin = at.clone();
                let inner = scope.with(iterator.clone(), bound);
                let mut value = self.nested(content, &inner);
                for condition in when.iter().rev() {
                    value = under(condition, value, &at);
                }
                add_block(map, &kind.text, &at, value, open.clone());
            }
            if let Some(reason) = open {
                open_block(map, &kind.text, &at, reason);
            }
        }
    }
}

/// `each`, and what `dynamic` binds.
fn each(key: Arc<str>, value: Value, origin: &Origin) -> Value {
    let mut map = Map::default();
    insert(
        &mut map,
        Arc::from("key"),
        origin.clone(),
        Value::text(key, origin.clone()),
    );
    insert(&mut map, Arc::from("value"), origin.clone(), value);
    Value::new(Data::Map(map), origin.clone())
}

/// A value that stands for each item of something that is not known.
fn any_item(collection: &Value, origin: &Origin) -> Value {
    match &collection.data {
        Data::Symbolic(_) => {
            let name = format!("{}[each]", decide::symbol_name(collection));
            symbol(Arc::from(name), false, origin)
        }
        _ => {
            let reason = crate::evaluate::reason_of(collection, "the items are not known");
            Value::unknown(reason, origin.clone())
        }
    }
}

fn open_turns(value: &Value, what: &str, scope: &Scope) -> Turns {
    let item = any_item(value, &value.origin);
    let (name, bound) = match what {
        "count" => {
            let mut map = Map::default();
            let index = number(0.0, &value.origin);
            insert(&mut map, Arc::from("index"), value.origin.clone(), index);
            ("count", Value::new(Data::Map(map), value.origin.clone()))
        }
        _ => {
            let key = match &item.data {
                Data::Symbolic(_) => {
                    let name = format!("{}.key", decide::symbol_name(&item));
                    symbol(Arc::from(name), false, &value.origin)
                }
                _ => item.clone(),
            };
            let mut map = Map::default();
            insert(&mut map, Arc::from("key"), value.origin.clone(), key);
            insert(&mut map, Arc::from("value"), value.origin.clone(), item);
            ("each", Value::new(Data::Map(map), value.origin.clone()))
        }
    };
    Turns {
        shape: Shape::Open,
        turns: vec![Turn {
            suffix: String::new(),
            key: Arc::from(""),
            bindings: scope.bindings.with(name, bound),
            when: Vec::new(),
        }],
    }
}

/// The conditions that all have.
fn shared<'a>(mut all: impl Iterator<Item = &'a Vec<Condition>>) -> Vec<Condition> {
    let mut shared = all.next().cloned().unwrap_or_default();
    for when in all {
        shared.retain(|condition| when.contains(condition));
    }
    shared
}

/// A value that is there under a condition.
fn under(condition: &Condition, value: Value, origin: &Origin) -> Value {
    match condition.negated() {
        Some(not) => {
            let absent = Value::new(Data::Absent, origin.clone());
            one_of(vec![(condition.clone(), value), (not, absent)], origin)
        }
        None => value,
    }
}

/// All instances together, as a reference to the block gives them.
pub(crate) fn gathered(turns: &Turns, origin: &Origin, value: &dyn Fn(&Turn) -> Value) -> Value {
    if let (Shape::Single | Shape::Open, Some(only)) = (turns.shape, turns.turns.first()) {
        return value(only);
    }
    let decisive: BTreeSet<&Condition> = turns.turns.iter().flat_map(|turn| &turn.when).collect();
    let decisive: Vec<&Condition> = decisive.into_iter().take(4).collect();
    split(turns, &decisive, &mut Vec::new(), origin, value)
}

fn split(
    turns: &Turns,
    open: &[&Condition],
    known: &mut Vec<Condition>,
    origin: &Origin,
    value: &dyn Fn(&Turn) -> Value,
) -> Value {
    if let Some((condition, rest)) = open.split_first()
        && let Some(not) = condition.negated()
    {
        if known
            .iter()
            .any(|k| k == *condition || k.contradicts(condition))
        {
            return split(turns, rest, known, origin, value);
        }
        let mut branch = |condition: &Condition| {
            known.push(condition.clone());
            let value = split(turns, rest, known, origin, value);
            known.pop();
            (condition.clone(), value)
        };
        let choices = vec![branch(condition), branch(&not)];
        return one_of(choices, origin);
    }
    let here = turns
        .turns
        .iter()
        .filter(|turn| !(turn.when.iter()).any(|c| known.iter().any(|known| known.contradicts(c))));
    let data = match turns.shape {
        Shape::Keyed => Data::Map(Map {
            entries: here
                .map(|turn| Entry {
                    key: turn.key.clone(),
                    key_origin: origin.clone(),
                    value: value(turn),
                })
                .collect(),
            open: None,
        }),
        _ => Data::List(List {
            items: here.map(value).collect(),
            open: None,
        }),
    };
    Value::new(data, origin.clone())
}

/// Arguments that say how Terraform treats the block, and nothing of the resource.
fn is_meta(name: &str) -> bool {
    matches!(
        name,
        "count" | "for_each" | "depends_on" | "provider" | "lifecycle" | "providers"
    )
}

fn add_block(map: &mut Map, kind: &Arc<str>, at: &Origin, value: Value, open: Option<Reason>) {
    match map.entries.iter_mut().find(|entry| entry.key == *kind) {
        Some(Entry {
            value: Value {
                data: Data::List(list),
                ..
            },
            ..
        }) => {
            list.items.push(value);
            list.open = list.open.take().or(open);
        }
        _ => {
            let items = vec![value];
            let list = Value::new(Data::List(List { items, open }), at.clone());
            insert(map, kind.clone(), at.clone(), list);
        }
    }
}

fn open_block(map: &mut Map, kind: &Arc<str>, at: &Origin, reason: Reason) {
    match map.entries.iter_mut().find(|entry| entry.key == *kind) {
        Some(Entry {
            value: Value {
                data: Data::List(list),
                ..
            },
            ..
        }) => {
            list.open.get_or_insert(reason);
        }
        _ => {
            let open = Some(reason);
            let list = Data::List(List {
                items: Vec::new(),
                open,
            });
            insert(map, kind.clone(), at.clone(), Value::new(list, at.clone()));
        }
    }
}

/// A value that came through a module's call, an input or the like.
pub(crate) fn carried(mut value: Value, step: ViaKind, at: &Origin) -> Value {
    value.origin = value.origin.through(step, at.span);
    value
}
