//! What the policy asks of claims.

use palisade_authn::{
    Algorithm, Audience, ClaimPath, Expiry, Jwt, RequiredClaim, TokenError, TokenPolicy, verify,
};
use serde_json::{Value, json};

use super::signing::*;

fn with(change: impl FnOnce(&mut TokenPolicy), token: &str) -> Result<(), TokenError> {
    let mut policy = policy();
    change(&mut policy);
    verify(token.as_bytes(), &SET, &policy, NOW).map(|_| ())
}

#[test]
fn times_are_numbers_in_range() {
    for name in ["exp", "nbf", "iat"] {
        for value in [
            json!("1700000100"),
            json!(true),
            json!([NOW + 100]),
            json!({}),
            json!(-1),
            json!(-0.5),
            json!(253_402_300_800_i64),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(1e300),
            json!(-1e300),
        ] {
            let code = refused(with_claim(name, value.clone()));
            assert_eq!(code, "token-claim-invalid", "{name}: {value}");
        }
        let null = claims()
            .to_string()
            .replacen('{', &format!("{{\"{name}\":null,"), 1);
        let null = null.replace(&format!("\"{name}\":{}", NOW + 300), "\"x\":1");
        let null = null.replace(&format!("\"{name}\":{NOW}"), "\"x\":1");
        let token = raw(
            &header(Algorithm::Es256).to_string(),
            &null,
            Algorithm::Es256,
        );
        assert_eq!(refused(token), "token-claim-invalid", "{name}");
    }
}

#[test]
fn times_count_with_skew() {
    // The policy's skew is 30 seconds.
    for (name, value, code) in [
        ("exp", json!(NOW - 29), None),
        ("exp", json!(NOW - 30), Some("token-expired")),
        ("exp", json!(0), Some("token-expired")),
        ("exp", json!(NOW as f64 - 29.0), None),
        ("exp", json!(NOW as f64 - 29.5), Some("token-expired")),
        ("exp", json!(NOW as f64 + 0.5), None),
        ("nbf", json!(NOW + 30), None),
        ("nbf", json!(NOW + 31), Some("token-not-yet-valid")),
        ("nbf", json!(NOW as f64 + 30.5), Some("token-not-yet-valid")),
        ("iat", json!(NOW + 30), None),
        ("iat", json!(NOW + 31), Some("token-issued-in-future")),
        ("iat", Value::Null, None),
        ("exp", Value::Null, Some("token-claim-missing")),
    ] {
        let outcome = check(with_claim(name, value.clone()));
        assert_eq!(outcome.err().map(|why| why.code()), code, "{name}: {value}");
    }
}

#[test]
fn lifetimes() {
    let limit = |seconds| move |policy: &mut TokenPolicy| policy.max_lifetime = Some(seconds);
    let token = good(Algorithm::Es256);
    assert_eq!(with(limit(300), &token), Ok(()));
    assert_eq!(with(limit(299), &token), Err(TokenError::LifetimeTooLong));
    let token = with_claim("iat", Value::Null);
    assert_eq!(
        with(limit(300), &token),
        Err(TokenError::MissingClaim("iat".into()))
    );
    let for_ever = with_claim("exp", Value::Null);
    let optional = |policy: &mut TokenPolicy| policy.expiry = Expiry::Optional;
    assert_eq!(with(optional, &for_ever), Ok(()));
    let both = |policy: &mut TokenPolicy| {
        policy.expiry = Expiry::Optional;
        policy.max_lifetime = Some(1000);
    };
    assert_eq!(
        with(both, &for_ever),
        Err(TokenError::MissingClaim("exp".into()))
    );
}

#[test]
fn audiences() {
    for (aud, code) in [
        (json!("api"), None),
        (json!(["other", "api"]), None),
        (json!("API"), Some("token-audience")),
        (json!("api "), Some("token-audience")),
        (json!("api other"), Some("token-audience")),
        (json!(""), Some("token-audience")),
        (json!([]), Some("token-audience")),
        (json!(["api", 1]), Some("token-claim-invalid")),
        (json!([["api"]]), Some("token-claim-invalid")),
        (json!({"api": true}), Some("token-claim-invalid")),
        (json!(1), Some("token-claim-invalid")),
        (Value::Null, Some("token-claim-missing")),
    ] {
        let outcome = check(with_claim("aud", aud.clone()));
        assert_eq!(outcome.err().map(|why| why.code()), code, "{aud}");
    }
    let nobody = |policy: &mut TokenPolicy| policy.audience = Audience::Required(Vec::new());
    assert_eq!(
        with(nobody, &good(Algorithm::Es256)),
        Err(TokenError::Audience)
    );
    let stated =
        |policy: &mut TokenPolicy| policy.audience = Audience::WhenStated(vec!["api".into()]);
    assert_eq!(with(stated, &with_claim("aud", Value::Null)), Ok(()));
    assert_eq!(
        with(stated, &with_claim("aud", json!("x"))),
        Err(TokenError::Audience)
    );
}

