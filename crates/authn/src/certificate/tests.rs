//! Chains made for the test: the right one, and one that is wrong in each way.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose as Purpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, NameConstraints, RevocationReason, RevokedCertParams, SanType, SerialNumber,
    date_time_ymd,
};

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

struct Authority {
    der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 12, 1);
    params.not_after = date_time_ymd(2026, 2, 1);
    params
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn root(params: CertificateParams) -> Authority {
    let key = KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    let issuer = Issuer::new(params, key);
    Authority { der, issuer }
}

fn below(params: CertificateParams, above: &Authority) -> Authority {
    let key = KeyPair::generate().unwrap();
    let der = params
        .signed_by(&key, &above.issuer)
        .unwrap()
        .der()
        .to_vec();
    let issuer = Issuer::new(params, key);
    Authority { der, issuer }
}

/// A client's certificate with a name of every kind.
fn client() -> CertificateParams {
    let mut client = params("orders");
    let name = &mut client.distinguished_name;
    name.push(DnType::OrganizationName, "Example, Inc.");
    name.push(DnType::OrganizationalUnitName, "Night");
    client.serial_number = Some(SerialNumber::from_slice(&[0x0a, 0xbc, 0x01]));
    client.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    client.extended_key_usages = vec![Purpose::ClientAuth];
    client.subject_alt_names = vec![
        SanType::DnsName("Orders.example.com".try_into().unwrap()),
        SanType::Rfc822Name("orders@example.com".try_into().unwrap()),
        SanType::URI("https://example.com/orders".try_into().unwrap()),
        SanType::IpAddress("192.0.2.7".parse().unwrap()),
    ];
    client
}

fn trust(authority: &Authority) -> Trust {
    Trust::new([&authority.der[..]], [], Revocation::NotChecked).unwrap()
}

type Outcome = Result<Principal, CertificateError>;

fn check(chain: &[&[u8]], trust: &Trust) -> Outcome {
    verify(chain, trust, &Conditions::default(), NOW)
}

/// A client's certificate straight below an authority.
fn issued(client: CertificateParams) -> Outcome {
    let root = root(authority_params("Root"));
    let leaf = below(client, &root).der;
    check(&[&leaf], &trust(&root))
}

fn with(change: impl FnOnce(&mut CertificateParams)) -> Outcome {
    let mut client = client();
    change(&mut client);
    issued(client)
}

#[test]
fn a_chain_names_its_holder() {
    let root = root(authority_params("Root"));
    let middle = below(authority_params("Middle"), &root);
    let leaf = below(client(), &middle).der;
    let trust = trust(&root);
    let principal = check(&[&leaf, &middle.der], &trust).unwrap();
    assert_eq!(principal.means, Means::Certificate);
    assert_eq!(principal.issuer, "CN=Middle");
    assert_eq!(principal.id, "CN=orders, O=Example\\, Inc., OU=Night");
    assert_eq!(principal.expires, Some(NOW + 31 * DAY));
    let claims = Value::Object(principal.claims);
    let fingerprint = hex(&bound::fingerprint(&leaf));
    assert_eq!(
        claims,
        serde_json::json!({
            "subject": "CN=orders, O=Example\\, Inc., OU=Night",
            "issuer": "CN=Middle",
            "serial": "abc01",
            "fingerprint": fingerprint,
            "san": {
                "dns": ["Orders.example.com"],
                "email": ["orders@example.com"],
                "uri": ["https://example.com/orders"],
                "ip": ["192.0.2.7"],
            },
        })
    );
    // The root may come along; the middle may not be missing, nor be taken for an anchor.
    assert!(check(&[&leaf, &middle.der, &root.der], &trust).is_ok());
    assert_eq!(
        check(&[&leaf], &trust),
        Err(CertificateError::UnknownIssuer)
    );
    assert_eq!(
        check(&[&leaf, &root.der], &trust),
        Err(CertificateError::UnknownIssuer)
    );
}

