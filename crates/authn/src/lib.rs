//! Who is calling: bytes, keys and the time in, verified claims out. Nothing here knows of files,
//! networks or clocks; whoever asks brings what was fetched and says what time it is.

mod principal;

pub use principal::{Means, Principal};
