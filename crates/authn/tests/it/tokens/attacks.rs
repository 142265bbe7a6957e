//! The checklist of RFC 8725 and what else has broken readers of tokens, each as its own test.
//! Nearly all of these tokens carry a signature that holds: it is not what stops them.

use aws_lc_rs::hmac;
use palisade_authn::{
    Algorithm, Binding, Hmac, IssuerKeys, Jws, KeySet, MAX_TOKEN, Refresh, TokenCache, TokenDigest,
    TokenError, TokenPolicy, verify,
};
use serde_json::{Value, json};

use super::signing::*;

#[test]
fn good_tokens_of_every_algorithm_are_accepted() {
    let mut policy = policy();
    policy.algorithms = Algorithm::ALL.to_vec();
    for algorithm in Algorithm::ALL {
        let token = good(algorithm);
        let verified = verify(token.as_bytes(), &SET_WITH_SECRETS, &policy, NOW).unwrap();
        assert_eq!(verified.principal.id, "alice", "{algorithm:?}");
        assert_eq!(verified.until, NOW + 330);
    }
}

/// RFC 8725, 2.1: `none`, as several libraries took it.
#[test]
fn none_in_every_spelling() {
    for spelling in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        " none",
        "nonE\u{a0}",
    ] {
        for signature in ["", "AA", &b64([0; 64])] {
            let header = json!({"alg": spelling, "kid": "p256"}).to_string();
            let token = format!("{}.{}.{signature}", b64(header), b64(claims().to_string()));
            let code = refused(&token);
            assert!(
                code == "token-unsigned" || code == "token-unknown-algorithm",
                "{spelling}: {code}"
            );
        }
    }
    let no_kid = format!(
        "{}.{}.",
        b64(r#"{"alg":"none"}"#),
        b64(claims().to_string())
    );
    assert_eq!(refused(no_kid), "token-unsigned");
}

/// A missing, empty or strange `alg` is not a way around it either.
#[test]
fn algorithms_that_are_none() {
    for (alg, code) in [
        (json!(null), "token-header-invalid"),
        (json!(""), "token-header-invalid"),
        (json!(["ES256"]), "token-header-invalid"),
        (json!(0), "token-header-invalid"),
        (json!(false), "token-header-invalid"),
        (json!({}), "token-header-invalid"),
        (json!("es256"), "token-unknown-algorithm"),
        (json!("ES256 "), "token-unknown-algorithm"),
        (json!("ES256K"), "token-unknown-algorithm"),
        (json!("RS1"), "token-unknown-algorithm"),
        (json!("dir"), "token-unknown-algorithm"),
        (json!("ES256\u{0}"), "token-header-invalid"),
    ] {
        assert_eq!(refused(with_header("alg", alg.clone())), code, "{alg}");
    }
    let header = r#"{"kid":"p256"}"#;
    let token = raw(header, &claims().to_string(), Algorithm::Es256);
    assert_eq!(refused(token), "token-header-invalid");
}

/// RFC 8725, 2.1: the public key as the secret of an HMAC, in every form that it is published in,
/// even where the policy lets both kinds of algorithms in.
#[test]
fn a_public_key_is_never_a_secret() {
    let mut policy = policy();
    policy.algorithms = Algorithm::ALL.to_vec();
    let modulus = rsa_modulus();
    let jwk = rsa_jwk();
    let secrets = [
        modulus.clone(),
        b64(&modulus).into_bytes(),
        jwk.to_string().into_bytes(),
        published().to_string().into_bytes(),
        b"AQAB".to_vec(),
        Vec::new(),
    ];
    for secret in secrets {
        for kid in ["rsa", "p256", "ed", "hs256"] {
            let header = json!({"alg": "HS256", "kid": kid}).to_string();
            let signed = format!("{}.{}", b64(header), b64(claims().to_string()));
            let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            let token = format!("{signed}.{}", b64(hmac::sign(&key, signed.as_bytes())));
            let code = |keys: &KeySet| verify(token.as_bytes(), keys, &policy, NOW).unwrap_err();
            assert_eq!(code(&SET), TokenError::UnknownKey);
            let with_secrets = code(&SET_WITH_SECRETS);
            assert!(
                [TokenError::UnknownKey, TokenError::Signature].contains(&with_secrets),
                "{with_secrets}"
            );
        }
    }
}

