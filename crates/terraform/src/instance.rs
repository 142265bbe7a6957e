//! What the evaluation of a configuration, a plan or a state gives: resources under Terraform's names.

use palisade_app::{Existence, Value};
use palisade_core::{Origin, Span};
use std::sync::Arc;

/// One instance of a `resource` block.
///
/// Within `arguments`, a reference to another instance is a [`palisade_app::Part::Reference`] with the
/// address of that instance and the attribute's name in Terraform (`arn`); a data source that is only
/// known at deployment is a [`palisade_app::Part::Parameter`] named after it
/// (`data.aws_vpc.main.id`); an input without a value one named `var.name`.
#[derive(Clone, Debug)]
pub struct Instance {
    /// What its owner would type: `module.api.aws_lambda_function.orders[0]`.
    pub address: Arc<str>,
    /// The type of the block: `aws_lambda_function`.
    pub kind: Arc<str>,
    /// A map of the arguments. Nested blocks are lists of maps under the block's type, also those that
    /// stand once; what is not written is not there. Meta-arguments are left out.
    pub arguments: Value,
    /// Where it says that Terraform must not destroy it (`lifecycle { prevent_destroy = true }`).
    pub kept: Option<Origin>,
    /// Whether its successor is made before it goes (`create_before_destroy`), where that is written or
    /// left out; nothing where the configuration is not seen.
    pub succeeded: Option<Value>,
    /// Whether there will be one.
    pub exists: Existence,
    /// Where its name is written.
    pub origin: Origin,
    /// The whole block.
    pub extent: Span,
}
