//! Key sets as issuers publish them, and as they should not.

use palisade_authn::{Algorithm, Hmac, KeyFault, KeySet};
use serde_json::{Value, json};

use super::signing::*;

/// The only key of a set, and what is said of it.
fn one(key: &Value) -> (usize, Option<KeyFault>) {
    let (set, problems) = KeySet::from_json(json!({"keys": [key]}).to_string().as_bytes());
    assert!(problems.len() <= 1);
    (
        set.iter().count(),
        problems.first().map(|problem| problem.fault()),
    )
}

#[track_caller]
fn left_out(key: &Value, fault: KeyFault) {
    assert_eq!(one(key), (0, Some(fault)), "{key}");
}

fn changed(key: &Value, name: &str, value: Value) -> Value {
    let mut key = key.clone();
    key[name] = value;
    key
}

fn p256() -> Value {
    published()["keys"][1].clone()
}

fn ed25519() -> Value {
    published()["keys"][4].clone()
}

#[test]
fn an_entry_for_each_algorithm_of_a_key() {
    assert_eq!(one(&rsa_jwk()), (6, None));
    assert_eq!(one(&p256()), (1, None));
    assert_eq!(one(&ed25519()), (1, None));
    assert_eq!(one(&changed(&rsa_jwk(), "alg", json!("PS384"))), (1, None));
    assert_eq!(
        one(&changed(&ed25519(), "alg", json!("Ed25519"))),
        (1, None)
    );
    assert_eq!(
        one(&changed(&p256(), "key_ops", json!(["sign", "verify"]))),
        (1, None)
    );
    assert_eq!(one(&changed(&p256(), "x5c", json!(["ignored"]))), (1, None));
}

#[test]
fn keys_for_something_else() {
    for key in [
        changed(&rsa_jwk(), "use", json!("enc")),
        changed(&rsa_jwk(), "use", json!("SIG")),
        changed(&p256(), "key_ops", json!([])),
        changed(&p256(), "key_ops", json!(["encrypt", "sign"])),
    ] {
        left_out(&key, KeyFault::NotForSignatures);
    }
    for (kty, fault) in [
        (json!("rsa"), KeyFault::UnknownType),
        (json!("AKP"), KeyFault::UnknownType),
        (json!(1), KeyFault::Invalid("kty")),
    ] {
        left_out(&changed(&p256(), "kty", kty), fault);
    }
    for crv in ["P-224", "secp256k1", "p-256", "Ed25519"] {
        left_out(&changed(&p256(), "crv", json!(crv)), KeyFault::UnknownCurve);
    }
    for crv in ["X25519", "Ed448", "P-256"] {
        left_out(
            &changed(&ed25519(), "crv", json!(crv)),
            KeyFault::UnknownCurve,
        );
    }
    for alg in ["RSA-OAEP", "none", "HS256", "ES256", "es256", "EdDSA"] {
        let key = changed(&rsa_jwk(), "alg", json!(alg));
        left_out(&key, KeyFault::UnknownAlgorithm);
    }
    for alg in ["RS256", "ES384", "ES521"] {
        left_out(
            &changed(&p256(), "alg", json!(alg)),
            KeyFault::UnknownAlgorithm,
        );
    }
}

#[test]
fn keys_that_everybody_has() {
    let oct = json!({"kty": "oct", "kid": "s", "k": b64([7; 64]), "alg": "HS256"});
    left_out(&oct, KeyFault::SecretPublished);
    left_out(
        &changed(&p256(), "d", json!(b64([1; 32]))),
        KeyFault::PrivatePublished,
    );
    left_out(
        &changed(&rsa_jwk(), "d", json!(b64([1; 256]))),
        KeyFault::PrivatePublished,
    );
}

#[test]
fn members_of_a_wrong_type() {
    for name in ["kid", "use", "alg", "n", "e"] {
        for value in [json!(null), json!(1), json!(["x"]), json!({})] {
            left_out(&changed(&rsa_jwk(), name, value), KeyFault::Invalid(name));
        }
    }
    for name in ["x", "y", "crv"] {
        left_out(&changed(&p256(), name, json!(1)), KeyFault::Invalid(name));
    }
    for ops in [json!("verify"), json!([1]), json!({}), json!(null)] {
        left_out(
            &changed(&p256(), "key_ops", ops),
            KeyFault::Invalid("key_ops"),
        );
    }
    for kid in ["", "a\nb", &"k".repeat(257)] {
        left_out(
            &changed(&p256(), "kid", json!(kid)),
            KeyFault::Invalid("kid"),
        );
    }
    for x in ["", "A", "AA==", "A A", "+/+/"] {
        left_out(&changed(&p256(), "x", json!(x)), KeyFault::Invalid("x"));
    }
}

#[test]
fn weak_keys_of_rsa() {
    let n = rsa_modulus();
    let with = |n: &[u8], e: &[u8]| {
        let key = changed(&rsa_jwk(), "n", json!(b64(n)));
        changed(&key, "e", json!(b64(e)))
    };
    let e: &[u8] = &[1, 0, 1];
    let mut small = n.clone();
    small[0] &= 0x7f;
    left_out(&with(&small, e), KeyFault::Weak);
    left_out(&with(&n[128..], e), KeyFault::Weak);
    left_out(&with(&[0x91; 128], e), KeyFault::Weak);
    let zero: &[u8] = &[0];
    left_out(&with(&[zero, &n].concat(), e), KeyFault::Rejected);
    left_out(&with(&[&n[..255], zero].concat(), e), KeyFault::Rejected);
    left_out(&with(&[0xff; 1025], e), KeyFault::Rejected);
    for e in [&[0][..], &[1], &[2], &[0, 3], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
        left_out(&with(&n, e), KeyFault::Rejected);
    }
}

