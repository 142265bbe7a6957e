//! An issuer for the tests: keys of every kind, and tokens of any form signed with them.

use std::sync::LazyLock;

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{self, KeySize},
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use palisade_authn::{Algorithm, Hmac, KeySet, TokenError, TokenPolicy, Verified, verify};
use serde_json::{Value, json};

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const ISSUER: &str = "https://idp.example";
pub(crate) const SECRET: [u8; 64] = [7; 64];

pub(crate) struct Keys {
    rsa: rsa::KeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    p521: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    rsa: rsa::KeyPair::generate(KeySize::Rsa2048).unwrap(),
    p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
    p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
    p521: EcdsaKeyPair::generate(&ECDSA_P521_SHA512_FIXED_SIGNING).unwrap(),
    ed25519: Ed25519KeyPair::generate().unwrap(),
});

/// The set that the issuer publishes, each key under the name of its kind.
pub(crate) static SET: LazyLock<KeySet> = LazyLock::new(|| {
    let (set, problems) = KeySet::from_json(published().to_string().as_bytes());
    assert_eq!(problems, []);
    set
});

/// The same, and secrets `hs256`, `hs384`, `hs512`.
pub(crate) static SET_WITH_SECRETS: LazyLock<KeySet> = LazyLock::new(|| {
    let (mut set, _) = KeySet::from_json(published().to_string().as_bytes());
    set.add_secret(Some("hs256"), Hmac::Hs256, &SECRET).unwrap();
    set.add_secret(Some("hs384"), Hmac::Hs384, &SECRET).unwrap();
    set.add_secret(Some("hs512"), Hmac::Hs512, &SECRET).unwrap();
    set
});

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn published() -> Value {
    json!({"keys": [
        rsa_jwk(),
        ec_jwk(&KEYS.p256, "P-256", "p256", 32),
        ec_jwk(&KEYS.p384, "P-384", "p384", 48),
        ec_jwk(&KEYS.p521, "P-521", "p521", 66),
        {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(KEYS.ed25519.public_key())},
    ]})
}

/// PKCS#1 of a key with 2048 bits: what is before the modulus has 9 bytes.
pub(crate) fn rsa_modulus() -> Vec<u8> {
    let der = KEYS.rsa.public_key().as_ref();
    assert!(der.ends_with(&[2, 3, 1, 0, 1]));
    der[9..der.len() - 5].to_vec()
}

pub(crate) fn rsa_jwk() -> Value {
    json!({"kty": "RSA", "kid": "rsa", "use": "sig", "n": b64(rsa_modulus()), "e": "AQAB"})
}

fn ec_jwk(pair: &EcdsaKeyPair, crv: &str, kid: &str, bytes: usize) -> Value {
    let (x, y) = pair.public_key().as_ref()[1..].split_at(bytes);
    json!({"kty": "EC", "crv": crv, "kid": kid, "x": b64(x), "y": b64(y)})
}

pub(crate) fn sign(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let ecdsa = |pair: &EcdsaKeyPair| pair.sign(&SystemRandom::new(), message).unwrap();
    let mac = |algorithm| {
        let key = hmac::Key::new(algorithm, &SECRET);
        hmac::sign(&key, message).as_ref().to_vec()
    };
    match algorithm {
        Algorithm::Rs256 => rsa_signed(&RSA_PKCS1_SHA256, message),
        Algorithm::Rs384 => rsa_signed(&RSA_PKCS1_SHA384, message),
        Algorithm::Rs512 => rsa_signed(&RSA_PKCS1_SHA512, message),
        Algorithm::Ps256 => rsa_signed(&RSA_PSS_SHA256, message),
        Algorithm::Ps384 => rsa_signed(&RSA_PSS_SHA384, message),
        Algorithm::Ps512 => rsa_signed(&RSA_PSS_SHA512, message),
        Algorithm::Es256 => ecdsa(&KEYS.p256).as_ref().to_vec(),
        Algorithm::Es384 => ecdsa(&KEYS.p384).as_ref().to_vec(),
        Algorithm::Es512 => ecdsa(&KEYS.p521).as_ref().to_vec(),
        Algorithm::EdDsa => KEYS.ed25519.sign(message).as_ref().to_vec(),
        Algorithm::Hs256 => mac(hmac::HMAC_SHA256),
        Algorithm::Hs384 => mac(hmac::HMAC_SHA384),
        Algorithm::Hs512 => mac(hmac::HMAC_SHA512),
    }
}

fn rsa_signed(padding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; KEYS.rsa.public_modulus_len()];
    let random = SystemRandom::new();
    KEYS.rsa
        .sign(padding, &random, message, &mut signature)
        .unwrap();
    signature
}

/// An ES256 signature as certificates have it, not as tokens do.
pub(crate) fn es256_der(message: &[u8]) -> Vec<u8> {
    let algorithm: &'static EcdsaSigningAlgorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let pkcs8 = KEYS.p256.to_pkcs8v1().unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).unwrap();
    pair.sign(&SystemRandom::new(), message)
        .unwrap()
        .as_ref()
        .to_vec()
}

pub(crate) fn kid(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Es256 => "p256",
        Algorithm::Es384 => "p384",
        Algorithm::Es512 => "p521",
        Algorithm::EdDsa => "ed",
        Algorithm::Hs256 => "hs256",
        Algorithm::Hs384 => "hs384",
        Algorithm::Hs512 => "hs512",
        _ => "rsa",
    }
}

/// A token of exactly that header and those claims, signed with that algorithm's key.
pub(crate) fn raw(header: &str, claims: &str, algorithm: Algorithm) -> String {
    let signed = format!("{}.{}", b64(header), b64(claims));
    let signature = b64(sign(algorithm, signed.as_bytes()));
    format!("{signed}.{signature}")
}

pub(crate) fn header(algorithm: Algorithm) -> Value {
    json!({"alg": algorithm.name(), "kid": kid(algorithm)})
}

pub(crate) fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "api", "sub": "alice", "iat": NOW, "exp": NOW + 300})
}

/// A good token.
pub(crate) fn good(algorithm: Algorithm) -> String {
    raw(
        &header(algorithm).to_string(),
        &claims().to_string(),
        algorithm,
    )
}

/// A token with one claim changed; null takes it away.
pub(crate) fn with_claim(name: &str, value: Value) -> String {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    raw(
        &header(Algorithm::Es256).to_string(),
        &claims.to_string(),
        Algorithm::Es256,
    )
}

/// A token with a member of the header changed.
pub(crate) fn with_header(name: &str, value: Value) -> String {
    let mut header = header(Algorithm::Es256);
    header[name] = value;
    raw(&header.to_string(), &claims().to_string(), Algorithm::Es256)
}

pub(crate) fn policy() -> TokenPolicy {
    TokenPolicy::new(ISSUER, "api")
}

pub(crate) fn check(token: impl AsRef<[u8]>) -> Result<Verified, TokenError> {
    verify(token.as_ref(), &SET, &policy(), NOW)
}

/// Why it is refused, by its stable name.
#[track_caller]
pub(crate) fn refused(token: impl AsRef<[u8]>) -> &'static str {
    match check(token) {
        Ok(_) => panic!("was accepted"),
        Err(why) => why.code(),
    }
}
