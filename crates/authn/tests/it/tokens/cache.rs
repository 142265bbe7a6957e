//! The cache of verified tokens.

use palisade_authn::{
    Algorithm, KeySet, Means, Principal, TokenCache, TokenDigest, Verified, verify,
};
use proptest::prelude::*;
use serde_json::json;

use super::signing::*;

fn verified(id: &str, until: i64) -> Verified {
    let principal = Principal::new(Means::Token, ISSUER, id);
    Verified {
        principal,
        key: None,
        until,
    }
}

fn put(cache: &mut TokenCache, token: &str, until: i64, now: i64) {
    let miss = cache
        .get(TokenDigest::new(0, token.as_bytes()), now)
        .unwrap_err();
    cache.insert(miss, verified(token, until), now);
}

fn has(cache: &mut TokenCache, token: &str, now: i64) -> bool {
    cache
        .get(TokenDigest::new(0, token.as_bytes()), now)
        .is_ok()
}

#[test]
fn a_token_is_kept_until_it_expires() {
    let mut cache = TokenCache::new(10, 600);
    put(&mut cache, "a", NOW + 60, NOW);
    put(&mut cache, "b", i64::MAX, NOW);
    assert!(has(&mut cache, "a", NOW));
    assert!(has(&mut cache, "a", NOW + 59));
    assert!(!has(&mut cache, "a", NOW + 60));
    // Not before it was verified either, should the clock be set back.
    assert!(!has(&mut cache, "a", NOW - 1));
    // And never for longer than the cache keeps anything.
    assert!(has(&mut cache, "b", NOW + 599));
    assert!(!has(&mut cache, "b", NOW + 600));
    put(&mut cache, "c", NOW, NOW);
    assert!(!has(&mut cache, "c", NOW));
}

#[test]
fn another_policy_is_another_token() {
    let mut cache = TokenCache::new(10, 600);
    put(&mut cache, "a", NOW + 60, NOW);
    assert!(cache.get(TokenDigest::new(1, b"a"), NOW).is_err());
}

#[test]
fn what_is_used_stays() {
    let mut cache = TokenCache::new(8, 600);
    put(&mut cache, "used", NOW + 60, NOW);
    for n in 0..100 {
        put(&mut cache, &n.to_string(), NOW + 60, NOW);
        assert!(has(&mut cache, "used", NOW), "{n}");
        assert!(cache.len() <= 8);
    }
    assert!(has(&mut cache, "99", NOW));
    assert!(!has(&mut cache, "0", NOW));
    let mut none = TokenCache::new(0, 600);
    put(&mut none, "a", NOW + 60, NOW);
    assert!(none.is_empty());
}

#[test]
fn a_key_that_is_gone_takes_its_tokens_with_it() {
    let mut cache = TokenCache::new(10, 600);
    let mut policy = policy();
    policy.algorithms = Algorithm::ALL.to_vec();
    let tokens = [good(Algorithm::Es256), good(Algorithm::Rs256)];
    let digests = tokens
        .clone()
        .map(|token| TokenDigest::new(0, token.as_bytes()));
    for (token, digest) in tokens.iter().zip(digests) {
        let miss = cache.get(digest, NOW).unwrap_err();
        cache.insert(
            miss,
            verify(token.as_bytes(), &SET, &policy, NOW).unwrap(),
            NOW,
        );
    }
    // An opaque token of the same issuer, and one of another.
    put(&mut cache, "opaque", NOW + 60, NOW);
    cache.keys_replaced("https://other.example", &KeySet::default());
    assert_eq!(cache.len(), 3);
    // The same name, but another key: the one behind the name is gone.
    let replaced = json!({"keys": [rsa_jwk(), {
        "kty": "EC", "crv": "P-256", "kid": "p256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }]});
    let (keys, _) = KeySet::from_json(replaced.to_string().as_bytes());
    // Verified just before, put in just after.
    let late = TokenDigest::new(0, b"late");
    let miss = cache.get(late, NOW).unwrap_err();
    cache.keys_replaced(ISSUER, &keys);
    assert!(cache.get(digests[0], NOW).is_err());
    assert!(cache.get(digests[1], NOW).is_ok());
    assert!(has(&mut cache, "opaque", NOW));
    cache.insert(miss, verified("late", NOW + 60), NOW);
    assert!(cache.get(late, NOW).is_err());
}

proptest! {
    /// Against a list that forgets nothing: what the cache gives was put in, holds, and is the
    /// right one; and it never holds more than it may.
    #[test]
    fn gives_only_what_holds(
        capacity in 0_usize..9,
        steps in prop::collection::vec((0_u8..12, 1_i64..50, -3_i64..20), 1..200),
    ) {
        let mut cache = TokenCache::new(capacity, 30);
        let mut known = std::collections::BTreeMap::new();
        let mut now = 1000;
        for (name, lives, passes) in steps {
            now += passes;
            let token = name.to_string();
            match cache.get(TokenDigest::new(0, token.as_bytes()), now) {
                Ok(principal) => {
                    prop_assert_eq!(&principal.id, &token);
                    let (since, until): (i64, i64) = known[&name];
                    prop_assert!((since..until.min(since + 30)).contains(&now));
                }
                Err(miss) => {
                    cache.insert(miss, verified(&token, now + lives), now);
                    known.insert(name, (now, now + lives));
                }
            }
            prop_assert!(cache.len() <= capacity + capacity % 2);
        }
    }
}
