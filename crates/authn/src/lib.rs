//! Who is calling: bytes, keys and the time in, verified claims out. Nothing here knows of files,
//! networks or clocks; whoever asks brings what was fetched and says what time it is.

mod algorithm;
pub mod api_key;
pub mod certificate;
mod error;
mod hex;
mod introspection;
mod issuer;
pub mod json;
mod jwk;
mod jws;
mod jwt;
mod minting;
mod oidc;
mod policy;
mod principal;
pub mod sigv4;
mod token_cache;

pub use algorithm::{Algorithm, Hmac};
pub use error::TokenError;
pub use introspection::{introspected, introspection_form};
pub use issuer::{Decision, IssuerKeys, Refresh, Ticket};
pub use jwk::{Key, KeyFault, KeyId, KeyProblem, KeySet};
pub use jws::{Jws, MAX_TOKEN};
pub use jwt::{Jwt, Verified, verify};
pub use minting::{MintError, Minter, MintingKey};
pub use oidc::{Discovery, DiscoveryError, well_known};
pub use policy::{Audience, Binding, ClaimPath, Expiry, RequiredClaim, TokenPolicy};
pub use principal::{Means, Principal};
pub use token_cache::{Miss, TokenCache, TokenDigest};
