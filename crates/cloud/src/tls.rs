//! TLS 1.2 and 1.3 by rustls, with the one provider of cryptography.

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::fmt;
use std::sync::Arc;

/// A certificate or its key can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

impl TlsError {
    fn new(what: &str, error: &dyn fmt::Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The certificates of a PEM text: at least one.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let read = read.map_err(|error| TlsError::new("no certificates in PEM", &error))?;
    if read.is_empty() {
        return Err(TlsError("there is no certificate in PEM".to_owned()));
    }
    Ok(read)
}

/// What a client trusts: the roots of the system, and those that are given.
pub(crate) fn client(pem: Option<&[u8]>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    // A system without roots can still ask loopback addresses, and those whose root is given.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in pem.map(certificates).transpose()?.unwrap_or_default() {
        let added = roots.add(certificate);
        added.map_err(|error| TlsError::new("a certificate that can't be trusted", &error))?;
    }
    let config = ClientConfig::builder_with_provider(provider());
    let config = config.with_safe_default_protocol_versions();
    let config = config.map_err(|error| TlsError::new("TLS", &error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// What a server shows of itself: its certificates and their key.
#[derive(Clone)]
pub struct Identity(pub(crate) Arc<ServerConfig>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// Reads the chain, the server's own certificate first, and its private key, both in PEM.
    ///
    /// # Errors
    /// When they are not that, or don't belong to each other.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|error| TlsError::new("no private key in PEM", &error))?;
        let config = ServerConfig::builder_with_provider(provider());
        let config = config.with_safe_default_protocol_versions();
        let config = config.map_err(|error| TlsError::new("TLS", &error))?;
        let config = config.with_no_client_auth();
        let config = config.with_single_cert(certificates(chain)?, key);
        let config = config.map_err(|e| TlsError::new("the certificate and its key", &e))?;
        Ok(Self(Arc::new(config)))
    }
}
