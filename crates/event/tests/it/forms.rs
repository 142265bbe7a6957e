//! A form filled in is byte for byte what the event would have been sealed to.

use crate::{product, salts};
use palisade_event::{Class, Draft, Fill, Form, Private, Record, Stamp, Status, verify_private};
use proptest::prelude::*;

fn draft() -> Draft {
    Draft::new(Class::ApiActivity, 2, 5)
        .status(Status::Success)
        .set("palisade.clauses", vec!["SCSP-6.4"])
        .set("http_response.code", 200)
}

const OPEN: [&str; 7] = [
    "actor.user.uid",
    "api.operation",
    "time",
    "http_request.url.path",
    "src_endpoint.ip",
    "metadata.correlation_uid",
    "duration",
];

fn values(texts: &[String; 5], numbers: [i64; 2]) -> [(&'static str, Fill<'_>); 7] {
    let [user, operation, path, ip, correlation] = texts;
    let fills = [
        Fill::Text(user),
        Fill::Text(operation),
        Fill::Number(numbers[0]),
        Fill::Text(path),
        Fill::Text(ip),
        Fill::Text(correlation),
        Fill::Number(numbers[1]),
    ];
    std::array::from_fn(|at| (OPEN[at], fills[at]))
}

proptest! {
    #[test]
    fn it_is_what_the_event_would_be(
        texts in proptest::array::uniform5("\\PC{0,12}|[\\x00-\\x7f]{0,9}|open place [0-9]|sha256:.*|\"palisade\":\\{"),
        time in -(1_i64 << 53) + 1..1 << 53,
        duration in 0_i64..1 << 53,
        logged in 0_i64..1 << 53,
        uid in "[0-9a-f-]{36}",
        before in any::<bool>(),
    ) {
        let record = if before { Record::Before } else { Record::Batched };
        let values = values(&texts, [time, duration]);
        let other: [String; 5] = std::array::from_fn(|_| "other".to_owned());
        let product = product();
        let form = Form::new(draft(), &self::values(&other, [0, 0]), &product, record).expect("a form");
        let filled = form.fill(&values, logged, &uid, salts()).expect("it fits");
        let mut said = draft();
        for (path, value) in values {
            said = match value {
                Fill::Text(text) => said.set(path, text),
                Fill::Number(number) => said.set(path, number),
            };
        }
        let stamp = Stamp { product: &product, logged_time: logged, uid: &uid, record };
        let sealed = said.build().expect("valid").complete(&stamp).seal(salts()).expect("small");
        prop_assert_eq!(String::from_utf8_lossy(&filled.leaf), String::from_utf8_lossy(&sealed.leaf));
        prop_assert_eq!(&filled.private, &Private::encode(&sealed.private));
        prop_assert!(sealed.private.len() >= 2);
        let list = Private::decode(&filled.private).expect("a list");
        prop_assert_eq!(verify_private(&filled.leaf, &list), Ok(()));
    }
}

#[test]
fn what_others_depend_on_can_not_be_open() {
    let product = product();
    let text = Fill::Text("");
    for (path, value) in [
        // Captions, the class and what is listed follow from these.
        ("activity_id", Fill::Number(1)),
        ("status_id", Fill::Number(1)),
        ("class_uid", Fill::Number(1)),
        ("http_request.http_method", text),
        // Of another kind than the class asks for, or not there at all.
        ("time", text),
        ("palisade.clauses", text),
        ("no.such", text),
        // A second person.
        ("api.group.uid", Fill::Number(1)),
    ] {
        let mut open = vec![
            ("actor.user.uid", text),
            ("api.operation", text),
            ("src_endpoint.ip", text),
        ];
        assert!(Form::new(draft(), &open, &product, Record::Before).is_ok());
        open.push((path, value));
        let form = Form::new(draft(), &open, &product, Record::Before);
        assert!(form.is_err(), "{path}");
    }
    // What is personal differs from event to event, if only by its salt.
    let open = [("api.operation", text), ("src_endpoint.ip", text)];
    let fixed = draft().set("actor.user.uid", "jane");
    let errors = Form::new(fixed, &open, &product, Record::Before).expect_err("personal");
    assert!(errors[0].to_string().contains("personal"), "{errors:?}");
}

#[test]
fn values_must_be_those_that_it_was_made_for() {
    let texts: [String; 5] = std::array::from_fn(|_| "a".to_owned());
    let values = values(&texts, [1, 2]);
    let form = Form::new(draft(), &values, &product(), Record::Batched).expect("a form");
    let uid = "u";
    assert!(form.fill(&values, 1, uid, salts()).is_ok());
    assert!(form.fill(&values[1..], 1, uid, salts()).is_err());
    let mut other = values;
    other.swap(0, 2);
    assert!(form.fill(&other, 1, uid, salts()).is_err());
    let mut inexact = values;
    inexact[2].1 = Fill::Number(1 << 53);
    assert!(form.fill(&inexact, 1, uid, salts()).is_err());
    let long = "x".repeat(70_000);
    let mut large = values;
    for at in [0, 1] {
        large = values;
        large[at].1 = Fill::Text(&long);
        let error = form.fill(&large, 1, uid, salts()).expect_err("large");
        assert!(error.to_string().contains("bytes"), "{error}");
    }
    assert!(form.fill(&large, 1, uid, salts()).is_err());
}
