//! The vectors of C2SP/wycheproof for JOSE. They are not part of this repository:
//! `PALISADE_WYCHEPROOF` names the folder that has them (`testvectors_v1` of that project).

use std::{collections::BTreeMap, fs, path::Path};

use palisade_authn::{Hmac, Jws, KeySet, TokenError};
use serde_json::{Value, json};

/// Vectors that are called valid and are refused here, and why.
const REFUSED: [(u64, &str); 6] = [
    (346, "the key says PS256, the token PS384"),
    (347, "the key's algorithm is `ES521`, which does not exist"),
    (350, "the key says PS256, the token PS384"),
    (351, "the key's algorithm is `ES521`, which does not exist"),
    (372, "a `?` in the header, which base64url does not have"),
    (373, "a `?` in the payload, which base64url does not have"),
];

/// Vectors that are called invalid and are accepted here: byte by byte they are the same as
/// vector 357, which is called valid.
const ACCEPTED: [u64; 2] = [367, 370];

#[test]
#[ignore = "PALISADE_WYCHEPROOF must name the folder of the vectors"]
#[expect(
    clippy::disallowed_methods,
    reason = "the vectors lie outside of this repository"
)]
fn vectors() {
    let folder = std::env::var("PALISADE_WYCHEPROOF").unwrap();
    for (file, refused, accepted) in [
        ("json_web_signature_test.json", &REFUSED[..], &ACCEPTED[..]),
        ("json_web_key_test.json", &[], &[]),
        ("json_web_crypto_test.json", &[], &[]),
    ] {
        let text = fs::read_to_string(Path::new(&folder).join(file)).unwrap();
        let mut counts = BTreeMap::new();
        let mut wrong = Vec::new();
        let vectors: Value = serde_json::from_str(&text).unwrap();
        for group in vectors["testGroups"].as_array().unwrap() {
            let keys = keys(group.get("public").unwrap_or(&group["private"]));
            for test in group["tests"].as_array().unwrap() {
                let Some(token) = test.get("jws").map(|token| match token {
                    Value::String(token) => token.clone(),
                    json => json.to_string(),
                }) else {
                    // Of an encrypted token: it has no business here, valid or not.
                    let token = test["jwe"].as_str().unwrap_or_default();
                    assert!(Jws::parse(token.as_bytes()).is_err());
                    *counts.entry("encrypted, refused").or_insert(0) += 1;
                    continue;
                };
                let id = test["tcId"].as_u64().unwrap();
                let valid = test["result"] == "valid";
                let opens = opened(token.as_bytes(), &keys).is_ok();
                let due = match valid {
                    true => !refused.iter().any(|(known, _)| *known == id),
                    false => accepted.contains(&id),
                };
                if opens != due {
                    wrong.push((id, test["comment"].clone(), valid));
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
        eprintln!("{file}: {counts:?}");
        assert_eq!(wrong, [], "{file}");
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
