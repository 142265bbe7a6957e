//! Keys as they are issued, mistyped, rotated, revoked, and outlived.

use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;
const RULES: KeyRules = KeyRules { max_days: 90 };

fn pepper() -> Pepper {
    Pepper::new(&[7; 32])
}

/// Different bytes at every call, the same in every run.
fn counting() -> impl FnMut(&mut [u8]) {
    let mut state = 1_u64;
    move |bytes| {
        for byte in bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            *byte = state.to_be_bytes()[0];
        }
    }
}

fn new(days: u32) -> NewKey {
    NewKey {
        name: "Orders of the night".to_owned(),
        environment: Some("live".to_owned()),
        roles: vec!["writer".to_owned()],
        scopes: vec!["orders:write".to_owned()],
        days,
    }
}

fn issued() -> (ApiKey, KeyRecord) {
    KeyRecord::issue(new(30), RULES, &pepper(), &mut counting(), NOW).unwrap()
}

fn check(key: &ApiKey, record: &KeyRecord, now: i64) -> Result<Principal, KeyError> {
    verify(key, Some(record), RULES, &pepper(), now)
}

#[test]
fn a_key_is_issued_read_and_verified() {
    let (key, record) = issued();
    let text = key.reveal();
    assert_eq!(text.len(), "palisade_live_".len() + 12 + 1 + 43 + 6);
    let again = ApiKey::parse(text).unwrap();
    assert_eq!(again.id(), record.id);
    let principal = check(&again, &record, NOW).unwrap();
    assert_eq!(principal.means, Means::ApiKey);
    assert_eq!(principal.id, record.id);
    assert_eq!(principal.roles, ["writer"]);
    assert_eq!(principal.scopes, ["orders:write"]);
    assert_eq!(principal.expires, Some(NOW + 30 * DAY));
    assert_eq!(
        check(&again, &record, NOW + 30 * DAY - 1).map(|_| ()),
        Ok(())
    );
    assert_eq!(
        check(&again, &record, NOW + 30 * DAY),
        Err(KeyError::Expired)
    );
    // The record does not tell the key, and comes back from its text.
    let kept = serde_json::to_string(&record).unwrap();
    assert!(!kept.contains(&text[28..60]), "{kept}");
    let record: KeyRecord = serde_json::from_str(&kept).unwrap();
    assert!(check(&again, &record, NOW).is_ok());
    let shown = format!("{key:?} {record:?} {:?}", pepper());
    assert!(!shown.contains(&text[28..60]), "{shown}");
    // Another pepper, another record, no record.
    let other = verify(&key, Some(&record), RULES, &Pepper::new(&[8; 32]), NOW);
    assert_eq!(other, Err(KeyError::Secret));
    assert_eq!(
        verify(&key, None, RULES, &pepper(), NOW),
        Err(KeyError::Unknown)
    );
    let mut stranger = record;
    stranger.id = "000000000000".to_owned();
    assert_eq!(check(&key, &stranger, NOW), Err(KeyError::Unknown));
}

#[test]
fn a_key_with_any_letter_changed_is_refused_without_looking_it_up() {
    let (key, _) = issued();
    let text = key.reveal();
    for (index, byte) in text.bytes().enumerate() {
        for other in [b'0', b'z', b'_', b'-', b' ', b'\n', byte ^ 0x20] {
            let mut bytes = text.as_bytes().to_vec();
            bytes[index] = other;
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(
                ApiKey::parse(&changed).is_ok(),
                changed == text,
                "{changed}"
            );
        }
    }
    for (bad, error) in [
        ("", KeyError::Malformed),
        ("palisade_", KeyError::Malformed),
        ("palisade__", KeyError::Malformed),
        (&text.replace("_live_", "__"), KeyError::Malformed),
        (&text.replace("_live_", "_LIVE_"), KeyError::Malformed),
        (&text.replace("_live_", "_a_b_"), KeyError::Malformed),
        (&text.replace("_live_", "_test_"), KeyError::Checksum),
        (&text.replace("_live_", "_"), KeyError::Checksum),
        (&format!(" {text}"), KeyError::Malformed),
        (&format!("{text}\n"), KeyError::Malformed),
        (&format!("{text}0"), KeyError::Malformed),
    ] {
        assert_eq!(ApiKey::parse(bad).unwrap_err(), error, "{bad}");
    }
    // The check value of CRC-32 (0xCBF43926), in letters.
    assert_eq!(&checksum(b"123456789"), b"3jZRME");
}

