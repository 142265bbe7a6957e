//! Who can call: `[issuers]`, `[trust]`, `[keys]` and `[aws]`.

use super::values::{self, place};
use crate::config::{AudienceClaim, Aws, Introspection, Issuer, Keys, Trust, Uncovered, check};
use palisade_authn::Algorithm;
use palisade_policy::read::{Reader, Table};
use std::collections::BTreeMap;

pub(super) const ISSUER_KEYS: &[&str] = &[
    "issuer",
    "audiences",
    "audience-claim",
    "algorithms",
    "types",
    "keys",
    "certificate-bound",
    "max-lifetime",
    "subject",
    "skew",
    "roles",
    "require",
    "introspection",
];
pub(super) const INTROSPECTION_KEYS: &[&str] = &["url", "client", "secret-file"];
pub(super) const TRUST_KEYS: &[&str] = &[
    "authorities",
    "revoked",
    "uncovered",
    "dns",
    "uris",
    "spiffe",
    "issuers",
    "usages",
    "roles",
];
pub(super) const KEYS_KEYS: &[&str] = &["store", "header"];
pub(super) const AWS_KEYS: &[&str] = &["credentials", "regions", "service", "skew", "presigned"];

/// The algorithms of an issuer that says nothing: those with public keys that are in use.
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Rs256,
    Algorithm::Ps256,
    Algorithm::Es256,
    Algorithm::EdDsa,
];
const AUDIENCE_CLAIMS: [(&str, AudienceClaim); 2] = [
    ("aud", AudienceClaim::Aud),
    ("client_id", AudienceClaim::ClientId),
];
/// By how many seconds clocks may differ when nothing is said.
const SKEW: u32 = 30;
const AWS_SKEW: u32 = 300;

pub(super) fn issuer<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Issuer {
    let before = reader.mistakes();
    reader.keys(table, ISSUER_KEYS);
    let issuer = values::text(reader, table, "issuer");
    if !issuer.is_empty() {
        values::safe_url(reader, "issuer", &issuer, place(table, "issuer"));
    }
    let audiences = values::some(reader, table, "audiences");
    let algorithms = match table.get("algorithms") {
        Some(_) => {
            let algorithms = values::some(reader, table, "algorithms");
            check::algorithms(reader, algorithms)
        }
        None => ALGORITHMS.to_vec(),
    };
    let keys = reader.optional_text(table, "keys");
    if let Some(keys) = &keys
        && keys.contains("://")
    {
        values::safe_url(reader, "keys", keys, place(table, "keys"));
    }
    let issuer = Issuer {
        issuer,
        audiences: audiences.into_iter().map(|(text, _)| text).collect(),
        audience_claim: values::choice(reader, table, "audience-claim", &AUDIENCE_CLAIMS)
            .unwrap_or(AudienceClaim::Aud),
        algorithms,
        types: values::texts(reader, table, "types"),
        keys,
        certificate_bound: values::truth(reader, table, "certificate-bound"),
        max_lifetime: values::seconds(reader, table, "max-lifetime", ["1s", "365d"]),
        subject: reader
            .optional_text(table, "subject")
            .unwrap_or_else(|| "sub".to_owned()),
        introspection: values::inner(reader, table, "introspection")
            .map(|table| introspection(reader, table)),
        skew: values::seconds(reader, table, "skew", ["0s", "5min"]).unwrap_or(SKEW),
        roles: reader.optional_text(table, "roles"),
        require: require(reader, table),
    };
    if reader.mistakes() == before {
        check::issuer(reader, table, &issuer);
    }
    issuer
}

fn require<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> BTreeMap<String, Vec<String>> {
    let mut claims = BTreeMap::new();
    if let Some(table) = values::inner(reader, table, "require") {
        for name in table.entries.keys() {
            let name: &str = name.get_ref();
            claims.insert(name.to_owned(), values::texts(reader, table, name));
        }
    }
    claims
}

fn introspection<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Introspection {
    reader.keys(table, INTROSPECTION_KEYS);
    let url = values::text(reader, table, "url");
    if !url.is_empty() {
        values::safe_url(reader, "url", &url, place(table, "url"));
    }
    Introspection {
        url,
        client: values::text(reader, table, "client"),
        secret_file: values::text(reader, table, "secret-file"),
    }
}

