use super::*;
use crate::sample;

/// What is wrong with an object that stands alone.
fn errors(object: &'static Object, mut map: Map<String, Value>) -> Vec<EventError> {
    let mut check = Check {
        schema: schema::builtin(),
        errors: Vec::new(),
        profiles: 0,
    };
    check.object(object, &mut map, &Path::Top);
    check.errors
}

fn paths(errors: &[EventError]) -> Vec<&str> {
    errors.iter().map(EventError::path).collect()
}

#[test]
fn the_least_of_a_class_is_enough_and_less_is_not() {
    for class in Class::ALL {
        let least = sample::least(class);
        assert_eq!(event(&mut least.clone()), Ok(class));
        let object = &schema::builtin().class(class).object;
        let required = object
            .attributes
            .iter()
            .filter(|a| a.is_required && a.profile.is_none());
        let mut count = 0;
        for attribute in required.filter(|a| !sample::DERIVED.contains(&a.name)) {
            let mut less = least.clone();
            assert!(less.remove(attribute.name).is_some());
            let found = event(&mut less).expect_err(attribute.name);
            assert_eq!(
                paths(&found),
                [format!("/{}", attribute.name)],
                "{}",
                class.name()
            );
            count += 1;
        }
        assert!(count >= 3, "class, activity and time at least");
    }
}

#[test]
fn what_an_object_requires_must_be_there() {
    for object in schema::builtin().all() {
        let least = sample::least_of(object);
        // Every class derives what it can; objects on their own are `metadata` only.
        for attribute in object
            .attributes
            .iter()
            .filter(|a| a.is_required && a.profile.is_none())
        {
            let mut less = least.clone();
            less.remove(attribute.name);
            let found = errors(object, less);
            let is_derived = DERIVED
                .iter()
                .any(|(_, names)| names.contains(&attribute.name));
            match is_derived && paths(&found).is_empty() {
                true => {
                    assert!(object.attribute("class_uid").is_some() || object.name == "metadata")
                }
                false => assert!(
                    paths(&found).contains(&&*format!("/{}", attribute.name)),
                    "{}.{}: {found:?}",
                    object.name,
                    attribute.name
                ),
            }
        }
        for rule in &object.constraints {
            let mut less = least.clone();
            rule.of.iter().for_each(|name| drop(less.remove(*name)));
            let found = errors(object, less);
            assert!(!found.is_empty(), "{}: {rule:?}", object.name);
        }
    }
}

#[test]
fn just_one_is_neither_none_nor_two() {
    let is_vulnerability = |object: &&Object| object.name == "vulnerability";
    let object = schema::builtin()
        .all()
        .find(is_vulnerability)
        .expect("there is one");
    for (names, is_right) in [(&["cve"][..], true), (&["cwe", "cve"], false), (&[], false)] {
        let mut map = sample::least_of(object);
        map.retain(|name, _| !["advisory", "cve", "cwe"].contains(&&**name));
        for name in names {
            let attribute = object.attribute(name).expect("there is one");
            map.insert((*name).to_owned(), sample::value(attribute));
        }
        assert_eq!(errors(object, map).is_empty(), is_right, "{names:?}");
    }
}

#[test]
fn every_wrong_type_is_refused_where_it_stands() {
    let wrong: [Value; 7] = [
        true.into(),
        1.into(),
        1.5.into(),
        (-3).into(),
        "text".into(),
        vec![Value::from(vec![Value::Null])].into(),
        Map::from_iter([("nothing".to_owned(), Value::from(1))]).into(),
    ];
    let mut count = 0;
    for object in schema::builtin().all() {
        let least = sample::least_of(object);
        assert_eq!(errors(object, least.clone()), [], "{}", object.name);
        for attribute in &object.attributes {
            let pointer = format!("/{}", attribute.name);
            let fits = |value: &Value| match (attribute.kind, value) {
                (Kind::Json, _)
                | (Kind::AnyObject, Value::Object(_))
                | (Kind::Boolean, Value::Bool(_))
                | (Kind::Float, Value::Number(_))
                | (Kind::Text, Value::String(_)) => attribute.values.is_none(),
                (Kind::Integer | Kind::Port, Value::Number(number)) => {
                    let number = number.as_i64();
                    let listed = attribute.values.as_ref();
                    number.is_some_and(|number| {
                        let is_listed = listed.is_none_or(|l| l.caption(number).is_some());
                        is_listed && (attribute.kind == Kind::Integer || number >= 0)
                    })
                }
                _ => false,
            };
            for value in wrong
                .iter()
                .filter(|value| attribute.is_list || !fits(value))
            {
                if attribute.is_list && value.as_array().is_some_and(|list| fits(&list[0])) {
                    continue;
                }
                let mut map = least.clone();
                map.insert(attribute.name.to_owned(), value.clone());
                let found = errors(object, map);
                assert!(
                    paths(&found).iter().any(|path| path.starts_with(&pointer)),
                    "{}{pointer} = {value}: {found:?}",
                    object.name
                );
                count += 1;
            }
        }
    }
    assert!(count > 8_000, "{count}");
}

#[test]
fn what_no_list_has_is_refused() {
    for object in schema::builtin().all() {
        for attribute in object.attributes.iter().filter(|a| a.values.is_some()) {
            let value: Value = match &attribute.values {
                Some(Values::Words(_)) => "SIDEWAYS".into(),
                _ => 7_654_321.into(),
            };
            let value = if attribute.is_list {
                vec![value].into()
            } else {
                value
            };
            let mut map = sample::least_of(object);
            map.insert(attribute.name.to_owned(), value);
            let found = errors(object, map);
            assert_eq!(found.len(), 1, "{}.{}", object.name, attribute.name);
            assert!(found[0].problem().starts_with("it is none of"));
        }
    }
}

#[test]
fn errors_are_bounded() {
    let mut many = sample::least(Class::ApiActivity);
    many.extend((0..5_000).map(|number| (format!("x{number}"), 1.into())));
    let found = event(&mut many).expect_err("unknown");
    assert_eq!(found.len(), MOST_ERRORS);
}