#[test]
fn no_key_outlives_the_policy() {
    let issue = |days| KeyRecord::issue(new(days), RULES, &pepper(), &mut counting(), NOW);
    for days in [0, 91, u32::MAX] {
        let error = issue(days).map(|_| ()).unwrap_err();
        assert_eq!(error, KeyIssueError::Lifetime { max_days: 90 });
    }
    let (key, mut record) = issue(90).unwrap();
    let later = |record: &KeyRecord, now| check(&key, record, now).map(|_| ());
    // A record that somebody wrote to, and a policy that became stricter.
    record.current.expires = i64::MAX;
    assert_eq!(later(&record, NOW + 90 * DAY - 1), Ok(()));
    assert_eq!(later(&record, NOW + 90 * DAY), Err(KeyError::Expired));
    let strict = KeyRules { max_days: 7 };
    let outcome = verify(&key, Some(&record), strict, &pepper(), NOW + 7 * DAY);
    assert_eq!(outcome, Err(KeyError::Expired));
}

#[test]
fn rotation_overlaps_and_revocation_is_at_once() {
    let mut random = counting();
    let (old, mut record) = KeyRecord::issue(new(30), RULES, &pepper(), &mut random, NOW).unwrap();
    let mut rotate = |record: &mut KeyRecord, overlap, now| {
        record.rotate(90, overlap, RULES, &pepper(), &mut random, now)
    };
    let rotated = NOW + 10 * DAY;
    let key = rotate(&mut record, 3600, rotated).unwrap();
    assert_eq!(key.id(), old.id());
    assert_ne!(key.reveal(), old.reveal());
    let of = |key: &ApiKey, record: &KeyRecord, now| check(key, record, now).map(|_| ());
    assert_eq!(of(&key, &record, rotated), Ok(()));
    assert_eq!(of(&old, &record, rotated + 3599), Ok(()));
    assert_eq!(of(&old, &record, rotated + 3600), Err(KeyError::Superseded));
    assert_eq!(
        of(&key, &record, rotated + 90 * DAY),
        Err(KeyError::Expired)
    );
    // An overlap gives the old secret no longer life than it had.
    let mut long = record.clone();
    let newest = rotate(&mut long, u32::MAX, rotated + DAY).unwrap();
    assert_eq!(
        of(&key, &long, rotated + 90 * DAY),
        Err(KeyError::Superseded)
    );
    // The one before the old one ends with the next rotation.
    assert_eq!(of(&old, &long, rotated + 1), Err(KeyError::Secret));
    assert_eq!(of(&newest, &long, rotated + DAY), Ok(()));

    record.revoke(rotated + 5);
    record.revoke(rotated + 9);
    assert_eq!(record.revoked, Some(rotated + 5));
    assert_eq!(of(&key, &record, rotated + 5), Err(KeyError::Revoked));
    assert_eq!(of(&old, &record, rotated + 5), Err(KeyError::Revoked));
    let error = rotate(&mut record, 1, rotated + 6).map(|_| ()).unwrap_err();
    assert_eq!(error, KeyIssueError::Ended);
    let error = rotate(&mut long, 1, rotated + 365 * DAY)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error, KeyIssueError::Ended);
}

#[test]
fn what_cannot_stand_in_a_key() {
    for (name, environment, error) in [
        ("", None, KeyIssueError::Name),
        ("a\nb", None, KeyIssueError::Name),
        (&*"a".repeat(129), None, KeyIssueError::Name),
        ("a", Some(""), KeyIssueError::Environment),
        ("a", Some("Live"), KeyIssueError::Environment),
        ("a", Some("a_b"), KeyIssueError::Environment),
        ("a", Some("abcdefghijklmnopq"), KeyIssueError::Environment),
    ] {
        let new = NewKey {
            name: name.to_owned(),
            environment: environment.map(str::to_owned),
            days: 1,
            ..NewKey::default()
        };
        let outcome = KeyRecord::issue(new, RULES, &pepper(), &mut counting(), NOW);
        assert_eq!(
            outcome.map(|_| ()).unwrap_err(),
            error,
            "{name} {environment:?}"
        );
    }
    let bare = NewKey {
        environment: None,
        ..new(1)
    };
    let (key, _) = KeyRecord::issue(bare, RULES, &pepper(), &mut counting(), NOW).unwrap();
    assert!(ApiKey::parse(key.reveal()).is_ok());
    // All letters come out, whatever the source of randomness gives.
    for fill in [0, 255] {
        let (key, _) =
            KeyRecord::issue(new(1), RULES, &pepper(), &mut |b| b.fill(fill), NOW).unwrap();
        assert!(ApiKey::parse(key.reveal()).is_ok());
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in "(palisade_)?\\PC{0,90}", short in "palisade_[a-z_0-9]{0,80}") {
        let _ = ApiKey::parse(&text);
        let _ = ApiKey::parse(&short);
    }
}