/// RFC 8705, 3.1, with the example of its confirmation, and what is no such.
#[test]
fn what_a_token_is_bound_to() {
    let leaf = below(client(), &root(authority_params("Root"))).der;
    let hash = URL_SAFE_NO_PAD.encode(bound::fingerprint(&leaf));
    let shown = |cnf: serde_json::Value, certificate: Option<&[u8]>| {
        let mut caller = Principal::new(Means::Token, "https://idp.example", "ada");
        caller.claims.insert("cnf".to_owned(), cnf);
        is_shown(&caller, certificate)
    };
    let bound = serde_json::json!({ "x5t#S256": hash });
    assert!(shown(bound.clone(), Some(&leaf)));
    assert!(!shown(bound.clone(), Some(b"another")));
    assert!(!shown(bound, None));
    let example = serde_json::json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"});
    assert!(
        named(&example).is_none(),
        "its last letter has bits that are left over"
    );
    for cnf in [
        serde_json::json!({}),
        serde_json::json!(hash),
        serde_json::json!([{ "x5t#S256": hash }]),
        serde_json::json!({ "x5t#S256": [hash] }),
        serde_json::json!({ "x5t": hash }),
        serde_json::json!({ "jkt": hash }),
        serde_json::json!({ "x5t#S256": hash, "jkt": hash }),
        serde_json::json!({ "x5t#S256": format!("{hash}=") }),
        serde_json::json!({ "x5t#S256": hex(&bound::fingerprint(&leaf)) }),
    ] {
        assert!(!shown(cnf.clone(), Some(&leaf)), "{cnf}");
    }
    let anybody = Principal::new(Means::Token, "https://idp.example", "ada");
    assert!(is_shown(&anybody, None) && is_shown(&anybody, Some(&leaf)));
}

#[test]
fn chains_that_do_not_hold() {
    use CertificateError as E;
    let root = root(authority_params("Root"));
    let trust = trust(&root);
    let leaf = below(client(), &root).der;
    let at = |now| verify(&[&leaf], &trust, &Conditions::default(), now).map(|_| ());
    assert_eq!(at(NOW), Ok(()));
    assert_eq!(at(NOW - 32 * DAY), Err(E::NotYetValid));
    assert_eq!(at(NOW + 32 * DAY), Err(E::Expired));
    assert_eq!(at(-1), Err(E::NotYetValid));
    assert_eq!(at(i64::MAX), Err(E::Expired));
    assert_eq!(check(&[], &trust), Err(E::Missing));
    assert_eq!(check(&[&leaf[..]; 9], &trust), Err(E::TooLarge));
    assert_eq!(check(&[b"x"], &trust), Err(E::Malformed));
    let longer = [&leaf[..], b"x"].concat();
    assert_eq!(check(&[&longer], &trust), Err(E::Malformed));
    // Another authority with the same name: the key differs.
    let other = self::root(authority_params("Root"));
    let forged = below(client(), &other).der;
    assert_eq!(check(&[&forged], &trust), Err(E::Signature));
    assert_eq!(check(&[&forged, &other.der], &trust), Err(E::Signature));
    let stranger = self::root(authority_params("Stranger"));
    let strange = below(client(), &stranger).der;
    assert_eq!(check(&[&strange], &trust), Err(E::UnknownIssuer));
    // A certificate that signs itself.
    let key = KeyPair::generate().unwrap();
    let own = client().self_signed(&key).unwrap().der().to_vec();
    assert_eq!(check(&[&own], &trust), Err(E::UnknownIssuer));
    // A client that plays the authority.
    let caller = below(client(), &root);
    let under = below(client(), &caller).der;
    assert_eq!(check(&[&under, &caller.der], &trust), Err(E::Constraint));
    // The authority itself, and one below it, as callers.
    assert_eq!(check(&[&root.der], &trust), Err(E::Authority));
    let middle = below(authority_params("Middle"), &root);
    assert_eq!(check(&[&middle.der], &trust), Err(E::Authority));
    // An authority that may have none below it.
    let mut last = authority_params("Last");
    last.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let last = below(last, &root);
    let below_last = below(authority_params("Too deep"), &last);
    let deep = below(client(), &below_last).der;
    let outcome = check(&[&deep, &below_last.der, &last.der], &trust);
    assert!(
        matches!(outcome, Err(E::Constraint | E::UnknownIssuer)),
        "{outcome:?}"
    );
    // An authority in between that has expired.
    let mut expired = authority_params("Old");
    expired.not_after = date_time_ymd(2025, 12, 31);
    let expired = below(expired, &root);
    let old = below(client(), &expired).der;
    assert_eq!(check(&[&old, &expired.der], &trust), Err(E::Expired));
    // One bit anywhere.
    for index in (0..leaf.len()).step_by(7) {
        let mut changed = leaf.clone();
        changed[index] ^= 1;
        assert!(check(&[&changed], &trust).is_err(), "{index}");
    }
}

