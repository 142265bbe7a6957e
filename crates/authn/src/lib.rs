//! Who is calling: bytes, keys and the time in, verified claims out. Nothing here knows of files,
//! networks or clocks; whoever asks brings what was fetched and says what time it is.

pub mod api_key;
pub mod certificate;
mod hex;
mod once;
mod principal;
pub mod sigv4;

pub use once::{Once, OnceError};
pub use principal::{Means, Principal};
