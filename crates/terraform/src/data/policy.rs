//! `aws_iam_policy_document`: statements written as blocks become the policy that they stand for.

use crate::evaluate::insert;
use palisade_app::combine::spread;
use palisade_app::value::{List, Map};
use palisade_app::{Data, Part, Value, json_text};
use palisade_core::Origin;
use std::sync::Arc;

/// The policy of a block's arguments.
pub(super) fn document(arguments: &Value, origin: &Origin) -> Value {
    let mut statements = List::default();
    for name in ["source_json", "source_policy_documents"] {
        add_all(&mut statements, arguments.get(name), false);
    }
    if let Some(own) = arguments.get("statement") {
        for item in own.items() {
            let made = spread(item.clone(), &mut |item| match &item.data {
                Data::Map(_) => statement(&item),
                _ => item,
            });
            put(&mut statements, made, true);
        }
        if let Data::List(list) = &own.data {
            statements.open = statements.open.take().or(list.open.clone());
        }
    }
    for name in ["override_json", "override_policy_documents"] {
        add_all(&mut statements, arguments.get(name), true);
    }
    let mut map = Map::default();
    let version = match arguments.get("version") {
        Some(version) => version.clone(),
        None => Value::text("2012-10-17", origin.clone()),
    };
    insert(&mut map, Arc::from("Version"), origin.clone(), version);
    if let Some(id) = arguments.get("policy_id") {
        insert(&mut map, Arc::from("Id"), id.origin.clone(), id.clone());
    }
    let statements = Value::new(Data::List(statements), arguments.origin.clone());
    insert(
        &mut map,
        Arc::from("Statement"),
        arguments.origin.clone(),
        statements,
    );
    Value::new(Data::Map(map), origin.clone())
}

/// The statements of other documents, given as texts or as what they say.
fn add_all(statements: &mut List, documents: Option<&Value>, overriding: bool) {
    let Some(documents) = documents else {
        return;
    };
    let single = std::slice::from_ref(documents);
    let all = match &documents.data {
        Data::List(list) => {
            statements.open = statements.open.take().or(list.open.clone());
            &list.items[..]
        }
        Data::Unknown(reason) => {
            statements.open.get_or_insert(reason.clone());
            return;
        }
        Data::Null | Data::Absent => return,
        _ => single,
    };
    for document in all {
        let parsed = match &document.data {
            Data::Map(_) => Some(document.clone()),
            _ => json_text::parse(document),
        };
        let Some(found) = parsed.as_ref().and_then(|parsed| parsed.get("Statement")) else {
            if !matches!(document.data, Data::Null | Data::Absent) {
                let reason = crate::evaluate::reason_of(document, "a document is not known");
                statements.open.get_or_insert(reason);
            }
            continue;
        };
        let items = match &found.data {
            Data::List(list) => {
                statements.open = statements.open.take().or(list.open.clone());
                list.items.clone()
            }
            _ => vec![found.clone()],
        };
        for item in items {
            put(statements, item, overriding);
        }
    }
}

/// Adds a statement; one of the same id gives way to it.
fn put(statements: &mut List, statement: Value, overriding: bool) {
    let id = statement
        .get("Sid")
        .and_then(Value::as_text)
        .filter(|id| !id.is_empty());
    let known = id.and_then(|id| {
        let same = |item: &Value| item.get("Sid").and_then(Value::as_text) == Some(id);
        statements.items.iter().position(same)
    });
    match known {
        Some(at) if overriding => statements.items[at] = statement,
        _ => statements.items.push(statement),
    }
}

/// A statement, from the arguments of its block to the words of the policy language.
fn statement(block: &Value) -> Value {
    let mut map = Map::default();
    let mut put = |name: &str, value: Value| {
        insert(&mut map, Arc::from(name), value.origin.clone(), value);
    };
    if let Some(sid) = block.get("sid") {
        put("Sid", sid.clone());
    }
    match block.get("effect") {
        Some(effect) => put("Effect", effect.clone()),
        None => put("Effect", Value::text("Allow", block.origin.clone())),
    }
    for (argument, element) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        if let Some(value) = block.get(argument).filter(|value| is_set(value)) {
            put(element, variables(value.clone()));
        }
    }
    for (blocks, element) in [
        ("principals", "Principal"),
        ("not_principals", "NotPrincipal"),
    ] {
        if let Some(blocks) = block.get(blocks).filter(|blocks| is_set(blocks)) {
            put(element, principals(blocks));
        }
    }
    if let Some(blocks) = block.get("condition").filter(|blocks| is_set(blocks)) {
        put("Condition", conditions(blocks));
    }
    Value::new(Data::Map(map), block.origin.clone())
}