/// RFC 8725, 3.1: the algorithm comes from the configuration.
#[test]
fn an_algorithm_that_the_issuer_may_not_use() {
    let mut policy = policy();
    policy.algorithms = vec![Algorithm::Rs256];
    for algorithm in Algorithm::ALL {
        let token = good(algorithm);
        let outcome = verify(token.as_bytes(), &SET_WITH_SECRETS, &policy, NOW);
        match algorithm {
            Algorithm::Rs256 => assert!(outcome.is_ok()),
            _ => assert_eq!(outcome.unwrap_err(), TokenError::AlgorithmNotAllowed),
        }
    }
}

/// A key is for one algorithm where its issuer says so (RFC 7517, 4.4), and never for another kind.
#[test]
fn a_key_of_another_algorithm() {
    let mut key = rsa_jwk();
    key["alg"] = json!("RS256");
    let (set, problems) = KeySet::from_json(json!({"keys": [key]}).to_string().as_bytes());
    assert_eq!(problems, []);
    let mut policy = policy();
    policy.algorithms = Algorithm::ALL.to_vec();
    for (algorithm, fits) in [(Algorithm::Rs256, true), (Algorithm::Ps256, false)] {
        let outcome = verify(good(algorithm).as_bytes(), &set, &policy, NOW);
        assert_eq!(outcome.is_ok(), fits, "{algorithm:?}");
    }
    // What one algorithm signed under the name of another.
    for alg in ["RS384", "RS512", "PS256", "PS384", "PS512"] {
        let header = json!({"alg": alg, "kid": "rsa"}).to_string();
        let token = raw(&header, &claims().to_string(), Algorithm::Rs256);
        let why = verify(token.as_bytes(), &SET, &policy, NOW).unwrap_err();
        assert_eq!(why, TokenError::Signature, "{alg}");
    }
}

/// RFC 8725, 2.9 and 3.10: keys that the token brings or points to. The signature holds.
#[test]
fn keys_that_the_token_brings_along() {
    let key = published()["keys"][1].clone();
    for (name, value) in [
        ("jwk", key),
        ("jwk", json!(null)),
        ("jku", json!("https://evil.example/keys")),
        ("jku", json!("file:///etc/passwd")),
        ("x5u", json!("http://169.254.169.254/latest/meta-data/")),
        ("x5c", json!(["MIIB"])),
        ("x5c", json!([])),
    ] {
        let why = check(with_header(name, value)).unwrap_err();
        assert_eq!(why, TokenError::HeaderRefused(name), "{name}");
    }
}

/// RFC 7515, 4.1.11; RFC 7797; RFC 7516: extensions, payloads that are not encoded, compression.
#[test]
fn extensions_of_the_header() {
    for (name, value) in [
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!(null)),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A128GCM")),
    ] {
        let why = check(with_header(name, value)).unwrap_err();
        assert_eq!(why, TokenError::HeaderRefused(name), "{name}");
    }
}

/// Names in the header that say nothing of how to verify are none of our business.
#[test]
fn other_names_in_the_header_are_ignored() {
    for (name, value) in [
        ("x5t", json!("abc")),
        ("cty", json!("JWT")),
        ("foo", json!({"a": 1})),
    ] {
        assert!(check(with_header(name, value)).is_ok(), "{name}");
    }
}

/// The id of a key is a name that is looked for, never a path, a query or a command.
#[test]
fn ids_that_are_meant_for_something_else() {
    for kid in [
        "../../../../dev/null",
        "/proc/sys/kernel/randomize_va_space",
        "x' UNION SELECT 'secret' --",
        "p256; sleep 10",
        "$(id)",
        "https://evil.example/key",
        "P256",
        "p256 ",
        "%70256",
    ] {
        assert_eq!(
            refused(with_header("kid", json!(kid))),
            "token-key-unknown",
            "{kid}"
        );
    }
    for kid in [
        json!(""),
        json!(null),
        json!(0),
        json!(["p256"]),
        json!({"kid": "p256"}),
        json!("p256\u{0}"),
        json!("p256\r\nx: y"),
        json!("\u{1b}[2J"),
        json!("k".repeat(257)),
    ] {
        assert_eq!(
            refused(with_header("kid", kid.clone())),
            "token-header-invalid",
            "{kid}"
        );
    }
    let huge = with_header("kid", json!("k".repeat(5000)));
    assert_eq!(refused(huge), "token-too-large");
}

