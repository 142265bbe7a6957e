//! No call panics, and none makes more than is followed, whatever it is given.

use super::{Folder, run};
use crate::functions::{FUNCTIONS, MAX_ITEMS, MAX_TEXT, call, within_bounds};
use palisade_app::value::{Alternative, Entry, List, Map};
use palisade_app::{Condition, Data, Part, Reason, ReasonKind, Value};
use palisade_core::Origin;
use proptest::prelude::*;
use std::sync::Arc;

fn reason() -> Reason {
    Reason::new(ReasonKind::Parameter, "not given")
}

fn text() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        "[a-c,/%-]{0,6}",
        ".{0,12}",
        Just("%05.2f|%[2]v|%-9q".to_owned()),
        Just("10.0.0.0/8".to_owned()),
        Just("fd00::/48".to_owned()),
        Just("2020-02-29T23:59:59Z".to_owned()),
        Just("1h30m".to_owned()),
        Just("/(a)|b/".to_owned()),
        Just("{\"a\": [1]}".to_owned()),
        Just("arn:aws:iam::1:role/a/b".to_owned()),
        Just("1e400".to_owned()),
        "-?[0-9]{1,45}",
    ]
    .prop_map(Arc::from)
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        text().prop_map(Part::Literal),
        Just(Part::Hole(reason())),
        Just(Part::Pseudo(Arc::from("AWS::Region"))),
        Just(Part::Parameter {
            name: Arc::from("x"),
            secret: true
        }),
        Just(Part::Reference {
            resource: Arc::from("a.b"),
            attribute: Arc::from("arn")
        }),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        (-3_i64..300).prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| n.to_string()),
        Just("1e300".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Data::Null),
        Just(Data::Absent),
        any::<bool>().prop_map(Data::Bool),
        number.prop_map(crate::functions::number::data),
        text().prop_map(Data::Text),
        text().prop_map(Data::Text),
        prop::collection::vec(part(), 0..4).prop_map(|parts| Data::Symbolic(Arc::from(parts))),
        Just(Data::Unknown(reason())),
    ];
    let value = |data| Value::new(data, Origin::default());
    leaf.prop_map(value).prop_recursive(3, 24, 5, move |inner| {
        let items = prop::collection::vec(inner.clone(), 0..5);
        let entries = prop::collection::vec((text(), inner.clone()), 0..4);
        let open = || prop_oneof![Just(None), Just(Some(reason()))];
        let choices = prop::collection::vec((any::<bool>(), inner), 0..4);
        prop_oneof![
            (items, open()).prop_map(move |(items, open)| value(Data::List(List { items, open }))),
            (entries, open()).prop_map(move |(entries, open)| {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| Entry {
                        key,
                        key_origin: Origin::default(),
                        value,
                    })
                    .collect();
                value(Data::Map(Map { entries, open }))
            }),
            choices.prop_map(move |choices| {
                let alternative = |(holds, value)| Alternative {
                    when: Condition::Named {
                        name: Arc::from("c"),
                        holds,
                    },
                    value,
                };
                value(Data::OneOf(choices.into_iter().map(alternative).collect()))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_call_panics(arguments in prop::collection::vec(any_value(), 0..4)) {
        for function in FUNCTIONS.iter().flat_map(|functions| functions.iter()) {
            let given = call(function.name, arguments.clone(), &Origin::default(), &Folder);
            prop_assert!(within_bounds(&given), "{}", function.name);
            let again = call(function.name, arguments.clone(), &Origin::default(), &Folder);
            // Not a number is not equal to itself.
            prop_assert_eq!(format!("{given:?}"), format!("{again:?}"));
        }
    }
}

#[test]
fn what_would_be_too_large_is_not_made() {
    let items = |count: usize, item: &str| format!("[{}]", vec![item; count].join(","));
    let many = items(MAX_ITEMS, "1");
    let long = "a".repeat(MAX_TEXT / 2);
    for (name, arguments) in [
        ("concat", format!("[{many},[1]]")),
        ("setproduct", format!("[{many},[1,2]]")),
        (
            "setproduct",
            format!("[{0},{0},{0},{0}]", items(10, &items(200, "1"))),
        ),
        ("flatten", format!("[[{many},{many}]]")),
        ("merge", format!("[{}]", vec!["{}"; 50].join(","))),
        ("join", format!("[\"{long}\",[\"a\",\"a\",\"a\",\"a\"]]")),
        (
            "format",
            format!("[\"%s%s%s\",\"{long}\",\"{long}\",\"{long}\"]"),
        ),
        ("format", "[\"%99999d\",1]".to_owned()),
        ("replace", format!("[\"{long}\",\"a\",\"bbbbbbbb\"]")),
        (
            "replace",
            format!("[\"{}\",\"/a/\",\"{long}\"]", "a".repeat(100)),
        ),
        ("indent", "[1000000000,\"a\\nb\"]".to_owned()),
        (
            "regex",
            "[\"(((((a{99}){99}){99}){99}){99})\",\"a\"]".to_owned(),
        ),
        ("regexall", format!("[\"a\",\"{}\"]", "a".repeat(200_000))),
        ("split", format!("[\"\",\"{long}\"]")),
        ("pow", "[10,1000]".to_owned()),
        ("tonumber", "[\"1e1000000000\"]".to_owned()),
        ("parseint", format!("[\"{}\",10]", "9".repeat(100))),
        ("range", "[0,1000000000]".to_owned()),
    ] {
        let given = run(name, &arguments);
        assert!(within_bounds(&given), "{name}");
        let refused = matches!(given.data, Data::Unknown(_));
        assert_eq!(refused, name != "merge", "{name}: {}", given.display());
    }
}

#[test]
fn deep_values_are_not_followed_for_ever() {
    let mut deep = Value::text("x", Origin::default());
    for _ in 0..300 {
        let list = List {
            items: vec![deep],
            open: None,
        };
        deep = Value::new(Data::List(list), Origin::default());
    }
    for (name, arguments) in [
        ("flatten", vec![deep.clone()]),
        ("md5", vec![deep.clone()]),
        ("contains", vec![deep.clone(), deep.clone()]),
        ("lower", vec![deep]),
    ] {
        let given = call(name, arguments, &Origin::default(), &Folder);
        let known = crate::functions::partial::why_not(&given).is_none();
        assert!(!known, "{name}: {}", given.display());
    }
}
