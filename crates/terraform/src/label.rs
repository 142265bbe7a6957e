//! `cloudposse/label/null`: a module that declares nothing and names things. Nearly every module of
//! its publisher calls it, and asks it whether it is to make anything at all; so that much of it is
//! understood where its source is not at hand.

use crate::evaluate::{Evaluator, insert, symbol};
use crate::scope::Scope;
use palisade_app::combine::spread;
use palisade_app::value::Map;
use palisade_app::{Data, Value};
use palisade_core::Origin;
use palisade_syntax::hcl::Block;
use std::sync::Arc;

/// What the module gives beside `enabled` and the contexts.
const NAMES: [&str; 17] = [
    "additional_tag_map",
    "attributes",
    "delimiter",
    "descriptors",
    "environment",
    "id",
    "id_full",
    "id_length_limit",
    "label_order",
    "name",
    "namespace",
    "regex_replace_chars",
    "stage",
    "tags",
    "tags_as_list_of_maps",
    "tenant",
    "labels_as_tags",
];

/// Whether a source is this module.
pub(crate) fn is_label(source: &str) -> bool {
    source.starts_with("cloudposse/label/null")
        || source.contains("github.com/cloudposse/terraform-null-label")
}

impl Evaluator<'_> {
    /// What a call of the module gives: `enabled` as it is told, or as the context says, or true.
    pub(crate) fn label(
        &self,
        block: &Block,
        address: &str,
        origin: &Origin,
        scope: &Scope,
    ) -> Value {
        let given = |name: &str| block.body.get(name).map(|expr| self.eval(expr, scope));
        let of_context = given("context").and_then(|context| context.get("enabled").cloned());
        let enabled = [given("enabled"), of_context].into_iter().flatten().rev();
        let otherwise = Value::new(Data::Bool(true), origin.clone());
        let enabled = enabled.fold(otherwise, |otherwise, value| {
            spread(value, &mut |value| match value.data {
                Data::Null | Data::Absent => otherwise.clone(),
                _ => value,
            })
        });
        let mut all = Map::default();
        let mut put =
            |name: &str, value: Value| insert(&mut all, Arc::from(name), origin.clone(), value);
        put("enabled", enabled);
        for name in NAMES {
            put(
                name,
                symbol(Arc::from(format!("{address}.{name}")), false, origin),
            );
        }
        let context = Value::new(Data::Map(all.clone()), origin.clone());
        for name in ["context", "normalized_context"] {
            insert(&mut all, Arc::from(name), origin.clone(), context.clone());
        }
        Value::new(Data::Map(all), origin.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::values;

    const CONTEXT: &str = r#"
variable "enabled" {
  type    = bool
  default = null
}
variable "context" {
  type    = any
  default = { enabled = true, name = null }
}
module "this" {
  source  = "cloudposse/label/null"
  enabled = var.enabled
  context = var.context
}
resource "test_x" "x" {
  count = module.this.enabled ? 1 : 0
  v     = module.this.id
}
"#;

    #[test]
    fn whether_a_label_is_enabled_is_known() {
        let call = |arguments: &str| {
            format!(
                "module \"label\" {{\n  source = \"git::https://github.com/cloudposse/terraform-null-label.git?ref=0.25.0\"\n  enabled = false\n}}\nmodule \"m\" {{\n  source = \"./m\"\n  {arguments}\n}}"
            )
        };
        for (arguments, expected) in [
            (
                "",
                &["module.m.test_x.x[0] <${module.m.module.this.id}>"][..],
            ),
            ("enabled = false", &[]),
            ("context = module.label.context", &[]),
            (
                "context = module.label.context\n  enabled = true",
                &["module.m.test_x.x[0] <${module.m.module.this.id}>"],
            ),
        ] {
            let found = values(&[("main.tf", &call(arguments)), ("m/main.tf", CONTEXT)]);
            assert_eq!(found, expected, "{arguments}");
        }
    }
}