/// Without an id, the key must be plain from the algorithm.
#[test]
fn tokens_without_an_id() {
    let mut policy = policy();
    policy.algorithms = vec![Algorithm::Es256, Algorithm::Rs256];
    let token = raw(
        r#"{"alg":"ES256"}"#,
        &claims().to_string(),
        Algorithm::Es256,
    );
    assert!(check(&token).is_ok());
    let mut twice = published();
    let mut other = twice["keys"][1].clone();
    other["kid"] = json!("other");
    twice["keys"].as_array_mut().unwrap().push(other);
    let (set, _) = KeySet::from_json(twice.to_string().as_bytes());
    let why = verify(token.as_bytes(), &set, &policy, NOW).unwrap_err();
    assert_eq!(why, TokenError::AmbiguousKey);
}

/// RFC 8725, 2.4: two members of one name, plain and with an escape, in header and claims.
#[test]
fn members_that_stand_twice() {
    let good_header = header(Algorithm::Es256).to_string();
    let good_claims = claims().to_string();
    for header in [
        r#"{"alg":"none","alg":"ES256","kid":"p256"}"#,
        r#"{"alg":"ES256","kid":"p256","\u0061lg":"none"}"#,
        r#"{"alg":"ES256","kid":"rsa","kid":"p256"}"#,
        r#"{"alg":"ES256","kid":"p256","x":{"y":1,"y":2}}"#,
    ] {
        let token = raw(header, &good_claims, Algorithm::Es256);
        assert_eq!(refused(token), "token-duplicate-member", "{header}");
    }
    for more in [
        r#""sub":"admin""#,
        r#""\u0073ub":"admin""#,
        r#""x":{"a":1,"a":2}"#,
        r#""x":[[{"a":1,"a":1}]]"#,
    ] {
        let claims = good_claims.replacen('{', &format!("{{{more},"), 1);
        let token = raw(&good_header, &claims, Algorithm::Es256);
        assert_eq!(refused(token), "token-duplicate-member", "{more}");
    }
}

#[test]
fn json_that_is_not_plain() {
    let good_header = header(Algorithm::Es256).to_string();
    let good_claims = claims().to_string();
    let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
    let wrap = |inner: &str| good_claims.replacen('{', &format!("{{\"x\":{inner},"), 1);
    for (claims, code) in [
        (String::new(), "token-json"),
        ("null".into(), "token-json"),
        ("[]".into(), "token-json"),
        ("\"text\"".into(), "token-json"),
        (format!("[{good_claims}]"), "token-json"),
        (format!("{good_claims}{good_claims}"), "token-json"),
        (format!("{good_claims}x"), "token-json"),
        (format!("\u{feff}{good_claims}"), "token-json"),
        (good_claims.replace('}', ",}"), "token-json"),
        (good_claims.replace('"', "'"), "token-json"),
        (wrap("NaN"), "token-json"),
        (wrap("Infinity"), "token-json"),
        (wrap("1e999"), "token-json"),
        (wrap("01"), "token-json"),
        (wrap("\"\\ud800\""), "token-json"),
        (wrap("\"a\nb\""), "token-json"),
        (wrap("1/* */"), "token-json"),
        (wrap(&deep(16)), "token-too-deep"),
        (wrap(&deep(200)), "token-too-deep"),
    ] {
        let token = raw(&good_header, &claims, Algorithm::Es256);
        assert_eq!(refused(token), code, "{claims}");
    }
    assert!(check(raw(&good_header, &wrap(&deep(15)), Algorithm::Es256)).is_ok());
    let token = raw(&wrap_header(&deep(9)), &good_claims, Algorithm::Es256);
    assert_eq!(refused(token), "token-too-deep");
    // Not UTF-8.
    let bytes = [
        good_claims.replacen('{', "{\"x\":\"", 1).as_bytes(),
        b"\xff\"}",
    ]
    .concat();
    let token = format!("{}.{}.AA", b64(&good_header), b64(bytes));
    assert_eq!(refused(token), "token-json");
}

