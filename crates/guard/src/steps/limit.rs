//! How much of it.

use crate::chain::Pass;
use crate::reason::Reason;

/// What an invocation holds of limits until it ends.
#[derive(Debug, Default)]
pub(crate) struct Held;

/// What is known before anybody has shown who they are: the address.
pub(crate) fn admit(_pass: &Pass) -> Result<(), Reason> {
    Ok(())
}

/// The limits of the route, all or none.
pub(crate) fn take(_pass: &mut Pass) -> Result<(), Reason> {
    Ok(())
}
