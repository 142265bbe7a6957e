//! TLS of the callers' side. A client certificate is asked for where the configuration trusts any,
//! and never decided about here: a handshake shows that its key is held, the chain of checks
//! whether that means anything on a route.

use crate::error::GatewayError;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use std::sync::Arc;

/// The clauses of the policy that are enforced here: callers speak TLS, of the version that the policy
/// asks for.
pub const CLAUSES: &[&str] = &["SCSP-3.2", "BPSS-3.1"];

/// The oldest TLS that is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Floor {
    /// What the policy asks for.
    #[default]
    Tls13,
    /// Only where an exception of the policy is valid.
    Tls12,
}

/// What TLS needs.
#[derive(Clone)]
pub struct Tls {
    /// The certificate chain, in PEM.
    pub chain: Vec<u8>,
    /// Its private key, in PEM.
    pub key: Vec<u8>,
    /// The oldest version that is taken.
    pub floor: Floor,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("floor", &self.floor)
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// Errors when the chain or the key can't be read, or they don't belong together.
    pub(crate) fn config(&self, asks: bool) -> Result<Arc<ServerConfig>, GatewayError> {
        let unusable = |error: &dyn std::fmt::Display| GatewayError::Certificate(error.to_string());
        let chain = CertificateDer::pem_slice_iter(&self.chain)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unusable(&error))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| unusable(&error))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let versions: &[_] = match self.floor {
            Floor::Tls13 => &[&TLS13],
            Floor::Tls12 => &[&TLS13, &TLS12],
        };
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(versions)
            .map_err(|error| unusable(&error))?;
        let builder = match asks {
            true => builder.with_client_cert_verifier(Arc::new(Possession(provider))),
            false => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| unusable(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // What comes early can be sent again by anybody.
        config.max_early_data_size = 0;
        Ok(Arc::new(config))
    }
}

/// Whether the key of a certificate is held, and nothing else.
#[derive(Debug)]
struct Possession(Arc<CryptoProvider>);

impl ClientCertVerifier for Possession {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