/// Amazon Cognito's access tokens; its ID tokens name the client as audience.
#[test]
fn clients_in_place_of_audiences() {
    let policy = TokenPolicy {
        audience: Audience::Client(vec!["shop".into(), "app".into()]),
        required_claims: vec![RequiredClaim {
            claim: ClaimPath::new("token_use"),
            values: vec![json!("access")],
        }],
        ..policy()
    };
    let access = json!({"aud": null, "client_id": "shop", "token_use": "access"});
    for (change, code) in [
        (json!({}), None),
        (json!({"client_id": "app"}), None),
        (json!({"client_id": "other"}), Some("token-audience")),
        (json!({"client_id": "Shop"}), Some("token-audience")),
        (json!({"client_id": "shop app"}), Some("token-audience")),
        (json!({"client_id": ""}), Some("token-audience")),
        (json!({"client_id": ["shop"]}), Some("token-claim-invalid")),
        (
            json!({"client_id": {"shop": 1}}),
            Some("token-claim-invalid"),
        ),
        (json!({"client_id": null}), Some("token-claim-missing")),
        // The client in another's claim.
        (
            json!({"client_id": null, "azp": "shop"}),
            Some("token-claim-missing"),
        ),
        // Somebody in particular is meant, if only beside us.
        (json!({"aud": "shop"}), Some("token-claim-refused")),
        (
            json!({"aud": ["other", "shop"]}),
            Some("token-claim-refused"),
        ),
        (json!({"aud": "other"}), Some("token-claim-refused")),
        (json!({"aud": []}), Some("token-claim-refused")),
        // ID tokens, and refresh tokens if they were readable.
        (json!({"token_use": "id"}), Some("token-claim-refused")),
        (
            json!({"token_use": "id", "aud": "shop", "client_id": null}),
            Some("token-claim-refused"),
        ),
        (json!({"token_use": null}), Some("token-claim-missing")),
    ] {
        let mut said = claims();
        for from in [&access, &change] {
            for (name, value) in from.as_object().unwrap() {
                match value {
                    Value::Null => said.as_object_mut().unwrap().remove(name),
                    value => said
                        .as_object_mut()
                        .unwrap()
                        .insert(name.clone(), value.clone()),
                };
            }
        }
        let token = raw(
            &header(Algorithm::Es256).to_string(),
            &said.to_string(),
            Algorithm::Es256,
        );
        let outcome = verify(token.as_bytes(), &SET, &policy, NOW);
        assert_eq!(outcome.err().map(|why| why.code()), code, "{change}");
    }
    // And an access token is nobody's where audiences count.
    let token = raw(
        &header(Algorithm::Es256).to_string(),
        &claims().to_string().replace("\"aud\":", "\"client_id\":"),
        Algorithm::Es256,
    );
    assert_eq!(refused(token), "token-claim-missing");
}

#[test]
fn subjects() {
    for sub in [
        json!(""),
        json!(1),
        json!(["alice"]),
        json!("a\nb"),
        json!("s".repeat(1025)),
    ] {
        assert_eq!(refused(with_claim("sub", sub)), "token-claim-invalid");
    }
    assert_eq!(
        refused(with_claim("sub", Value::Null)),
        "token-claim-missing"
    );
    let client = |policy: &mut TokenPolicy| policy.subject = "client_id".into();
    assert_eq!(with(client, &with_claim("client_id", json!("c"))), Ok(()));
}

