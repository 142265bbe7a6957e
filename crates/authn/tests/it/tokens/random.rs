//! Whatever comes: no panic, and no token but the one that was signed.

use palisade_authn::{
    Algorithm, Discovery, Jwt, KeySet, MintingKey, introspected, introspection_form, well_known,
};
use proptest::prelude::*;

use super::signing::*;

/// Every letter of a token, changed into every other kind of letter.
#[test]
fn any_changed_letter_spoils_a_token() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let token = good(algorithm).into_bytes();
        for at in 0..token.len() {
            let mut changed = token.clone();
            for letter in *b"AaZz09-_.=+/ \n\0\xff" {
                if token[at] != letter {
                    changed[at] = letter;
                    assert!(check(&changed).is_err(), "{at} {letter}");
                }
            }
            // Its neighbours differ in the last bits only.
            changed[at] = token[at] ^ 1;
            assert!(check(&changed).is_err(), "{at}");
        }
        for length in 0..token.len() {
            assert!(check(&token[..length]).is_err());
        }
        assert!(check(&token).is_ok());
    }
}

fn tokens() -> impl Strategy<Value = Vec<u8>> {
    let json = r#"[{}\[\]":,a-z0-9.eE\\u-]{0,60}"#;
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        "[A-Za-z0-9_.=-]{0,300}".prop_map(String::into_bytes),
        (json, json, prop::collection::vec(any::<u8>(), 0..80)).prop_map(|(h, c, s)| format!(
            "{}.{}.{}",
            b64(h),
            b64(c),
            b64(s)
        )
        .into_bytes()),
        (json, prop::collection::vec(any::<u8>(), 0..80)).prop_map(|(more, signature)| {
            let header = header(Algorithm::Es256).to_string();
            let claims = claims()
                .to_string()
                .replacen('{', &format!("{{\"x\":{more},"), 1);
            format!("{}.{}.{}", b64(header), b64(claims), b64(signature)).into_bytes()
        }),
    ]
}

proptest! {
    #[test]
    fn no_bytes_panic_and_none_are_accepted(token in tokens()) {
        prop_assert!(check(&token).is_err());
        drop(introspection_form(&token));
    }

    #[test]
    fn changed_tokens_are_refused(
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
        cut in any::<prop::sample::Index>(),
        inserted in prop::collection::vec(any::<u8>(), 1..4),
    ) {
        let token = good(Algorithm::EdDsa).into_bytes();
        let mut changed = token.clone();
        let at = at.index(token.len());
        changed[at] = to;
        prop_assert_eq!(check(&changed).is_ok(), token[at] == to);
        let mut longer = token.clone();
        let cut = cut.index(token.len() + 1);
        longer.splice(cut..cut, inserted);
        prop_assert!(check(&longer).is_err());
    }

    #[test]
    fn no_document_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), text in ".{0,200}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            let (set, problems) = KeySet::from_json(bytes);
            prop_assert!(set.is_empty() && !problems.is_empty());
            prop_assert!(Discovery::parse(bytes, ISSUER).is_err());
            prop_assert!(introspected(bytes, &policy(), NOW).is_err());
            prop_assert!(MintingKey::from_pkcs8(bytes).is_err());
            drop(Jwt::parse(bytes));
        }
        drop(well_known(&text));
        drop(well_known(&format!("https://{text}")));
    }

    /// Keys of the right form with any content.
    #[test]
    fn no_key_panics(
        kty in "RSA|EC|OKP|oct|x",
        crv in "P-256|P-384|P-521|Ed25519|x",
        n in prop::collection::vec(any::<u8>(), 0..300),
        e in prop::collection::vec(any::<u8>(), 0..6),
        x in prop::collection::vec(any::<u8>(), 0..70),
    ) {
        let key = serde_json::json!({
            "kty": kty, "crv": crv, "n": b64(n), "e": b64(e), "x": b64(&x), "y": b64(&x),
        });
        let _ = KeySet::from_json(serde_json::json!({"keys": [key]}).to_string().as_bytes());
    }
}