#[test]
fn what_the_certificate_is_for() {
    use CertificateError as E;
    let usage = |usages: Vec<Purpose>| with(|c| c.extended_key_usages = usages).map(|_| ());
    assert_eq!(
        usage(vec![Purpose::ServerAuth, Purpose::ClientAuth]),
        Ok(())
    );
    for not_clients in [
        vec![],
        vec![Purpose::ServerAuth],
        vec![Purpose::Any],
        vec![Purpose::CodeSigning],
    ] {
        assert_eq!(
            usage(not_clients.clone()),
            Err(E::Purpose),
            "{not_clients:?}"
        );
    }
    let key = |usages: Vec<KeyUsagePurpose>| with(|c| c.key_usages = usages).map(|_| ());
    assert_eq!(key(vec![]), Ok(()));
    assert_eq!(
        key(vec![KeyUsagePurpose::KeyEncipherment]),
        Err(E::KeyUsage)
    );
    let both = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
    ];
    assert_eq!(key(both), Err(E::KeyUsage));
}

#[test]
fn constraints_on_names() {
    use CertificateError as E;
    let constrained = |permitted: &str, excluded: &str| {
        let root = root(authority_params("Root"));
        let mut middle = authority_params("Middle");
        let subtree = |text: &str| match text {
            "" => vec![],
            text => vec![GeneralSubtree::DnsName(text.to_owned())],
        };
        middle.name_constraints = Some(NameConstraints {
            permitted_subtrees: subtree(permitted),
            excluded_subtrees: subtree(excluded),
        });
        let middle = below(middle, &root);
        let leaf = below(client(), &middle).der;
        check(&[&leaf, &middle.der], &trust(&root)).map(|_| ())
    };
    assert_eq!(constrained("example.com", ""), Ok(()));
    assert_eq!(constrained("example.org", ""), Err(E::Constraint));
    assert_eq!(constrained("", "example.com"), Err(E::Constraint));
    assert_eq!(constrained("", "example.org"), Ok(()));
}

fn list(authority: &Authority, next: (i32, u8, u8), revoked: &[&[u8]]) -> Vec<u8> {
    let revoked = revoked.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from_slice(serial),
        revocation_time: date_time_ymd(2025, 12, 15),
        reason_code: Some(RevocationReason::KeyCompromise),
        invalidity_date: None,
    });
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2025, 12, 20),
        next_update: date_time_ymd(next.0, next.1, next.2),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(&authority.issuer).unwrap().der().to_vec()
}

