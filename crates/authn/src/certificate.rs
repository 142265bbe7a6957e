//! Client certificates: whether the chain leads to an anchor of the route, and who its holder is.
//!
//! That the caller holds the certificate's key was shown in the handshake; here it is decided what
//! the certificate is worth on this route. A chain is valid when it leads to one of the anchors
//! (whose own dates do not count: they are trusted by configuration), at this time, for clients,
//! within all constraints. On top of that the certificate itself must say that it is for clients
//! (`clientAuth`; nothing said, or "anything", is not enough), must not be that of an authority,
//! and may only carry names that have one reading. A revocation list that has expired proves
//! nothing and refuses; what no list covers is for [`Revocation`] to decide.

mod bound;
mod error;
mod names;
mod spiffe;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use serde_json::Value;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

pub use bound::is_shown;
pub(crate) use bound::named;
pub use error::{CertificateError, Condition, TrustError};
pub use spiffe::is_spiffe_id;

use crate::hex::hex;
use crate::{Means, Principal};
use names::Names;

/// More certificates than any honest chain has.
const MAX_CHAIN: usize = 8;
const MAX_BYTES: usize = 64 * 1024;
const MAX_NAMES: usize = 64;

/// What is done about certificates that no revocation list covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// There are no lists: nothing is looked up.
    NotChecked,
    /// Every certificate of the chain must be covered, but the anchor.
    Chain,
    /// The caller's certificate must be covered.
    Leaf,
    /// What is covered must not be revoked; what is not covered passes.
    WhereKnown,
}

/// Whom a route trusts to name its callers.
#[derive(Clone, Debug)]
pub struct Trust {
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Trust {
    /// Trust in these authorities, with these revocation lists; all in DER.
    ///
    /// # Errors
    /// Something of it cannot be read, or the lists do not go with what they are for.
    pub fn new<'a>(
        anchors: impl IntoIterator<Item = &'a [u8]>,
        lists: impl IntoIterator<Item = &'a [u8]>,
        revocation: Revocation,
    ) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        for anchor in anchors {
            let anchor = CertificateDer::from(anchor.to_vec());
            roots.add(anchor).map_err(|_| TrustError::Anchor)?;
        }
        let lists: Vec<_> = lists
            .into_iter()
            .map(|list| CertificateRevocationListDer::from(list.to_vec()))
            .collect();
        if lists.is_empty() != (revocation == Revocation::NotChecked) {
            return Err(TrustError::Lists);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .with_crls(lists)
            .enforce_revocation_expiration();
        if revocation == Revocation::Leaf {
            builder = builder.only_check_end_entity_revocation();
        }
        if revocation == Revocation::WhereKnown {
            builder = builder.allow_unknown_revocation_status();
        }
        let verifier = builder.build().map_err(|error| match error {
            rustls::server::VerifierBuilderError::NoRootAnchors => TrustError::NoAnchor,
            _ => TrustError::List,
        })?;
        Ok(Self { verifier })
    }
}

/// What a certificate must say beyond being valid. Each list that is not empty must be met by one
/// of its members. A member is a text, in which one `*` stands for one character or more.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// A DNS name; capitals make no difference.
    pub dns: Vec<String>,
    /// An e-mail address.
    pub email: Vec<String>,
    /// A URI.
    pub uri: Vec<String>,
    /// The SPIFFE ID. With this, a certificate must have one.
    pub spiffe: Vec<String>,
    /// The issuer's name as [`verify`] writes it.
    pub issuer: Vec<String>,
    /// The subject's common name, of which there must be exactly one.
    pub common_name: Vec<String>,
    /// An organizational unit of the subject.
    pub organizational_unit: Vec<String>,
    /// Another extended key usage, as dotted numbers.
    pub extended_key_usage: Vec<String>,
    /// The serial number in hexadecimal digits.
    pub serial: Vec<String>,
    /// Serial numbers that are refused.
    pub refused_serial: Vec<String>,
}

/// Verifies a chain in DER, the caller's certificate first, and tells who the caller is.
///
/// The caller's id is the SPIFFE ID if there is one, or else the subject's name; the issuer is the
/// name of whoever signed the certificate. Names are written as `CN=a, O=b` in the order of the
/// certificate, with a backslash before characters that would mean something (as RFC 4514 has it).
///
/// # Errors
/// The chain is not valid here and now, or does not meet the conditions.
pub fn verify(
    chain: &[&[u8]],
    trust: &Trust,
    conditions: &Conditions,
    now: i64,
) -> Result<Principal, CertificateError> {
    let (leaf, rest) = chain.split_first().ok_or(CertificateError::Missing)?;
    if chain.len() > MAX_CHAIN || chain.iter().any(|der| der.len() > MAX_BYTES) {
        return Err(CertificateError::TooLarge);
    }
    let seconds = u64::try_from(now).map_err(|_| CertificateError::NotYetValid)?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let (rest_of_leaf, parsed) =
        X509Certificate::from_der(leaf).map_err(|_| CertificateError::Malformed)?;
    if !rest_of_leaf.is_empty() {
        return Err(CertificateError::Malformed);
    }
    let intermediates: Vec<_> = rest.iter().map(|der| CertificateDer::from(*der)).collect();
    if parsed.is_ca() {
        return Err(CertificateError::Authority);
    }
    let leaf = CertificateDer::from(*leaf);
    trust
        .verifier
        .verify_client_cert(&leaf, &intermediates, time)?;
    let usages = usages(&parsed)?;
    let names = Names::of(&parsed)?;
    let fingerprint = bound::fingerprint(&leaf);
    let facts = Facts {
        subject: names::written(parsed.subject())?,
        issuer: names::written(parsed.issuer())?,
        serial: serial(&hex(parsed.raw_serial())),
        usages,
        names,
    };
    facts.meet(conditions, &parsed)?;
    Ok(facts.principal(&fingerprint, parsed.validity().not_after.timestamp()))
}

