//! How often, how much and how many at once: rates with bursts, quotas of a day or month, and
//! concurrent requests.
//!
//! Invariants:
//! - Nothing here reads a clock: rates are told a monotonic time in nanoseconds, quotas the time of day.
//! - Memory is bounded by what is stated at the start, whatever callers send. What finds no room is
//!   limited more strictly, never less.
//! - Callers are kept as keyed hashes of 128 bits: no text of theirs is stored, compared or shown.
//! - Of several limits checked together all are taken or none.

mod concurrency;
mod hash;
mod quota;
mod rate;
mod store;
mod table;

pub use concurrency::{Concurrency, Permit};
pub use hash::{Key, Seed};
pub use quota::{Counter, Quota, QuotaAnswer, QuotaStore, Quotas, StoreError, Window};
pub use rate::{Answer, Limit, Limiter, Per, Rate, RateError, Standing, Take};
pub use store::FileStore;