fn wrap_header(inner: &str) -> String {
    header(Algorithm::Es256)
        .to_string()
        .replacen('{', &format!("{{\"x\":{inner},"), 1)
}

/// RFC 8725, 2.2 and RFC 7516: a token of five parts is encrypted; with a public key anybody can.
#[test]
fn encrypted_tokens() {
    let header = b64(r#"{"alg":"RSA-OAEP","enc":"A128GCM","kid":"rsa"}"#);
    assert_eq!(refused(format!("{header}.AA.AA.AA.AA")), "token-encrypted");
    assert_eq!(refused("...."), "token-encrypted");
    let three = format!("{header}.{}.AA", b64(claims().to_string()));
    assert_eq!(refused(three), "token-header-refused");
}

#[test]
fn forms_that_are_no_compact_token() {
    let token = good(Algorithm::Es256);
    let parts: Vec<&str> = token.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    for (token, code) in [
        (String::new(), "token-malformed"),
        (".".into(), "token-malformed"),
        ("..".into(), "token-json"),
        (header.into(), "token-malformed"),
        (format!("{header}.{claims}"), "token-malformed"),
        (format!("{token}."), "token-malformed"),
        (format!("{token}.AA"), "token-malformed"),
        (format!(".{token}"), "token-malformed"),
        (format!("{token}.AA.AA.AA"), "token-malformed"),
        (format!(".{claims}.{signature}"), "token-json"),
        (format!("{header}..{signature}"), "token-json"),
        (format!("{header}.{claims}."), "token-signature"),
        // The JSON forms of RFC 7515, 7.2.
        (
            format!(r#"{{"protected":"{header}","payload":"{claims}","signature":"{signature}"}}"#),
            "token-malformed",
        ),
        (format!("Bearer {token}"), "token-encoding"),
    ] {
        assert_eq!(refused(&token), code, "{token}");
    }
}

/// Base64url has one spelling for each content: no padding, no white space, no stray bits, no
/// letters of other alphabets (RFC 7515, 2; RFC 4648, 3.5).
#[test]
fn other_spellings_of_base64() {
    let claims = claims().to_string();
    let spaced = |fill: usize| format!("{claims}{}", " ".repeat(fill));
    for part in 0..3 {
        for fill in 0..3 {
            let header = header(Algorithm::Es256).to_string();
            let token = raw(&header, &spaced(fill), Algorithm::Es256);
            assert!(check(&token).is_ok());
            for end in [
                "=", "==", " ", "\n", "\r\n", "\t", "\0", "%3D", "!", "é", "+", "/",
            ] {
                let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
                parts[part].push_str(end);
                let joined = parts.join(".");
                assert!(check(&joined).is_err(), "{part} {end:?}");
                parts[part].insert_str(3, end);
                assert!(check(parts.join(".")).is_err(), "{part} {end:?}");
            }
        }
    }
    // Stray bits: the last letter of a group of two or three has bits that say nothing.
    let header = header(Algorithm::Es256).to_string();
    for fill in 1..3 {
        let token = raw(&header, &spaced(fill), Algorithm::Es256);
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        if parts[1].len().is_multiple_of(4) {
            continue;
        }
        let last = parts[1].pop().unwrap();
        let stray = char::from_u32(u32::from(last) + 1).unwrap();
        parts[1].push(stray);
        let signed = format!("{}.{}", parts[0], parts[1]);
        let token = format!(
            "{signed}.{}",
            b64(sign(Algorithm::Es256, signed.as_bytes()))
        );
        assert_eq!(refused(token), "token-encoding");
    }
    // The alphabet with + and /.
    let header = b64(header);
    let token = format!("{header}.{}.+/+/", b64(&claims));
    assert_eq!(refused(token), "token-encoding");
}

#[test]
fn sizes_are_bounded() {
    let fits = with_claim("x", json!("a".repeat(11_000)));
    assert!(fits.len() < MAX_TOKEN && check(&fits).is_ok());
    let long = with_claim("x", json!("a".repeat(13_000)));
    assert!(long.len() > MAX_TOKEN);
    assert_eq!(refused(long), "token-too-large");
    assert_eq!(refused("a".repeat(10_000_000)), "token-too-large");
    assert_eq!(refused(".".repeat(MAX_TOKEN)), "token-malformed");
    // A signature longer than any key's.
    let signed = format!(
        "{}.{}",
        b64(header(Algorithm::Rs256).to_string()),
        b64(claims().to_string())
    );
    let token = format!("{signed}.{}", "A".repeat(8000));
    assert_eq!(refused(token), "token-signature");
}

/// CVE-2022-21449 and its kin: numbers that make the equation of ECDSA hold for anything, and
/// forms of signatures that are not the token's (RFC 7518, 3.4).
#[test]
fn signatures_of_ecdsa_that_are_none() {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];
    let signed = format!(
        "{}.{}",
        b64(header(Algorithm::Es256).to_string()),
        b64(claims().to_string())
    );
    let small = |last| {
        let mut number = [0; 32];
        number[31] = last;
        number
    };
    let mut before = ORDER;
    before[31] -= 1;
    let numbers = [small(0), small(1), before, ORDER, [0xff; 32]];
    for r in numbers {
        for s in numbers {
            let token = format!("{signed}.{}", b64([r, s].concat()));
            assert_eq!(refused(token), "token-signature");
        }
    }
    let real = sign(Algorithm::Es256, signed.as_bytes());
    let (r, s) = real.split_at(32);
    let zero: &[u8] = &[0];
    for other in [
        es256_der(signed.as_bytes()),
        real[..63].to_vec(),
        [r, s, zero].concat(),
        [zero, r, s].concat(),
        [zero, r, zero, s].concat(),
        [s, r].concat(),
        [r, s, r, s].concat(),
        Vec::new(),
    ] {
        assert_eq!(
            refused(format!("{signed}.{}", b64(other))),
            "token-signature"
        );
    }
}

#[test]
fn signatures_of_other_kinds_of_the_wrong_length() {
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa] {
        let signed = format!(
            "{}.{}",
            b64(header(algorithm).to_string()),
            b64(claims().to_string())
        );
        let real = sign(algorithm, signed.as_bytes());
        let zero: &[u8] = &[0];
        for other in [
            real[1..].to_vec(),
            real[..real.len() - 1].to_vec(),
            [zero, &real].concat(),
            [&real, zero].concat(),
            vec![0; real.len()],
            vec![0xff; real.len()],
            Vec::new(),
        ] {
            assert_eq!(
                refused(format!("{signed}.{}", b64(other))),
                "token-signature"
            );
        }
    }
}

