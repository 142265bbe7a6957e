//! Configurations of providers: which one a block goes by, and the tags that it gives to everything.
//!
//! A module goes by what its caller passes it (`providers`), then by its own blocks, then by what its
//! caller goes by (Terraform, "Providers Within Modules").

use crate::aws;
use crate::evaluate::{Evaluator, insert};
use crate::instance::Instance;
use crate::scope::{Frame, Scope};
use palisade_app::combine::spread;
use palisade_app::{Data, Existence, Reason, ReasonKind, Value};
use palisade_core::Origin;
use palisade_syntax::hcl::{Block, Body, Expr, ExprKind, Step};
use std::rc::Rc;
use std::sync::Arc;

/// The type that instances of `provider "aws"` have: `provider.aws`.
const KIND: &str = "provider";

/// Types of the table that have no tags, although what they are part of does.
const UNTAGGED: &str = include_str!("../data/untagged.txt");

impl Evaluator<'_> {
    /// The provider blocks of a module, and where its state is kept, each as an instance of its own.
    pub(crate) fn providers(&self, frame: &Rc<Frame>, instances: &mut Vec<Instance>) {
        let module = &frame.module;
        let providers = (module.providers.iter()).map(|block| (block, name_of_block(block)));
        let backends = (module.backends.iter())
            .map(|block| (block, format!("backend.{}", name_of_block(block))));
        for (block, name) in providers.chain(backends) {
            let Some(label) = block.labels.first() else {
                continue;
            };
            let kind = match &*block.kind.text {
                "backend" => format!("{KIND}.backend"),
                _ => format!("{KIND}.{}", label.text),
            };
            instances.push(Instance {
                address: Arc::from(format!("{}{KIND}.{name}", frame.prefix)),
                kind: Arc::from(kind),
                arguments: self.arguments(&block.body, &Scope::of(frame)),
                kept: None,
                succeeded: None,
                exists: match frame.when.is_empty() {
                    true => Existence::Always,
                    false => Existence::When(frame.when.clone()),
                },
                origin: Origin::at(label.span),
                extent: block.span,
            });
        }
    }

    /// Adds the tags that the block's provider gives to everything; its own count.
    pub(crate) fn with_default_tags(
        &self,
        mut arguments: Value,
        kind: &str,
        body: &Body,
        frame: &Rc<Frame>,
    ) -> Value {
        let Data::Map(map) = &mut arguments.data else {
            return arguments;
        };
        let own = map.entries.iter().find(|entry| &*entry.key == "tags");
        let own = own.map(|entry| (entry.key_origin.clone(), entry.value.clone()));
        if own.is_none() && !has_tags(kind) {
            return arguments;
        }
        let Some(given) = self.default_tags(kind, body, frame) else {
            return arguments;
        };
        let (at, tags) = match own {
            Some((at, own)) => {
                let origin = own.origin.clone();
                let own = match own.data {
                    Data::Absent => Value::new(Data::Null, own.origin),
                    _ => own,
                };
                (at, self.merged(vec![given, own], &origin))
            }
            None => (given.origin.clone(), given),
        };
        insert(map, Arc::from("tags"), at, tags);
        arguments
    }

    fn default_tags(&self, kind: &str, body: &Body, frame: &Rc<Frame>) -> Option<Value> {
        let name = match body.get("provider") {
            Some(written) => match name_of(written) {
                Some(name) => name,
                None => {
                    let reason = Reason::new(ReasonKind::Function, "which provider is not known");
                    return Some(Value::unknown(reason, Origin::at(written.span)));
                }
            },
            None => kind.split('_').next()?.to_owned(),
        };
        let (frame, block) = chosen(frame, &name)?;
        if !mentions(&block.body, "default_tags") {
            return None;
        }
        let memo = Arc::from(format!("{KIND}.{}", name_of_block(block)));
        let origin = Origin::at(block.kind.span);
        let tags = self.once(&frame.locals, &memo, &origin, || {
            let arguments = self.arguments(&block.body, &Scope::of(&frame));
            let blocks = arguments.get("default_tags");
            let first = blocks.and_then(|blocks| match &blocks.data {
                Data::List(list) if list.items.is_empty() => {
                    let reason = list.open.clone()?;
                    Some(Value::unknown(reason, blocks.origin.clone()))
                }
                Data::List(list) => list.items.first().cloned(),
                _ => Some(blocks.clone()),
            });
            let nothing = Value::new(Data::Absent, origin.clone());
            spread(
                first.unwrap_or(nothing),
                &mut |block| match (block.get("tags"), &block.data) {
                    (Some(tags), _) => tags.clone(),
                    (None, Data::Map(_)) => Value::new(Data::Absent, block.origin),
                    (None, _) => block,
                },
            )
        });
        (!matches!(tags.data, Data::Absent | Data::Null)).then_some(tags)
    }
}

/// The provider block that a name stands for in a module, and where that block is.
fn chosen<'f>(frame: &'f Rc<Frame>, name: &str) -> Option<(Rc<Frame>, &'f Block)> {
    let passed = frame.caller.as_ref().and_then(|caller| {
        let entries = match &caller.block.body.get("providers")?.kind {
            ExprKind::Map(entries) => entries,
            _ => return None,
        };
        let found = (entries.iter()).find(|(key, _)| name_of(key).as_deref() == Some(name))?;
        name_of(&found.1)
    });
    let own = (frame.module.providers.iter())
        .filter(|block| name_of_block(block) == name)
        // An empty block says no more than that it will be passed.
        .find(|block| {
            let said = |name: &str| !matches!(name, "alias" | "version");
            frame.caller.is_none()
                || !block.body.blocks.is_empty()
                || block.body.attributes.iter().any(|a| said(&a.name.text))
        });
    if let (None, Some(own)) = (&passed, own) {
        return Some((frame.clone(), own));
    }
    let above = match passed {
        Some(above) => above,
        None if !name.contains('.') => name.to_owned(),
        None => return None,
    };
    chosen(&frame.caller.as_ref()?.scope.frame, &above)
}

/// `aws`, or `aws.west` with an alias.
fn name_of_block(block: &Block) -> String {
    let label = block.labels.first().map_or("", |label| &*label.text);
    match block.body.get("alias").and_then(Expr::as_text) {
        Some(alias) => format!("{label}.{alias}"),
        None => label.to_owned(),
    }
}

/// The provider that an expression names.
fn name_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Variable(name) | ExprKind::Text(name) => Some(name.to_string()),
        ExprKind::Get(base, steps) => match (&base.kind, steps.as_slice()) {
            (ExprKind::Variable(name), [Step::Name(alias)]) => {
                Some(format!("{name}.{}", alias.text))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a body has a block of this type, be it a `dynamic` one.
fn mentions(body: &Body, kind: &str) -> bool {
    body.blocks.iter().any(|block| {
        let named = block.labels.first().map(|label| &*label.text);
        &*block.kind.text == kind || (&*block.kind.text == "dynamic" && named == Some(kind))
    })
}

/// Whether what a type becomes can carry tags.
fn has_tags(kind: &str) -> bool {
    let plain = |line: &&str| !line.starts_with('#');
    let mut untagged = (UNTAGGED.lines().filter(plain)).flat_map(|line| line.split(' '));
    aws::is_resource(kind) && !untagged.any(|other| other == kind)
}

#[cfg(test)]
mod tests;
