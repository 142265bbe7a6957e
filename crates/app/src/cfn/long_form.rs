//! Short-form intrinsics (`!Sub x`) to their long form (`{"Fn::Sub": x}`), in place, so that
//! everything after this pass sees one form.

use palisade_syntax::{Data, Entry, Key, Node};
use std::sync::Arc;

/// The functions that have a short form whose long name is `Fn::` and the tag.
const FUNCTIONS: [&str; 21] = [
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAtt",
    "GetAZs",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
];

/// Rewrites every tagged node below (and including) `node`. A tag that names no function of
/// `CloudFormation` stays, for the evaluator to report.
pub fn to_long_form(node: &mut Node) {
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(to_long_form),
        Data::Map(entries) => entries
            .iter_mut()
            .for_each(|entry| to_long_form(&mut entry.value)),
        _ => {}
    }
    let Some(tag) = node.tag.take() else {
        return;
    };
    let name: Arc<str> = match &*tag {
        "Ref" | "Condition" => tag,
        "Transform" => Arc::from("Fn::Transform"),
        "ValueOf" | "ValueOfAll" => Arc::from(format!("Fn::{tag}")),
        function if FUNCTIONS.contains(&function) => Arc::from(format!("Fn::{function}")),
        _ => {
            node.tag = Some(tag);
            return;
        }
    };
    let origin = node.origin.clone();
    let mut argument = std::mem::take(node);
    if &*name == "Fn::GetAtt"
        && let Data::String(text) = &argument.data
        && let Some((resource, attribute)) = text.split_once('.')
    {
        let items = [resource, attribute].map(|text| Node::string(text, origin.clone()));
        argument.data = Data::Seq(items.into());
    }
    *node = Node::new(
        Data::Map(vec![Entry {
            key: Key {
                name,
                origin: origin.clone(),
            },
            value: argument,
        }]),
        origin,
    );
}
