//! Why a certificate is not taken. No text here holds anything of the certificate.

use rustls::CertificateError as Cause;

/// Why trust could not be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// There is no anchor.
    #[error("there is no certificate of an authority to trust")]
    NoAnchor,
    /// An anchor is not a certificate.
    #[error("a certificate of an authority cannot be read")]
    Anchor,
    /// A revocation list is not one.
    #[error("a revocation list cannot be read")]
    List,
    /// Lists are to be checked and there are none, or the other way round.
    #[error("revocation lists go with a rule on revocation, and the rule with lists")]
    Lists,
}

/// What a certificate did not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of `Conditions` tell what each is")]
pub enum Condition {
    Dns,
    Email,
    Uri,
    Spiffe,
    Issuer,
    CommonName,
    OrganizationalUnit,
    ExtendedKeyUsage,
    Serial,
}

impl Condition {
    const fn name(self) -> &'static str {
        match self {
            Self::Dns => "the DNS name",
            Self::Email => "the e-mail address",
            Self::Uri => "the URI",
            Self::Spiffe => "the SPIFFE ID",
            Self::Issuer => "the issuer",
            Self::CommonName => "the common name",
            Self::OrganizationalUnit => "the organizational unit",
            Self::ExtendedKeyUsage => "the extended key usage",
            Self::Serial => "the serial number",
        }
    }
}

/// Why a certificate is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// There is none.
    #[error("the caller has shown no certificate")]
    Missing,
    /// It cannot be read.
    #[error("the certificate cannot be read")]
    Malformed,
    /// The chain is longer than any honest one.
    #[error("the chain of certificates is too long")]
    TooLarge,
    /// No anchor of the route leads to it.
    #[error("the certificate is not from an authority that this route trusts")]
    UnknownIssuer,
    /// It, or one above it, is no longer valid.
    #[error("the certificate, or one above it, has expired")]
    Expired,
    /// It, or one above it, is not valid yet.
    #[error("the certificate, or one above it, is not valid yet")]
    NotYetValid,
    /// It, or one above it, was revoked.
    #[error("the certificate, or one above it, was revoked")]
    Revoked,
    /// No list tells whether it was revoked.
    #[error("no revocation list covers the certificate, or one above it")]
    RevocationUnknown,
    /// The revocation list is out of date, or not of the authority that it speaks for.
    #[error("the revocation list has expired or is not valid")]
    RevocationList,
    /// A signature in the chain is wrong, or made in a way that is not taken.
    #[error("a signature in the chain of certificates does not hold")]
    Signature,
    /// It does not say that it is for clients.
    #[error("the certificate is not issued for clients (`clientAuth`)")]
    Purpose,
    /// Its key is not for signing handshakes, or is for signing certificates.
    #[error("the key of the certificate is not for what a client does with it")]
    KeyUsage,
    /// It is the certificate of an authority.
    #[error("the certificate is that of an authority, not of a caller")]
    Authority,
    /// The chain breaks a constraint (names, lengths, critical extensions).
    #[error("the chain of certificates breaks one of its own constraints")]
    Constraint,
    /// A name in it has characters that could be read in two ways.
    #[error("a name in the certificate has characters that names do not have")]
    Name,
    /// It has a SPIFFE ID that is not one, or more than one URI with it.
    #[error("the SPIFFE ID of the certificate is not one, or not the only URI")]
    Spiffe,
    /// It does not meet a condition of the route.
    #[error("the certificate does not meet the route's condition on {}", .0.name())]
    Condition(Condition),
}

impl CertificateError {
    /// The stable name of the reason, for records and operators.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "certificate-missing",
            Self::Malformed => "certificate-malformed",
            Self::TooLarge => "certificate-chain-too-long",
            Self::UnknownIssuer => "certificate-issuer-unknown",
            Self::Expired => "certificate-expired",
            Self::NotYetValid => "certificate-not-yet-valid",
            Self::Revoked => "certificate-revoked",
            Self::RevocationUnknown => "certificate-revocation-unknown",
            Self::RevocationList => "certificate-revocation-list",
            Self::Signature => "certificate-signature",
            Self::Purpose => "certificate-purpose",
            Self::KeyUsage => "certificate-key-usage",
            Self::Authority => "certificate-of-authority",
            Self::Constraint => "certificate-constraint",
            Self::Name => "certificate-name",
            Self::Spiffe => "certificate-spiffe",
            Self::Condition(_) => "certificate-condition",
        }
    }
}

impl From<rustls::Error> for CertificateError {
    fn from(error: rustls::Error) -> Self {
        let cause = match error {
            rustls::Error::InvalidCertificate(cause) => cause,
            rustls::Error::InvalidCertRevocationList(_) => return Self::RevocationList,
            _ => return Self::Constraint,
        };
        match cause {
            Cause::BadEncoding => Self::Malformed,
            Cause::Expired | Cause::ExpiredContext { .. } => Self::Expired,
            Cause::NotValidYet | Cause::NotValidYetContext { .. } => Self::NotYetValid,
            Cause::Revoked => Self::Revoked,
            Cause::UnknownIssuer => Self::UnknownIssuer,
            Cause::UnknownRevocationStatus => Self::RevocationUnknown,
            Cause::ExpiredRevocationList | Cause::ExpiredRevocationListContext { .. } => {
                Self::RevocationList
            }
            Cause::BadSignature
            | Cause::UnsupportedSignatureAlgorithmContext { .. }
            | Cause::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Self::Signature,
            Cause::InvalidPurpose | Cause::InvalidPurposeContext { .. } => Self::Purpose,
            _ => Self::Constraint,
        }
    }
}
