//! What the provider makes beside what is written.

use super::build::map;
use crate::Instance;
use palisade_app::Value;
use palisade_app::value::Entry;
use std::sync::Arc;

/// A resource that comes with an instance: its kind, a name and its properties.
///
/// A function URL without authentication gets the permission that lets everyone call it (the
/// provider's documentation of `aws_lambda_function_url`).
pub(super) fn beside(instance: &Instance) -> Option<(&'static str, &'static str, Value)> {
    if &*instance.kind != "aws_lambda_function_url" {
        return None;
    }
    let kind = instance.arguments.get("authorization_type")?;
    if kind.as_text() != Some("NONE") {
        return None;
    }
    let text = |text: &str| Value::text(text, kind.origin.clone());
    let properties = [
        ("Action", text("lambda:InvokeFunctionUrl")),
        (
            "FunctionName",
            instance.arguments.get("function_name")?.clone(),
        ),
        ("Principal", text("*")),
        ("FunctionUrlAuthType", text("NONE")),
    ];
    let entries = properties.into_iter().map(|(key, value)| Entry {
        key: Arc::from(key),
        key_origin: kind.origin.clone(),
        value,
    });
    let properties = map(entries.collect(), &kind.origin);
    Some((
        "AWS::Lambda::Permission",
        "FunctionURLAllowPublicAccess",
        properties,
    ))
}
