use super::*;
use crate::sample::{self, Chance};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_sealed_opens_to_the_same(seed: u64) {
        let event = sample::complete(sample::event(&mut Chance::new(seed)));
        let sealed = event.seal(sample::salts()).expect("small");
        prop_assert_eq!(verify_private(&sealed.leaf, &sealed.private), Ok(()));
        let bytes = Private::encode(&sealed.private);
        let list = Private::decode(&bytes).expect("encoded");
        prop_assert_eq!(&list, &sealed.private);
        let opened = open(&sealed.leaf, &list).expect("sealed");
        prop_assert_eq!(opened.as_object(), Some(event.value()));
        // The leaf is canonical itself.
        let leaf: Value = serde_json::from_slice(&sealed.leaf).expect("JSON");
        prop_assert_eq!(crate::canonical(&leaf), sealed.leaf);
    }

    #[test]
    fn erasing_one_leaves_the_leaf_and_the_others(seed: u64) {
        let event = sample::complete(sample::event(&mut Chance::new(seed)));
        let sealed = event.seal(sample::salts()).expect("small");
        let before = subjects(&sealed.private);
        for subject in &before {
            let left = erase(&sealed.private, subject.number).expect("something is kept");
            prop_assert_eq!(erase(&left, subject.number), None);
            prop_assert_eq!(verify_private(&sealed.leaf, &left), Ok(()));
            let bytes = Private::encode(&left);
            prop_assert_eq!(Private::decode(&bytes), Ok(left.clone()));
            let others = before.iter().filter(|other| other.number != subject.number);
            prop_assert!(subjects(&left).iter().eq(others));
            // What is left out is what is listed, and everything else is as it was.
            let mut opened = open(&sealed.leaf, &left).expect("sealed");
            let gone = opened["palisade"].as_object_mut().expect("own").remove("erased");
            let gone = gone.expect("listed");
            let mut whole = Value::Object(event.value().clone());
            for path in gone.as_array().expect("a list") {
                let path = path.as_str().expect("a pointer");
                prop_assert_eq!(opened.pointer(path), None);
                let (above, name) = path.rsplit_once('/').expect("a member");
                let above = whole.pointer_mut(above).and_then(Value::as_object_mut);
                prop_assert!(above.expect("an object").remove(name).is_some());
            }
            prop_assert_eq!(opened, whole);
        }
    }

    #[test]
    fn no_bytes_make_decoding_panic(bytes: Vec<u8>, leaf: Vec<u8>) {
        if let Ok(list) = Private::decode(&bytes) {
            prop_assert_eq!(Private::encode(&list), bytes);
            let _ = verify_private(&leaf, &list);
            let _ = open(&leaf, &list);
        }
    }
}

/// An event that speaks of two persons.
fn two() -> crate::Sealed {
    let event = br#"{
        "class_uid": 3002, "activity_id": 1, "time": 1700000000000,
        "actor": {"user": {"uid": "u1", "name": "jane"}},
        "user": {"name": "joe", "email_addr": "joe@example.com"},
        "service": {"name": "login"}
    }"#;
    let event = crate::Event::from_json(event, crate::LIMIT).expect("valid");
    sample::complete(event)
        .seal(sample::salts())
        .expect("small")
}

#[test]
fn every_flipped_bit_is_found() {
    let sealed = two();
    let bytes = Private::encode(&sealed.private);
    let erased = erase(&sealed.private, 1).expect("joe is there");
    for bytes in [bytes, Private::encode(&erased)] {
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let found =
                Private::decode(&changed).and_then(|list| verify_private(&sealed.leaf, &list));
            assert!(found.is_err(), "bit {bit}");
        }
    }
}

#[test]
fn what_is_missing_or_moved_is_found() {
    let sealed = two();
    let list = &sealed.private;
    for index in 0..list.len() {
        let mut less = list.clone();
        less.remove(index);
        let error = verify_private(&sealed.leaf, &less).expect_err("one is missing");
        assert_eq!(
            error.to_string(),
            "the leaf has 4 commitments and 3 private values are there"
        );
        let mut swapped = list.clone();
        swapped.swap(0, index);
        assert_eq!(verify_private(&sealed.leaf, &swapped).is_ok(), index == 0);
    }
    let mut doubled = list.clone();
    doubled[1] = doubled[0].clone();
    let error = verify_private(&sealed.leaf, &doubled);
    assert_eq!(error, Err(PrivateError::Differs { index: 1 }));
    assert!(verify_private(&sealed.leaf, &[]).is_err());
    assert!(verify_private(b"", list).is_err());
}

#[test]
fn a_person_is_one_person_however_often_named() {
    let event = br#"{
        "class_uid": 3004, "activity_id": 3, "time": 0,
        "actor": {"user": {"uid": "u1", "name": "jane"}, "session": {"uid": "s1"}},
        "src_endpoint": {"ip": "203.0.113.7"},
        "entity": {"user": {"uid": "u1", "email_addr": "jane@example.com"}},
        "entity_result": {"user": {"name": "joe"}}
    }"#;
    let event = crate::Event::from_json(event, crate::LIMIT).expect("valid");
    let sealed = sample::complete(event)
        .seal(sample::salts())
        .expect("small");
    let found = subjects(&sealed.private);
    let names: Vec<Vec<&str>> = found
        .iter()
        .map(|subject| subject.names.iter().map(String::as_str).collect())
        .collect();
    assert_eq!(names, [vec!["jane", "jane@example.com", "u1"], vec!["joe"]]);
    // The session and the address are the actor's.
    let left = erase(&sealed.private, 0).expect("jane is there");
    let opened = open(&sealed.leaf, &left).expect("sealed");
    assert_eq!(
        opened["palisade"]["erased"],
        serde_json::json!([
            "/actor/session/uid",
            "/actor/user/name",
            "/actor/user/uid",
            "/entity/user/email_addr",
            "/entity/user/uid",
            "/src_endpoint/ip"
        ])
    );
    assert_eq!(opened["entity_result"]["user"]["name"], "joe");
}

#[test]
fn nothing_personal_shows_in_debug() {
    let sealed = two();
    let shown = format!("{:?} {:?}", sealed.private, subjects(&sealed.private));
    assert!(!shown.contains("joe") && !shown.contains("jane"), "{shown}");
}