/// CVE-2017-15361: a modulus that is a power of 65537 modulo all small primes. This one is itself
/// such a power, cut to nothing: 65537^128 has 2049 bits.
#[test]
fn keys_of_a_broken_generator() {
    let mut n = vec![1_u8];
    for _ in 0..128 {
        // n * 65537 = (n << 16) + n, with the most significant byte first.
        let mut product = n.clone();
        product.extend([0, 0]);
        let mut carry = 0_u16;
        for (at, byte) in product.iter_mut().rev().enumerate() {
            let other = n.len().checked_sub(at + 1).map_or(0, |at| n[at]);
            let sum = u16::from(*byte) + u16::from(other) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        n = product;
    }
    assert_eq!(n.len(), 257);
    left_out(&changed(&rsa_jwk(), "n", json!(b64(n))), KeyFault::Weak);
}

#[test]
fn points_that_are_not_on_the_curve() {
    let key = p256();
    left_out(&changed(&key, "x", key["y"].clone()), KeyFault::Rejected);
    for x in [
        vec![0; 32],
        vec![0xff; 32],
        vec![1; 31],
        vec![1; 33],
        vec![1; 48],
    ] {
        left_out(&changed(&key, "x", json!(b64(x))), KeyFault::Rejected);
    }
    left_out(&changed(&key, "crv", json!("P-384")), KeyFault::Rejected);
    for x in [vec![1; 31], vec![1; 33], vec![2]] {
        left_out(&changed(&ed25519(), "x", json!(b64(x))), KeyFault::Rejected);
    }
}

#[test]
fn sets_that_are_none() {
    for (text, fault) in [
        ("", KeyFault::NotJson),
        ("[]", KeyFault::NotJson),
        ("{}", KeyFault::Invalid("keys")),
        (r#"{"keys":{}}"#, KeyFault::Invalid("keys")),
        (r#"{"keys":null}"#, KeyFault::Invalid("keys")),
        (r#"{"keys":[]} x"#, KeyFault::NotJson),
        (r#"{"keys":[],"keys":[]}"#, KeyFault::DuplicateMember),
        (
            r#"{"keys":[{"kid":"a","kid":"b"}]}"#,
            KeyFault::DuplicateMember,
        ),
        (r#"{"keys":[[[[[[[[[[[]]]]]]]]]]]}"#, KeyFault::NotJson),
    ] {
        let (set, problems) = KeySet::from_json(text.as_bytes());
        assert!(set.is_empty());
        assert_eq!(problems.len(), 1, "{text}");
        assert_eq!(
            (problems[0].index(), problems[0].fault()),
            (None, fault),
            "{text}"
        );
    }
    let long = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(300_000));
    let (_, problems) = KeySet::from_json(long.as_bytes());
    assert_eq!(problems[0].fault(), KeyFault::TooLarge);
}

#[test]
fn one_bad_key_does_not_spoil_the_others() {
    let keys = json!({"keys": [1, {"kty": "XYZ"}, p256(), {}]});
    let (set, problems) = KeySet::from_json(keys.to_string().as_bytes());
    assert_eq!(set.iter().count(), 1);
    let faults: Vec<_> = problems.iter().map(|p| (p.index(), p.fault())).collect();
    assert_eq!(
        faults,
        [
            (Some(0), KeyFault::Invalid("keys")),
            (Some(1), KeyFault::UnknownType),
            (Some(3), KeyFault::Invalid("kty")),
        ]
    );
}

#[test]
fn only_so_many_keys_are_looked_at() {
    let keys: Vec<Value> = (0..80)
        .map(|n| changed(&ed25519(), "kid", json!(format!("k{n}"))))
        .collect();
    let (set, problems) = KeySet::from_json(json!({"keys": keys}).to_string().as_bytes());
    assert_eq!(set.iter().count(), 64);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].fault(), KeyFault::TooMany);
}

#[test]
fn keys_of_one_name() {
    // The same key twice is one key.
    let (set, problems) =
        KeySet::from_json(json!({"keys": [p256(), p256()]}).to_string().as_bytes());
    assert_eq!((set.iter().count(), problems.len()), (1, 0));
    // Two keys of one name and algorithm: neither is used.
    let other = json!({"keys": [p256(), {
        "kty": "EC", "crv": "P-256", "kid": "p256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }]});
    let (set, problems) = KeySet::from_json(other.to_string().as_bytes());
    assert_eq!(problems[0].fault(), KeyFault::DuplicateKid);
    assert_eq!(
        set.find(Some("p256"), Algorithm::Es256).unwrap_err().code(),
        "token-key-ambiguous"
    );
    // Of different kinds they can be told apart (RFC 7517, 4.5).
    let kinds = json!({"keys": [p256(), changed(&ed25519(), "kid", json!("p256"))]});
    let (set, problems) = KeySet::from_json(kinds.to_string().as_bytes());
    assert_eq!(problems, []);
    assert!(set.find(Some("p256"), Algorithm::EdDsa).is_ok());
    // Secrets of one name likewise.
    let mut set = KeySet::default();
    set.add_secret(Some("s"), Hmac::Hs256, &[1; 32]).unwrap();
    let twice = set.add_secret(Some("s"), Hmac::Hs256, &[2; 32]);
    assert_eq!(twice, Err(KeyFault::DuplicateKid));
    assert!(set.find(Some("s"), Algorithm::Hs256).is_err());
}

#[test]
fn secrets_are_not_shown() {
    let mut set = KeySet::default();
    set.add_secret(Some("s"), Hmac::Hs256, b"0123456789abcdef0123456789abcdef")
        .unwrap();
    let shown = format!("{set:?}");
    assert!(!shown.contains("0123456789abcdef") && !shown.contains("48, 49"));
}
