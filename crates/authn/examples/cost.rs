//! What a token costs, with the cryptography alone beside it: `cargo run --release -p
//! palisade-authn --example cost`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "an example that measures and prints"
)]

use std::{hint::black_box, time::Instant};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_SHA256,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use palisade_authn::{
    Algorithm, Hmac, KeySet, Minter, MintingKey, TokenCache, TokenDigest, TokenPolicy, verify,
};
use serde_json::json;

const NOW: i64 = 1_700_000_000;

fn main() {
    let random = SystemRandom::new();
    let rsa = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let ed = Ed25519KeyPair::generate().unwrap();
    let secret = [7; 32];

    let der = rsa.public_key().as_ref();
    let (x, y) = ec.public_key().as_ref()[1..].split_at(32);
    let published = json!({"keys": [
        {"kty": "RSA", "kid": "RS256", "n": b64(&der[9..der.len() - 5]), "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "kid": "ES256", "x": b64(x), "y": b64(y)},
        {"kty": "OKP", "crv": "Ed25519", "kid": "EdDSA", "x": b64(ed.public_key().as_ref())},
    ]});
    let (mut keys, _) = KeySet::from_json(published.to_string().as_bytes());
    keys.add_secret(Some("HS256"), Hmac::Hs256, &secret)
        .unwrap();
    let mut policy = TokenPolicy::new("https://idp.example", "api");
    policy.algorithms = Algorithm::ALL.to_vec();

    let rs256 = token("RS256", |message| {
        let mut signature = vec![0; 256];
        rsa.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .unwrap();
        signature
    });
    let es256 = token("ES256", |message| {
        ec.sign(&random, message).unwrap().as_ref().to_vec()
    });
    let eddsa = token("EdDSA", |message| ed.sign(message).as_ref().to_vec());
    let hs256 = token("HS256", |message| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        hmac::sign(&key, message).as_ref().to_vec()
    });

    let rsa_key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).unwrap();
    let ec_key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, ec.public_key().as_ref()).unwrap();
    let ed_key = ParsedPublicKey::new(&ED25519, ed.public_key().as_ref()).unwrap();
    for (name, token, key) in [
        ("RS256", &rs256, Some(rsa_key)),
        ("ES256", &es256, Some(ec_key)),
        ("EdDSA", &eddsa, Some(ed_key)),
        ("HS256", &hs256, None),
    ] {
        if let Some(key) = key {
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            measure(&format!("{name}: the signature alone"), 3000, || {
                key.verify_sig(signed.as_bytes(), &signature).unwrap();
            });
        }
        measure(
            &format!("{name}: the token, {} bytes", token.len()),
            3000,
            || {
                black_box(verify(token.as_bytes(), &keys, &policy, NOW).unwrap());
            },
        );
    }

    let mut cache = TokenCache::new(20_000, 3600);
    for n in 0..10_000_u32 {
        let miss = cache
            .get(TokenDigest::new(1, &n.to_be_bytes()), NOW)
            .unwrap_err();
        cache.insert(
            miss,
            verify(hs256.as_bytes(), &keys, &policy, NOW).unwrap(),
            NOW,
        );
    }
    let miss = cache
        .get(TokenDigest::new(0, rs256.as_bytes()), NOW)
        .unwrap_err();
    cache.insert(
        miss,
        verify(rs256.as_bytes(), &keys, &policy, NOW).unwrap(),
        NOW,
    );
    measure("RS256: seen before, among 10,000", 200_000, || {
        black_box(
            cache
                .get(TokenDigest::new(0, rs256.as_bytes()), NOW)
                .unwrap(),
        );
    });

    let caller = verify(rs256.as_bytes(), &keys, &policy, NOW)
        .unwrap()
        .principal;
    for key in [
        MintingKey::ed25519(&[1; 32]).unwrap(),
        MintingKey::p256(&[1; 32]).unwrap(),
    ] {
        let name = format!("{}: a token for the function", key.algorithm().name());
        let minter = Minter::new("https://gateway.example", 60, vec!["email".to_owned()], key);
        measure(&name, 3000, || {
            black_box(minter.mint(&caller, "orders", NOW).unwrap());
        });
    }
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn token(algorithm: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let header = json!({"alg": algorithm, "kid": algorithm, "typ": "at+jwt"});
    let claims = json!({
        "iss": "https://idp.example", "aud": "api", "sub": "2f1c8a4e-5c0e-4a53-9f54-0d3c2b1a0f9e",
        "iat": NOW, "exp": NOW + 3600, "jti": "a7c3f1", "client_id": "web", "scope": "read write",
        "email": "alice@example.com", "realm_access": {"roles": ["admin", "user"]},
    });
    let signed = format!(
        "{}.{}",
        b64(header.to_string().as_bytes()),
        b64(claims.to_string().as_bytes())
    );
    format!("{signed}.{}", b64(&sign(signed.as_bytes())))
}

/// The best of five rounds, which is the one that other programs disturbed least.
fn measure(name: &str, times: u32, mut work: impl FnMut()) {
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..times {
                work();
            }
            start.elapsed() / times
        })
        .min()
        .unwrap();
    println!("{name:<40} {:>8.2} us", best.as_secs_f64() * 1e6);
}
