//! (in work)
use std::collections::BTreeMap;

/// Parameter values.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// Values.
    pub values: BTreeMap<String, String>,
}
