//! (in work)

pub mod cfn;