/// A shortened or longer HMAC is none (RFC 2104 would allow it, RFC 7518 does not).
#[test]
fn signatures_of_hmac_that_are_cut() {
    let mut policy = policy();
    policy.algorithms = vec![Algorithm::Hs256];
    let token = good(Algorithm::Hs256);
    assert!(verify(token.as_bytes(), &SET_WITH_SECRETS, &policy, NOW).is_ok());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let real = sign(Algorithm::Hs256, signed.as_bytes());
    for length in 0..32 {
        let token = format!("{signed}.{}", b64(&real[..length]));
        let why = verify(token.as_bytes(), &SET_WITH_SECRETS, &policy, NOW).unwrap_err();
        assert_eq!(why, TokenError::Signature);
    }
}

/// RFC 7518, 3.2 and RFC 8725, 3.5: secrets that can be guessed.
#[test]
fn weak_secrets() {
    let mut set = KeySet::default();
    for (algorithm, least) in [(Hmac::Hs256, 32), (Hmac::Hs384, 48), (Hmac::Hs512, 64)] {
        for length in [0, 1, least - 1] {
            let code = set
                .add_secret(None, algorithm, &vec![1; length])
                .unwrap_err()
                .code();
            assert_eq!(code, "key-weak");
        }
        assert!(set.add_secret(None, algorithm, &vec![1; least]).is_ok());
    }
}

