//! The vectors of C2SP/wycheproof for JOSE.

use palisade_authn::{Hmac, Jws, KeySet, TokenError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wycheproof_ng_core::TestResult;
use wycheproof_ng_kdf_jose::json_web::{TestName, TestSet};

/// Vectors that are called valid and are refused here, and why.
const REFUSED: [(usize, &str); 6] = [
    (346, "the key says PS256, the token PS384"),
    (347, "the key's algorithm is `ES521`, which does not exist"),
    (350, "the key says PS256, the token PS384"),
    (351, "the key's algorithm is `ES521`, which does not exist"),
    (372, "a `?` in the header, which base64url does not have"),
    (373, "a `?` in the payload, which base64url does not have"),
];

/// Vectors that are called invalid and are accepted here: byte by byte they are the same as
/// vector 357, which is called valid.
const ACCEPTED: [usize; 2] = [367, 370];

#[test]
fn vectors() {
    for (name, refused, accepted) in [
        (TestName::JsonWebSignature, &REFUSED[..], &ACCEPTED[..]),
        (TestName::JsonWebKey, &[], &[]),
        (TestName::JsonWebCrypto, &[], &[]),
        (TestName::JsonWebEncryption, &[], &[]),
    ] {
        let vectors = TestSet::load(name).unwrap();
        let mut counts = BTreeMap::new();
        let mut wrong = Vec::new();
        for group in vectors.test_groups {
            let given = group.public_key.or(group.private_key);
            let keys = given.map_or_else(KeySet::default, |given| keys(&given));
            for test in group.tests {
                let text = |token| match token {
                    Value::String(token) => token,
                    json => json.to_string(),
                };
                let Some(token) = test.jws.map(text) else {
                    // Of an encrypted token: it has no business here, valid or not.
                    let token = test.jwe.map(text).unwrap();
                    assert!(Jws::parse(token.as_bytes()).is_err());
                    *counts.entry("encrypted, refused").or_insert(0) += 1;
                    continue;
                };
                let valid = test.result == TestResult::Valid;
                let opens = opened(token.as_bytes(), &keys).is_ok();
                let due = match valid {
                    true => !refused.iter().any(|(known, _)| *known == test.tc_id),
                    false => accepted.contains(&test.tc_id),
                };
                if opens != due {
                    wrong.push((test.tc_id, test.comment, valid));
                }
                let name = match (valid, opens) {
                    (true, true) => "valid, accepted",
                    (true, false) => "valid, refused",
                    (false, true) => "invalid, accepted",
                    (false, false) => "invalid, refused",
                };
                *counts.entry(name).or_insert(0) += 1;
            }
        }
        assert_eq!(wrong, [], "{name:?}: {counts:?}");
        assert!(counts.values().sum::<usize>() > 10, "{name:?}: {counts:?}");
    }
}

fn opened(token: &[u8], keys: &KeySet) -> Result<Vec<u8>, TokenError> {
    let jws = Jws::parse(token)?;
    jws.verify(keys.find(jws.kid(), jws.algorithm())?)
}

/// A key or a set as an operator would bring it: secrets, when there is nothing else, by
/// configuration; anything else as published, without its private parts.
fn keys(given: &Value) -> KeySet {
    let mut keys = match given.get("keys") {
        Some(keys) => keys.as_array().unwrap().clone(),
        None => vec![given.clone()],
    };
    if keys.iter().all(|key| key["kty"] == "oct") {
        let mut set = KeySet::default();
        for key in keys {
            use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
            // A configuration with a secret that cannot be read or used is refused as a whole.
            let Ok(secret) = URL_SAFE_NO_PAD.decode(key["k"].as_str().unwrap()) else {
                return KeySet::default();
            };
            let algorithm = match key["alg"].as_str() {
                Some("HS256") => Hmac::Hs256,
                Some("HS384") => Hmac::Hs384,
                Some("HS512") => Hmac::Hs512,
                _ => continue,
            };
            if set
                .add_secret(key["kid"].as_str(), algorithm, &secret)
                .is_err()
            {
                return KeySet::default();
            }
        }
        return set;
    }
    for key in &mut keys {
        let key = key.as_object_mut().unwrap();
        for name in ["d", "p", "q", "dp", "dq", "qi"] {
            key.remove(name);
        }
    }
    KeySet::from_json(json!({"keys": keys}).to_string().as_bytes()).0
}
