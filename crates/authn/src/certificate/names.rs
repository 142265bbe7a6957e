//! The names in a certificate, if each has one reading only.

use x509_parser::prelude::X509Name;

use super::{CertificateError, GeneralName, IpAddr, MAX_NAMES, X509Certificate, spiffe};

/// The subject's alternative names.
#[derive(Default)]
pub(super) struct Names {
    pub(super) dns: Vec<String>,
    pub(super) email: Vec<String>,
    pub(super) uri: Vec<String>,
    pub(super) ip: Vec<String>,
    pub(super) spiffe: Option<String>,
}

impl Names {
    pub(super) fn of(certificate: &X509Certificate<'_>) -> Result<Self, CertificateError> {
        let mut names = Self::default();
        let extension = certificate.subject_alternative_name();
        let extension = extension.map_err(|_| CertificateError::Malformed)?;
        let all = extension.map_or(&[][..], |extension| &extension.value.general_names);
        if all.len() > MAX_NAMES {
            return Err(CertificateError::TooLarge);
        }
        for name in all {
            match name {
                GeneralName::DNSName(text) => names.dns.push(visible(text)?),
                GeneralName::RFC822Name(text) => names.email.push(visible(text)?),
                GeneralName::URI(text) => names.uri.push(visible(text)?),
                GeneralName::IPAddress(bytes) => names.ip.push(address(bytes)?.to_string()),
                GeneralName::Invalid(..) => return Err(CertificateError::Name),
                // Names that nothing here asks for.
                _ => {}
            }
        }
        names.spiffe = spiffe::of(&names.uri)?;
        Ok(names)
    }
}

fn address(bytes: &[u8]) -> Result<IpAddr, CertificateError> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let v6 = || <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| v6()).map_err(|_| CertificateError::Name)
}

/// Alternative names are visible ASCII (RFC 5280, 4.2.1.6): a NUL or a line break in one is an
/// attempt to be read as another.
fn visible(text: &str) -> Result<String, CertificateError> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned()).ok_or(CertificateError::Name)
}

/// Whether a text of a name can be shown as it is: nothing in it moves, hides or ends other text.
fn plain(text: &str) -> bool {
    let moves = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    !text.chars().any(|c| c.is_control() || moves(c))
}

/// A name in the order of the certificate: `CN=a, O=b`.
pub(super) fn written(name: &X509Name<'_>) -> Result<String, CertificateError> {
    let mut out = String::new();
    for (index, part) in name.iter_rdn().enumerate() {
        if index >= MAX_NAMES {
            return Err(CertificateError::TooLarge);
        }
        for (inner, attribute) in part.iter().enumerate() {
            out.push_str(match (index, inner) {
                (0, 0) => "",
                (_, 0) => ", ",
                _ => "+",
            });
            let text = attribute.as_str().map_err(|_| CertificateError::Name)?;
            if !plain(text) {
                return Err(CertificateError::Name);
            }
            let oid = attribute.attr_type().to_id_string();
            out.push_str(short(&oid).unwrap_or(&oid));
            out.push('=');
            escape(text, &mut out);
        }
    }
    Ok(out)
}

/// Puts a backslash before what would be read as something else (RFC 4514, 2.4).
fn escape(text: &str, out: &mut String) {
    let last = text.chars().count().saturating_sub(1);
    for (index, character) in text.chars().enumerate() {
        let edge = character == ' ' && (index == 0 || index == last);
        if edge || index == 0 && character == '#' || ",+\"\\<>;=".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
}

fn short(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}
