//! What keeps a gateway from being made.

/// Why a gateway can't serve.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The certificate chain or its key can't be used.
    #[error("the certificate can't be used: {0}")]
    Certificate(String),
    /// Without TLS it would be reached from other machines.
    #[error(
        "without TLS only loopback addresses are listened on, unless `plaintext = true` and `behind` names what ends TLS"
    )]
    Plaintext,
    /// A target has an address that can't be called.
    #[error("target `{target}` has an address that can't be called: `{url}`: {problem}")]
    Target {
        /// Which.
        target: String,
        /// Its address.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An address can't be listened on.
    #[error(transparent)]
    Listen(#[from] std::io::Error),
}