/// What a valid certificate says.
struct Facts {
    subject: String,
    issuer: String,
    serial: String,
    /// Extended key usages other than those for TLS, as dotted numbers.
    usages: Vec<String>,
    names: Names,
}

impl Facts {
    fn meet(
        &self,
        conditions: &Conditions,
        certificate: &X509Certificate<'_>,
    ) -> Result<(), CertificateError> {
        let subject = certificate.subject();
        let texts = |attributes: Vec<&x509_parser::x509::AttributeTypeAndValue<'_>>| {
            let texts = attributes
                .into_iter()
                .map(|a| a.as_str().unwrap_or_default());
            texts.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut common = texts(subject.iter_common_name().collect());
        if common.len() > 1 {
            common.clear();
        }
        let units = texts(subject.iter_organizational_unit().collect());
        let lower = |texts: &[String]| -> Vec<String> {
            texts.iter().map(|text| text.to_ascii_lowercase()).collect()
        };
        let one = std::slice::from_ref;
        let spiffe: Vec<String> = self.names.spiffe.iter().cloned().collect();
        let checks = [
            (Condition::Email, &conditions.email, &self.names.email[..]),
            (Condition::Uri, &conditions.uri, &self.names.uri),
            (Condition::Spiffe, &conditions.spiffe, &spiffe),
            (Condition::Issuer, &conditions.issuer, one(&self.issuer)),
            (Condition::CommonName, &conditions.common_name, &common),
            (
                Condition::OrganizationalUnit,
                &conditions.organizational_unit,
                &units,
            ),
            (
                Condition::ExtendedKeyUsage,
                &conditions.extended_key_usage,
                &self.usages,
            ),
        ];
        for (condition, allowed, there) in checks {
            if !met(allowed, there) {
                return Err(CertificateError::Condition(condition));
            }
        }
        if !met(&lower(&conditions.dns), &lower(&self.names.dns)) {
            return Err(CertificateError::Condition(Condition::Dns));
        }
        let among = |list: &[String]| list.iter().any(|text| serial(text) == self.serial);
        if among(&conditions.refused_serial)
            || !conditions.serial.is_empty() && !among(&conditions.serial)
        {
            return Err(CertificateError::Condition(Condition::Serial));
        }
        Ok(())
    }

    fn principal(self, fingerprint: &[u8; 32], not_after: i64) -> Principal {
        let id = self.names.spiffe.clone();
        let id = id.or_else(|| Some(self.subject.clone()).filter(|s| !s.is_empty()));
        // Without any name the certificate itself is the only name.
        let id = id.unwrap_or_else(|| format!("sha256:{}", hex(fingerprint)));
        let mut principal = Principal::new(Means::Certificate, self.issuer.as_str(), id);
        principal.expires = Some(not_after);
        let mut claim = |name: &str, value: Value| principal.claims.insert(name.to_owned(), value);
        claim("subject", self.subject.into());
        claim("issuer", self.issuer.into());
        claim("serial", self.serial.into());
        claim("fingerprint", hex(fingerprint).into());
        let san = serde_json::json!({
            "dns": self.names.dns,
            "email": self.names.email,
            "ip": self.names.ip,
            "uri": self.names.uri,
        });
        claim("san", san);
        if let Some(spiffe) = self.names.spiffe {
            claim("spiffe", spiffe.into());
        }
        principal
    }
}

/// Whether one of what is there is allowed, or nothing is asked.
fn met(allowed: &[String], there: &[String]) -> bool {
    let fits = |pattern: &String, text: &String| match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() > start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    };
    allowed.is_empty()
        || there
            .iter()
            .any(|text| allowed.iter().any(|p| fits(p, text)))
}

/// What the certificate may be used for, if that is what it must be.
fn usages(certificate: &X509Certificate<'_>) -> Result<Vec<String>, CertificateError> {
    let key_usage = certificate.key_usage();
    let key_usage = key_usage.map_err(|_| CertificateError::Malformed)?;
    if let Some(usage) = key_usage {
        let usage = usage.value;
        if !usage.digital_signature() || usage.key_cert_sign() || usage.crl_sign() {
            return Err(CertificateError::KeyUsage);
        }
    }
    let extended = certificate.extended_key_usage();
    let extended = extended.map_err(|_| CertificateError::Malformed)?;
    let extended = extended.ok_or(CertificateError::Purpose)?.value;
    if !extended.client_auth {
        return Err(CertificateError::Purpose);
    }
    Ok(extended
        .other
        .iter()
        .map(|oid| oid.to_id_string())
        .collect())
}

/// A serial number in the one way of writing it: small digits, no colons, no zeros in front.
fn serial(text: &str) -> String {
    let digits = text.chars().filter(|c| *c != ':');
    let digits: String = digits.map(|c| c.to_ascii_lowercase()).collect();
    digits.trim_start_matches('0').to_owned()
}
