//! The tests of this crate that need nothing of its inside.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod tokens;