/// RFC 8725, 3.11: a token of another purpose is not one for access.
#[test]
fn types_of_other_purposes() {
    for typ in [
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "id_token",
        "application/dpop+jwt",
        "JOSE",
    ] {
        assert_eq!(
            refused(with_header("typ", json!(typ))),
            "token-type-not-allowed",
            "{typ}"
        );
    }
    for typ in [
        "JWT",
        "jwt",
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/JWT",
    ] {
        assert!(check(with_header("typ", json!(typ))).is_ok(), "{typ}");
    }
    for typ in [json!(null), json!(1), json!(["JWT"]), json!("")] {
        assert_eq!(refused(with_header("typ", typ)), "token-header-invalid");
    }
    let mut policy = policy();
    policy.types = vec!["at+jwt".into()];
    let outcome = |token: String| verify(token.as_bytes(), &SET, &policy, NOW);
    assert!(outcome(with_header("typ", json!("application/at+JWT"))).is_ok());
    for other in [with_header("typ", json!("JWT")), good(Algorithm::Es256)] {
        assert_eq!(outcome(other).unwrap_err(), TokenError::TypeNotAllowed);
    }
}

/// A token of one issuer, signed with its key, that says it is another's (RFC 8725, 3.8).
#[test]
fn a_key_of_one_issuer_for_another() {
    for iss in [
        "https://idp.example/",
        "https://IDP.example",
        "https://idp.example.evil",
        "",
    ] {
        assert_eq!(refused(with_claim("iss", json!(iss))), "token-issuer");
    }
    for iss in [json!([ISSUER]), json!(1), json!({})] {
        assert_eq!(refused(with_claim("iss", iss)), "token-claim-invalid");
    }
    assert_eq!(
        refused(with_claim("iss", Value::Null)),
        "token-claim-missing"
    );
}

/// RFC 8705, 3 and RFC 9449, 7.2: a token that is bound to a key is not anybody's bearer token.
#[test]
fn tokens_that_are_bound_to_a_key() {
    let hash = "A".repeat(43);
    let with = |binding, cnf: Option<&Value>| {
        let token = match cnf {
            Some(cnf) => with_claim("cnf", cnf.clone()),
            None => good(Algorithm::Es256),
        };
        let policy = TokenPolicy {
            binding,
            ..policy()
        };
        let verified = verify(token.as_bytes(), &SET, &policy, NOW);
        verified.err().map(|why| why.code())
    };
    let certificate = json!({ "x5t#S256": hash });
    let refused = Some("token-claim-refused");
    assert_eq!(with(Binding::Refused, Some(&certificate)), refused);
    assert_eq!(with(Binding::Certificate, Some(&certificate)), None);
    assert_eq!(with(Binding::Certificate, None), None);
    assert_eq!(with(Binding::Required, Some(&certificate)), None);
    assert_eq!(with(Binding::Required, None), Some("token-claim-missing"));
    for cnf in [
        json!({"x5t#S256": "abc"}),
        json!({ "jkt": hash }),
        json!({ "x5t#S256": hash, "jkt": hash }),
        json!({"x5t#S256": null}),
        json!({}),
        json!("x"),
    ] {
        for binding in [Binding::Refused, Binding::Certificate, Binding::Required] {
            assert_eq!(with(binding, Some(&cnf)), refused, "{cnf}");
        }
    }
}

/// Nothing of what a stranger sent is in what an operator reads.
#[test]
fn errors_do_not_repeat_the_token() {
    let marked = "s3cr3t-marker";
    for token in [
        with_header("kid", json!(marked)),
        with_header("alg", json!(marked)),
        with_header("typ", json!(marked)),
        with_header(marked, json!("x")).replace('.', ""),
        with_claim("iss", json!(marked)),
        with_claim("aud", json!(marked)),
        with_claim("exp", json!(marked)),
        with_claim("scope", json!([1, marked])),
    ] {
        let why = check(&token).unwrap_err();
        assert!(!format!("{why} {why:?} {}", why.code()).contains(marked));
    }
    let token = with_header("kid", json!(marked));
    assert!(!format!("{:?}", Jws::parse(token.as_bytes()).unwrap()).contains(marked));
    let mut keys = IssuerKeys::new(Refresh::default());
    let decision = keys.decide(Some(marked), Algorithm::Es256, NOW);
    assert!(!format!("{keys:?} {decision:?}").contains(marked));
    let verified = check(with_claim("x", json!(marked))).unwrap();
    assert!(!format!("{verified:?}").contains(marked));
    let mut cache = TokenCache::new(10, 600);
    let miss = cache.get(TokenDigest::new(0, b"x"), NOW).unwrap_err();
    cache.insert(miss, verified, NOW);
    assert!(cache.len() == 1 && !format!("{cache:?}").contains(marked));
}
