//! Discovery and introspection.

use palisade_authn::{
    Audience, Discovery, DiscoveryError, Means, TokenError, introspected, introspection_form,
    well_known,
};
use serde_json::{Value, json};

use super::signing::{ISSUER, NOW, policy};

#[test]
fn where_the_document_is() {
    for (issuer, url) in [
        (
            ISSUER,
            "https://idp.example/.well-known/openid-configuration",
        ),
        (
            "https://idp.example/",
            "https://idp.example/.well-known/openid-configuration",
        ),
        (
            "https://x.example/a/b",
            "https://x.example/a/b/.well-known/openid-configuration",
        ),
        (
            "http://localhost:8080",
            "http://localhost:8080/.well-known/openid-configuration",
        ),
        (
            "http://127.0.0.1:1",
            "http://127.0.0.1:1/.well-known/openid-configuration",
        ),
        (
            "http://[::1]:1/x",
            "http://[::1]:1/x/.well-known/openid-configuration",
        ),
    ] {
        assert_eq!(well_known(issuer).as_deref(), Ok(url));
    }
    for issuer in [
        "",
        "idp.example",
        "https://",
        "https:///x",
        "https://a b",
        "https://a\r\nb",
        "https://ü",
        "https://a#b",
        "https://a?b",
        "https://u:p@a",
        "https://a\\@b",
        "https://a:x",
        "https://a:",
        "https://a:99999",
        "https://[::1",
        "https://[::1]x",
        "https://@",
    ] {
        assert_eq!(
            well_known(issuer),
            Err(DiscoveryError::Url("issuer")),
            "{issuer}"
        );
    }
    for issuer in [
        "http://idp.example",
        "HTTPS://idp.example",
        "ftp://idp.example",
        "file:///x/y",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://0.0.0.0",
    ] {
        let why = well_known(issuer).unwrap_err();
        assert!(
            matches!(why, DiscoveryError::NotSecure(_) | DiscoveryError::Url(_)),
            "{issuer}"
        );
    }
}

fn document(name: &str, value: Value) -> String {
    let mut document = json!({
        "issuer": ISSUER,
        "jwks_uri": "https://keys.example/jwks",
        "introspection_endpoint": "https://idp.example/introspect",
        "authorization_endpoint": "https://idp.example/authorize",
    });
    document[name] = value;
    document.to_string()
}

#[test]
fn documents() {
    let parse = |text: &str| Discovery::parse(text.as_bytes(), ISSUER);
    let good = parse(&document("x", json!(1))).unwrap();
    assert_eq!(good.jwks_uri, "https://keys.example/jwks");
    assert_eq!(
        good.introspection_endpoint.as_deref(),
        Some("https://idp.example/introspect")
    );
    for issuer in [
        json!("https://idp.example/"),
        json!("https://evil.example"),
        json!(null),
    ] {
        assert_eq!(
            parse(&document("issuer", issuer)),
            Err(DiscoveryError::Issuer)
        );
    }
    for uri in [json!(null), json!(1), json!("keys"), json!("https://a@b/")] {
        assert_eq!(
            parse(&document("jwks_uri", uri)),
            Err(DiscoveryError::Url("jwks_uri"))
        );
    }
    // An issuer elsewhere does not send us to this machine, nor without TLS.
    for uri in [
        "http://keys.example/jwks",
        "http://localhost/jwks",
        "http://127.0.0.1/",
    ] {
        let outcome = parse(&document("jwks_uri", json!(uri)));
        assert_eq!(outcome, Err(DiscoveryError::NotSecure("jwks_uri")));
    }
    for text in [
        "",
        "[]",
        "{",
        r#"{"issuer":"a","issuer":"https://idp.example"}"#,
    ] {
        assert_eq!(parse(text), Err(DiscoveryError::Json));
    }
    let long = document("x", json!("x".repeat(300_000)));
    assert_eq!(parse(&long), Err(DiscoveryError::TooLarge));
    let local = r#"{"issuer":"http://localhost:9","jwks_uri":"http://localhost:9/jwks"}"#;
    assert!(Discovery::parse(local.as_bytes(), "http://localhost:9").is_ok());
}

#[test]
fn questions() {
    let form = introspection_form(b"aZ09-._~+/=").unwrap();
    assert_eq!(form, "token=aZ09-._~%2B%2F%3D&token_type_hint=access_token");
    assert_eq!(introspection_form(b""), Err(TokenError::Malformed));
    for token in ["a b", "a&token=b", "a\n", "ä", "a%20"] {
        assert_eq!(
            introspection_form(token.as_bytes()),
            Err(TokenError::Encoding)
        );
    }
    assert_eq!(
        introspection_form(&[b'a'; 20_000]),
        Err(TokenError::TooLarge)
    );
}

fn answer(name: &str, value: Value) -> Vec<u8> {
    let mut answer = json!({
        "active": true, "iss": ISSUER, "aud": "api", "sub": "alice",
        "scope": "read write", "exp": NOW + 60, "client_id": "c",
    });
    if value.is_null() {
        answer.as_object_mut().unwrap().remove(name);
    } else {
        answer[name] = value;
    }
    answer.to_string().into_bytes()
}

#[test]
fn answers() {
    let verified = introspected(&answer("iss", Value::Null), &policy(), NOW).unwrap();
    let principal = verified.principal;
    assert_eq!(
        (principal.means, principal.id.as_str()),
        (Means::Token, "alice")
    );
    assert_eq!(principal.issuer, ISSUER);
    assert_eq!(principal.scopes, ["read", "write"]);
    assert_eq!((verified.key, verified.until), (None, NOW + 90));
    for (name, value, code) in [
        ("active", json!(false), "token-inactive"),
        ("active", json!("true"), "token-claim-invalid"),
        ("active", json!(1), "token-claim-invalid"),
        ("active", Value::Null, "token-claim-missing"),
        ("iss", json!("https://evil.example"), "token-issuer"),
        ("aud", json!("other"), "token-audience"),
        ("aud", Value::Null, "token-claim-missing"),
        ("exp", json!(NOW - 31), "token-expired"),
        ("exp", json!("soon"), "token-claim-invalid"),
        ("sub", Value::Null, "token-claim-missing"),
    ] {
        let why = introspected(&answer(name, value), &policy(), NOW).unwrap_err();
        assert_eq!(why.code(), code, "{name}");
    }
    let mut policy = policy();
    policy.audience = Audience::WhenStated(vec!["api".into()]);
    assert!(introspected(&answer("aud", Value::Null), &policy, NOW).is_ok());
    policy.required_scopes = vec!["admin".into()];
    let why = introspected(&answer("x", json!(1)), &policy, NOW).unwrap_err();
    assert_eq!(why, TokenError::ScopeMissing("admin".into()));
    let twice = br#"{"active":false,"active":true}"#;
    assert_eq!(
        introspected(twice, &policy, NOW).unwrap_err(),
        TokenError::DuplicateMember
    );
    let long = answer("x", json!("x".repeat(70_000)));
    assert_eq!(
        introspected(&long, &policy, NOW).unwrap_err(),
        TokenError::TooLarge
    );
}
