//! Tokens that Palisade signs, read with its own published keys.

use palisade_authn::{
    Algorithm, KeySet, Means, MintError, Minter, MintingKey, Principal, TokenError, TokenPolicy,
    verify,
};
use serde_json::json;

use super::signing::NOW;

const OWN: &str = "https://gateway.example";

fn caller() -> Principal {
    let mut caller = Principal::new(Means::ApiKey, "https://idp.example", "alice");
    caller.roles = vec!["admin".into()];
    caller.scopes = vec!["a".into(), "b".into()];
    caller.claims.insert("email".into(), json!("a@example.com"));
    caller
        .claims
        .insert("iss".into(), json!("https://evil.example"));
    caller
        .claims
        .insert("secret".into(), json!("not passed on"));
    caller
}

fn minter(key: MintingKey) -> Minter {
    Minter::new(
        OWN,
        60,
        vec!["email".into(), "iss".into(), "missing".into()],
        key,
    )
}

fn keys(minter: &Minter, now: i64) -> KeySet {
    let (set, problems) = KeySet::from_json(minter.public_keys(now).as_bytes());
    assert_eq!(problems, []);
    set
}

fn read(token: &str, keys: &KeySet, now: i64) -> Result<Principal, TokenError> {
    let policy = TokenPolicy::new(OWN, "orders");
    verify(token.as_bytes(), keys, &policy, now).map(|verified| verified.principal)
}

#[test]
fn what_is_minted_can_be_verified() {
    for (key, algorithm) in [
        (MintingKey::ed25519(&[1; 32]).unwrap(), Algorithm::EdDsa),
        (MintingKey::p256(&[1; 32]).unwrap(), Algorithm::Es256),
    ] {
        assert_eq!(key.algorithm(), algorithm);
        let minter = minter(key);
        let token = minter.mint(&caller(), "orders", NOW).unwrap().0;
        let keys = keys(&minter, NOW);
        let read_back = read(&token, &keys, NOW).unwrap();
        assert_eq!(read_back.id, "alice");
        assert_eq!(read_back.expires, Some(NOW + 60));
        assert_eq!(read_back.scopes, ["a", "b"]);
        let claims = &read_back.claims;
        assert_eq!(claims["iss"], OWN);
        assert_eq!(claims["means"], "api-key");
        assert_eq!(claims["idp"], "https://idp.example");
        assert_eq!(claims["roles"], json!(["admin"]));
        assert_eq!(
            claims["claims"],
            json!({"email": "a@example.com", "iss": "https://evil.example"})
        );
        assert_eq!(read(&token, &keys, NOW + 90), Err(TokenError::Expired));
        let other = TokenPolicy::new(OWN, "billing");
        let why = verify(token.as_bytes(), &keys, &other, NOW).unwrap_err();
        assert_eq!(why, TokenError::Audience);
    }
}

#[test]
fn what_a_token_would_say_is_compared() {
    let minter = minter(MintingKey::ed25519(&[1; 32]).unwrap());
    let mut other = caller();
    other.expires = Some(NOW + 10);
    other.claims.insert("secret".into(), json!("another"));
    assert!(minter.says_the_same(&caller(), &other));
    let changes: [fn(&mut Principal); 6] = [
        |it| it.means = Means::Token,
        |it| it.id.push('x'),
        |it| it.issuer.push('x'),
        |it| it.roles.clear(),
        |it| it.scopes.swap(0, 1),
        |it| drop(it.claims.remove("email")),
    ];
    for change in changes {
        let mut other = caller();
        change(&mut other);
        assert!(!minter.says_the_same(&caller(), &other));
    }
}

#[test]
fn a_token_does_not_outlive_what_was_shown() {
    let minter = minter(MintingKey::ed25519(&[1; 32]).unwrap());
    for (expires, end) in [
        (NOW + 10, NOW + 10),
        (NOW + 600, NOW + 60),
        (NOW - 5, NOW + 1),
    ] {
        let mut caller = caller();
        caller.expires = Some(expires);
        let token = minter.mint(&caller, "orders", NOW).unwrap().0;
        let read_back = read(&token, &keys(&minter, NOW), NOW).unwrap();
        assert_eq!(read_back.expires, Some(end));
    }
}

#[test]
fn keys_are_published_before_and_after_they_sign() {
    let mut minter = minter(MintingKey::ed25519(&[1; 32]).unwrap());
    assert!(!minter.rotate(30, NOW));
    let before = keys(&minter, NOW);
    let old = minter.mint(&caller(), "orders", NOW).unwrap().0;
    minter.announce(MintingKey::p256(&[2; 32]).unwrap());
    let announced = keys(&minter, NOW);
    // It still signs with the old key.
    let token = minter.mint(&caller(), "orders", NOW).unwrap().0;
    assert!(read(&token, &before, NOW).is_ok());
    assert!(minter.rotate(30, NOW));
    let new = minter.mint(&caller(), "orders", NOW).unwrap().0;
    assert!(read(&new, &announced, NOW).is_ok());
    assert_eq!(read(&new, &before, NOW), Err(TokenError::UnknownKey));
    let during = keys(&minter, NOW + 89);
    assert!(read(&old, &during, NOW).is_ok());
    assert_eq!(
        read(&old, &keys(&minter, NOW + 90), NOW),
        Err(TokenError::UnknownKey)
    );
}

#[test]
fn private_keys_as_bytes() {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair,
    };
    let ed25519 = Ed25519KeyPair::generate().unwrap();
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    for (pkcs8, algorithm) in [
        (ed25519.to_pkcs8().unwrap(), Algorithm::EdDsa),
        (ed25519.to_pkcs8v1().unwrap(), Algorithm::EdDsa),
        (p256.to_pkcs8v1().unwrap(), Algorithm::Es256),
    ] {
        let key = MintingKey::from_pkcs8(pkcs8.as_ref()).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        let minter = minter(key);
        let token = minter.mint(&caller(), "orders", NOW).unwrap().0;
        assert!(read(&token, &keys(&minter, NOW), NOW).is_ok());
    }
    let other = p384.to_pkcs8v1().unwrap();
    for bytes in [
        other.as_ref(),
        b"",
        b"-----BEGIN PRIVATE KEY-----",
        &[0x30; 64],
    ] {
        assert_eq!(MintingKey::from_pkcs8(bytes).unwrap_err(), MintError::Key);
    }
    assert_eq!(MintingKey::p256(&[0; 32]).unwrap_err(), MintError::Key);
    assert_eq!(MintingKey::p256(&[0xff; 32]).unwrap_err(), MintError::Key);
}
