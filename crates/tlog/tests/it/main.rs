//! The formats and the arithmetic, held against implementations by others.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod notes;
mod tiles;
