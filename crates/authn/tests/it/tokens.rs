//! Tokens, keys and issuers, seen from outside.

mod attacks;
mod cache;
mod claims;
mod issuer;
mod keys;
mod minting;
mod oidc;
mod random;
mod rfc;
mod signing;
mod wycheproof;