pub(super) fn trust<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Trust {
    reader.keys(table, TRUST_KEYS);
    let authorities = values::some(reader, table, "authorities");
    let revoked = values::texts(reader, table, "revoked");
    if table.get("uncovered").is_some() && revoked.is_empty() {
        let message = "`uncovered` without revocation lists";
        let help = "name their files as `revoked`, or remove it";
        let at = place(table, "uncovered");
        reader.error(at, message, Some(help.to_owned()));
    }
    let words = [("pass", Uncovered::Pass), ("refuse", Uncovered::Refuse)];
    Trust {
        authorities: authorities.into_iter().map(|(text, _)| text).collect(),
        revoked,
        uncovered: values::choice(reader, table, "uncovered", &words).unwrap_or(Uncovered::Pass),
        dns: values::checked(
            reader,
            table,
            "dns",
            "a DNS name; `*.` may stand for the first label",
            |name| is_dns(name.strip_prefix("*.").unwrap_or(name)),
        ),
        uris: values::checked(reader, table, "uris", "a URI", |uri| {
            let (scheme, rest) = uri.split_once(':').unwrap_or_default();
            let graphic = uri.bytes().all(|b| b.is_ascii_graphic());
            graphic && !scheme.is_empty() && !rest.is_empty()
        }),
        spiffe: values::checked(
            reader,
            table,
            "spiffe",
            "a SPIFFE id such as `spiffe://example.com/orders`; `*` may stand at its end",
            is_spiffe,
        ),
        issuers: values::checked(
            reader,
            table,
            "issuers",
            "a name such as `CN=Partners, O=Example`, in which one `*` may stand",
            |name| name.contains('=') && name.matches('*').count() <= 1,
        ),
        usages: values::checked(
            reader,
            table,
            "usages",
            "an extended key usage as dotted numbers, such as `1.3.6.1.4.1.311.20.2.2`",
            |usage| {
                let number =
                    |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
                usage.contains('.') && usage.split('.').all(number)
            },
        ),
        roles: values::texts(reader, table, "roles"),
    }
}

fn is_dns(name: &str) -> bool {
    let proper = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let label = |label: &str| !label.is_empty() && label.len() < 64 && label.bytes().all(proper);
    name.len() <= 253 && name.split('.').all(label)
}

/// The trust domain is always named: a star stands for paths only.
fn is_spiffe(id: &str) -> bool {
    let id = id.strip_prefix("spiffe://");
    let Some((domain, path)) = id.and_then(|id| id.split_once('/')) else {
        return false;
    };
    let path = path.strip_suffix('*').unwrap_or(path);
    let proper = |b: u8| b.is_ascii_alphanumeric() || b"-._/".contains(&b);
    is_dns(domain) && path.bytes().all(proper)
}

pub(super) fn keys<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Keys {
    reader.keys(table, KEYS_KEYS);
    let at = place(table, "header");
    let header = match reader.optional_text(table, "header") {
        Some(text) => values::header(reader, &text, at.clone()),
        None => "x-api-key".to_owned(),
    };
    if ["authorization", "cookie", "host"].contains(&header.as_str()) {
        let help = "use a field of its own, such as `x-api-key`";
        let message = format!("`{header}` carries something else");
        reader.error(at, message, Some(help.to_owned()));
    }
    Keys {
        store: values::text(reader, table, "store"),
        header,
    }
}

pub(super) fn aws<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Aws {
    reader.keys(table, AWS_KEYS);
    let regions = values::some(reader, table, "regions");
    let is_region = |text: &str| {
        let proper = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        text.bytes().all(proper)
    };
    Aws {
        credentials: values::text(reader, table, "credentials"),
        regions: values::all(
            reader,
            regions,
            "a region such as `eu-central-1`",
            is_region,
        ),
        service: reader
            .optional_text(table, "service")
            .unwrap_or_else(|| "execute-api".to_owned()),
        skew: values::seconds(reader, table, "skew", ["0s", "15min"]).unwrap_or(AWS_SKEW),
        presigned: values::seconds(reader, table, "presigned", ["1s", "7d"]),
    }
}
