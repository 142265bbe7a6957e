//! What rules about routes have in common.

use crate::prelude::*;
use palisade_app::graph::EntryPoint;

/// Whose finding it is: an API that nobody wrote goes by the first of its functions, and a route of
/// it belongs to its own one.
pub(crate) fn owner_of<'a>(
    entry: &EntryPoint,
    resource: &'a Resource,
    app: &'a Application,
) -> &'a Resource {
    let implicit = &*resource.written.kind == "AWS::Serverless::Function";
    let function = entry.functions.first().filter(|_| implicit);
    function.and_then(|id| app.resource(id)).unwrap_or(resource)
}