#[test]
fn revocation() {
    use CertificateError as E;
    let root = root(authority_params("Root"));
    let mut middle = authority_params("Middle");
    middle.serial_number = Some(SerialNumber::from_slice(&[5]));
    let middle = below(middle, &root);
    let leaf = below(client(), &middle).der;
    let serial: &[u8] = &[0x0a, 0xbc, 0x01];
    let soon = (2026, 1, 20);
    let of_middle = list(&middle, soon, &[&[9]]);
    let of_root = list(&root, soon, &[&[9]]);
    let against = |lists: &[&Vec<u8>], rule| {
        let lists = lists.iter().map(|list| &list[..]);
        let trust = Trust::new([&root.der[..]], lists, rule).unwrap();
        check(&[&leaf, &middle.der], &trust).map(|_| ())
    };
    assert_eq!(against(&[&of_middle, &of_root], Revocation::Chain), Ok(()));
    assert_eq!(against(&[&of_middle], Revocation::Leaf), Ok(()));
    assert_eq!(
        against(&[&of_middle], Revocation::Chain),
        Err(E::RevocationUnknown)
    );
    assert_eq!(
        against(&[&of_root], Revocation::Leaf),
        Err(E::RevocationUnknown)
    );
    assert_eq!(against(&[&of_root], Revocation::WhereKnown), Ok(()));
    let revoked = list(&middle, soon, &[&[9], serial]);
    for rule in [Revocation::Chain, Revocation::Leaf, Revocation::WhereKnown] {
        assert_eq!(
            against(&[&revoked, &of_root], rule),
            Err(E::Revoked),
            "{rule:?}"
        );
    }
    let revoked = list(&root, soon, &[&[5]]);
    assert_eq!(
        against(&[&of_middle, &revoked], Revocation::Chain),
        Err(E::Revoked)
    );
    assert_eq!(against(&[&of_middle, &revoked], Revocation::Leaf), Ok(()));
    // A list that is out of date proves nothing, whatever is done about what is not known.
    let old = list(&middle, (2025, 12, 31), &[]);
    for rule in [Revocation::Leaf, Revocation::WhereKnown] {
        assert_eq!(against(&[&old], rule), Err(E::RevocationList), "{rule:?}");
    }
    // A list of another authority with the same name.
    let forged = list(&self::root(authority_params("Middle")), soon, &[]);
    assert!(against(&[&forged], Revocation::Leaf).is_err());

    let trust = |anchors: &[&[u8]], lists: &[&[u8]], rule| {
        Trust::new(anchors.iter().copied(), lists.iter().copied(), rule).map(|_| ())
    };
    let (anchor, ours) = (&root.der[..], &of_root[..]);
    let none = Revocation::NotChecked;
    assert_eq!(trust(&[], &[], none), Err(TrustError::NoAnchor));
    assert_eq!(trust(&[b"x"], &[], none), Err(TrustError::Anchor));
    assert_eq!(
        trust(&[anchor], &[b"x"], Revocation::Leaf),
        Err(TrustError::List)
    );
    assert_eq!(
        trust(&[anchor], &[], Revocation::Leaf),
        Err(TrustError::Lists)
    );
    assert_eq!(trust(&[anchor], &[ours], none), Err(TrustError::Lists));
}

#[test]
fn spiffe() {
    let uris = |uris: &[&str]| {
        with(|c| {
            let uri = |text: &&str| SanType::URI((*text).try_into().unwrap());
            c.subject_alt_names = uris.iter().map(uri).collect();
        })
    };
    let principal = uris(&["spiffe://example.org/orders"]).unwrap();
    assert_eq!(principal.id, "spiffe://example.org/orders");
    assert_eq!(principal.claims["spiffe"], "spiffe://example.org/orders");
    // Other URIs are no SPIFFE IDs, and say nothing.
    let principal = uris(&["https://example.org/spiffe://a/b", "urn:a"]).unwrap();
    assert_eq!(principal.claims.get("spiffe"), None);
    for bad in [
        &["spiffe://example.org/a", "spiffe://example.org/b"][..],
        &["spiffe://example.org/a", "https://example.org/"],
        &["SPIFFE://example.org/a"],
        &["spiffe:example.org/a"],
        &["spiffe://example.org/a/../b"],
    ] {
        assert_eq!(uris(bad).unwrap_err(), CertificateError::Spiffe, "{bad:?}");
    }
}

#[test]
fn names_that_could_be_read_in_two_ways() {
    use CertificateError as E;
    let common = |text: &str| {
        with(|c| {
            c.distinguished_name = DistinguishedName::new();
            c.distinguished_name.push(DnType::CommonName, text);
        })
    };
    for (text, id) in [
        ("a, O=b", "CN=a\\, O\\=b"),
        ("a+OU=b", "CN=a\\+OU\\=b"),
        ("#a\\", "CN=\\#a\\\\"),
        (" a ", "CN=\\ a\\ "),
        ("Grüße", "CN=Grüße"),
    ] {
        assert_eq!(common(text).unwrap().id, id);
    }
    for text in ["a\0b", "a\nb", "a\u{202e}b", "a\u{200b}b", "\u{7f}"] {
        assert_eq!(common(text).unwrap_err(), E::Name, "{text:?}");
    }
    // Alternative names with a NUL or a line break (CVE-2009-2408 and its kind).
    for text in ["orders.example.com\0.evil.example", "a b", "a\r\nb", ""] {
        let uri = with(|c| c.subject_alt_names = vec![SanType::URI(text.try_into().unwrap())]);
        assert!(uri.is_err(), "{text:?}");
        let mail =
            with(|c| c.subject_alt_names = vec![SanType::Rfc822Name(text.try_into().unwrap())]);
        assert!(mail.is_err(), "{text:?}");
    }
    // No name at all: the certificate itself is one.
    let nameless = with(|c| {
        c.distinguished_name = DistinguishedName::new();
        c.subject_alt_names = vec![SanType::IpAddress("2001:db8::1".parse().unwrap())];
    });
    assert!(nameless.unwrap().id.starts_with("sha256:"));
    let many = with(|c| {
        let name = |n: usize| SanType::DnsName(format!("a{n}").try_into().unwrap());
        c.subject_alt_names = (0..65).map(name).collect();
    });
    assert_eq!(many.unwrap_err(), E::TooLarge);
}