fn is_set(value: &Value) -> bool {
    match &value.data {
        Data::Null | Data::Absent => false,
        Data::List(list) => !list.items.is_empty() || list.open.is_some(),
        _ => true,
    }
}

fn principals(blocks: &Value) -> Value {
    let mut map = Map::default();
    for block in blocks.items() {
        let (Some(kind), Some(who)) = (block.get("type"), block.get("identifiers")) else {
            if let Data::List(_) | Data::Unknown(_) | Data::OneOf(_) = &block.data {
                map.open = Some(crate::evaluate::reason_of(
                    block,
                    "a principal is not known",
                ));
            }
            continue;
        };
        if kind.as_text() == Some("*") {
            return Value::text("*", who.origin.clone());
        }
        let kind: Arc<str> = Arc::from(kind.display());
        gather(&mut map, kind, variables(who.clone()));
    }
    if let Data::List(list) = &blocks.data {
        map.open = map.open.take().or(list.open.clone());
    }
    Value::new(Data::Map(map), blocks.origin.clone())
}

fn conditions(blocks: &Value) -> Value {
    let mut map = Map::default();
    for block in blocks.items() {
        let known = (
            block.get("test"),
            block.get("variable"),
            block.get("values"),
        );
        let (Some(test), Some(variable), Some(values)) = known else {
            map.open = Some(crate::evaluate::reason_of(
                block,
                "a condition is not known",
            ));
            continue;
        };
        let (test, variable): (Arc<str>, Arc<str>) =
            (Arc::from(test.display()), Arc::from(variable.display()));
        let values = variables(values.clone());
        let entry = map.entries.iter_mut().find(|entry| entry.key == test);
        match entry.map(|entry| &mut entry.value.data) {
            Some(Data::Map(keys)) => gather(keys, variable, values),
            _ => {
                let mut keys = Map::default();
                gather(&mut keys, variable, values);
                let keys = Value::new(Data::Map(keys), block.origin.clone());
                insert(&mut map, test, block.origin.clone(), keys);
            }
        }
    }
    if let Data::List(list) = &blocks.data {
        map.open = map.open.take().or(list.open.clone());
    }
    Value::new(Data::Map(map), blocks.origin.clone())
}

/// Adds values under a key, beside those that stand there.
fn gather(map: &mut Map, key: Arc<str>, values: Value) {
    let known = map.entries.iter_mut().find(|entry| entry.key == key);
    match (known.map(|entry| &mut entry.value.data), values.data) {
        (Some(Data::List(known)), Data::List(more)) => {
            known.items.extend(more.items);
            known.open = known.open.take().or(more.open);
        }
        (_, data) => {
            let origin = values.origin;
            insert(map, key, origin.clone(), Value::new(data, origin));
        }
    }
}

/// `&{aws:username}` is how the block writes the variable `${aws:username}`.
fn variables(value: Value) -> Value {
    let Value { data, origin } = value;
    let turned = |text: &Arc<str>| -> Arc<str> {
        match text.contains("&{") {
            true => Arc::from(text.replace("&{", "${")),
            false => text.clone(),
        }
    };
    let data = match data {
        Data::Text(text) => Data::Text(turned(&text)),
        Data::Symbolic(parts) => Data::Symbolic(
            parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => Part::Literal(turned(text)),
                    other => other.clone(),
                })
                .collect(),
        ),
        Data::List(list) => Data::List(List {
            items: list.items.into_iter().map(variables).collect(),
            open: list.open,
        }),
        Data::OneOf(alternatives) => Data::OneOf(
            alternatives
                .into_iter()
                .map(|mut alternative| {
                    alternative.value = variables(alternative.value);
                    alternative
                })
                .collect(),
        ),
        other => other,
    };
    Value::new(data, origin)
}