#[test]
fn scopes() {
    for (name, value, scopes) in [
        ("scope", json!("b a a"), vec!["a", "b"]),
        ("scope", json!("  a  "), vec!["a"]),
        ("scope", json!(""), vec![]),
        ("scope", json!(["b", "a"]), vec!["a", "b"]),
        ("scp", json!(["a", "b"]), vec!["a", "b"]),
        ("scp", json!("a b"), vec!["a", "b"]),
    ] {
        let verified = check(with_claim(name, value.clone())).unwrap();
        assert_eq!(verified.principal.scopes, scopes, "{value}");
    }
    for value in [json!(1), json!({"a": true}), json!(["a", 1])] {
        assert_eq!(
            refused(with_claim("scope", value.clone())),
            "token-claim-invalid"
        );
        assert_eq!(refused(with_claim("scp", value)), "token-claim-invalid");
    }
    let wants = |policy: &mut TokenPolicy| policy.required_scopes = vec!["a".into(), "b".into()];
    assert_eq!(with(wants, &with_claim("scope", json!("c b a"))), Ok(()));
    for scope in ["a", "a,b", "A B", "a\tb", "ab"] {
        let outcome = with(wants, &with_claim("scope", json!(scope)));
        assert!(
            matches!(outcome, Err(TokenError::ScopeMissing(_))),
            "{scope}"
        );
    }
}

#[test]
fn roles_are_read_where_they_are() {
    for (path, name, value, roles) in [
        (
            "realm_access.roles",
            "realm_access",
            json!({"roles": ["b", "a", "b"]}),
            vec!["a", "b"],
        ),
        (
            "cognito:groups",
            "cognito:groups",
            json!(["admin"]),
            vec!["admin"],
        ),
        (
            "https://x.example/roles",
            "https://x.example/roles",
            json!(["r"]),
            vec!["r"],
        ),
        ("role", "role", json!("one role"), vec!["one role"]),
        ("a.b.c", "a", json!({"b": 1}), vec![]),
        ("missing", "x", json!(1), vec![]),
        // A name with a dot in it is not a way around the object.
        (
            "realm_access.roles",
            "realm_access.roles",
            json!(["admin"]),
            vec![],
        ),
    ] {
        let mut policy = policy();
        policy.roles = Some(ClaimPath::new(path));
        let token = with_claim(name, value);
        let verified = verify(token.as_bytes(), &SET, &policy, NOW).unwrap();
        assert_eq!(verified.principal.roles, roles, "{path}");
    }
    let at_roles = |policy: &mut TokenPolicy| policy.roles = Some(ClaimPath::new("roles"));
    for value in [json!(1), json!([1]), json!({"admin": true})] {
        let outcome = with(at_roles, &with_claim("roles", value));
        assert_eq!(outcome, Err(TokenError::ClaimInvalid("roles".into())));
    }
}

#[test]
fn required_claims() {
    let wants = |values: Vec<Value>| {
        move |policy: &mut TokenPolicy| {
            let claim = ClaimPath::new("org.tier");
            policy.required_claims = vec![RequiredClaim { claim, values }];
        }
    };
    let gold = with_claim("org", json!({"tier": "gold"}));
    let many = with_claim("org", json!({"tier": ["silver", "gold"]}));
    let null = with_claim("org", json!({"tier": null}));
    let name = || "org.tier".to_owned();
    assert_eq!(with(wants(vec![]), &gold), Ok(()));
    assert_eq!(with(wants(vec![json!("x"), json!("gold")]), &gold), Ok(()));
    assert_eq!(with(wants(vec![json!("gold")]), &many), Ok(()));
    assert_eq!(
        with(wants(vec![json!("x")]), &gold),
        Err(TokenError::ClaimRefused(name()))
    );
    assert_eq!(
        with(wants(vec![json!(true)]), &gold),
        Err(TokenError::ClaimRefused(name()))
    );
    assert_eq!(
        with(wants(vec![]), &null),
        Err(TokenError::ClaimRefused(name()))
    );
    let none = good(Algorithm::Es256);
    assert_eq!(
        with(wants(vec![]), &none),
        Err(TokenError::MissingClaim(name()))
    );
}

#[test]
fn a_principal_has_all_that_was_said() {
    let token = with_claim("email", json!("a@example.com"));
    let principal = check(&token).unwrap().principal;
    assert_eq!(principal.issuer, ISSUER);
    assert_eq!(principal.expires, Some(NOW + 300));
    assert_eq!(principal.claims["email"], "a@example.com");
    assert_eq!(
        Jwt::parse(token.as_bytes()).unwrap().claimed_issuer(),
        Some(ISSUER)
    );
}