#[test]
fn conditions() {
    let root = root(authority_params("Root"));
    let trust = trust(&root);
    let certificate = |change: &dyn Fn(&mut CertificateParams)| {
        let mut client = client();
        change(&mut client);
        below(client, &root).der
    };
    let leaf = certificate(&|c| {
        c.extended_key_usages
            .push(Purpose::Other(vec![1, 3, 6, 1, 4, 7]))
    });
    let two_names = certificate(&|c| {
        c.distinguished_name = DistinguishedName::new();
        c.distinguished_name.push(DnType::CommonName, "orders");
        c.distinguished_name
            .push(DnType::CustomDnType(vec![2, 5, 4, 3]), "admin");
    });
    let spiffe = certificate(&|c| {
        c.subject_alt_names = vec![SanType::URI("spiffe://a/ns/b".try_into().unwrap())];
    });
    let all = |text: &str| vec!["other".to_owned(), text.to_owned()];
    let with = |set: fn(&mut Conditions) -> &mut Vec<String>, text: &str| {
        let mut conditions = Conditions::default();
        *set(&mut conditions) = all(text);
        conditions
    };
    let holds =
        |leaf: &[u8], conditions: &Conditions| match verify(&[leaf], &trust, conditions, NOW) {
            Ok(_) => true,
            Err(CertificateError::Condition(_)) => false,
            Err(other) => panic!("{other:?}"),
        };
    type Field = fn(&mut Conditions) -> &mut Vec<String>;
    let dns: Field = |c| &mut c.dns;
    let email: Field = |c| &mut c.email;
    let uri: Field = |c| &mut c.uri;
    let id: Field = |c| &mut c.spiffe;
    let issuer: Field = |c| &mut c.issuer;
    let common: Field = |c| &mut c.common_name;
    let unit: Field = |c| &mut c.organizational_unit;
    let usage: Field = |c| &mut c.extended_key_usage;
    let number: Field = |c| &mut c.serial;
    let refused: Field = |c| &mut c.refused_serial;
    for (certificate, field, text, expected) in [
        (&leaf, dns, "orders.EXAMPLE.com", true),
        (&leaf, dns, "*.example.com", true),
        (&leaf, dns, "example.com", false),
        (&leaf, dns, "orders.example.com*", false),
        (&leaf, email, "*@example.com", true),
        (&leaf, email, "Orders@example.com", false),
        (&leaf, uri, "https://example.com/*", true),
        (&leaf, uri, "https://example.com/orders/*", false),
        (&leaf, id, "*", false),
        (&spiffe, id, "spiffe://a/*", true),
        (&spiffe, id, "spiffe://a", false),
        (&leaf, issuer, "CN=Root", true),
        (&leaf, issuer, "Root", false),
        (&leaf, common, "orders", true),
        (&leaf, common, "Orders", false),
        (&two_names, common, "orders", false),
        (&two_names, common, "admin", false),
        (&leaf, unit, "Night", true),
        (&two_names, unit, "Night", false),
        (&leaf, usage, "1.3.6.1.4.7", true),
        (&spiffe, usage, "1.3.6.1.4.7", false),
        (&leaf, number, "0A:BC:01", true),
        (&leaf, number, "abc02", false),
        (&leaf, refused, "ABC01", false),
        (&leaf, refused, "abc02", true),
    ] {
        assert_eq!(holds(certificate, &with(field, text)), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..900, byte in any::<u8>()) {
        thread_local! {
            static MADE: (Trust, Vec<u8>) = {
                let root = root(authority_params("Root"));
                (trust(&root), below(client(), &root).der)
            };
        }
        MADE.with(|(trust, leaf)| {
            let _ = check(&[&bytes], trust);
            let mut changed = leaf.clone();
            if let Some(place) = changed.get_mut(at) {
                *place = byte;
            }
            let _ = check(&[&changed, &bytes], trust);
        });
    }
}
