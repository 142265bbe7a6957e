//! The execution role that SAM makes for a function or a state machine. It must hold every permission
//! that the deployed role has, each at the place where it was asked for.

use super::Ctx;
use super::hash::canonical;
use super::make::{IntoNode, list, obj};
use super::policies::{self, Policy};
use super::resources::Res;
use palisade_core::Origin;
use palisade_syntax::{Entry, Node};
use std::collections::BTreeSet;

/// A role whose policies are still being gathered.
pub(super) struct Role {
    pub(super) res: Res,
    managed: Vec<Node>,
    inline: Vec<Node>,
    seen: BTreeSet<String>,
    /// How many of the inline policies are in `seen`: most roles are never asked.
    noted: usize,
}

/// A trust policy for one service.
pub(super) fn trust(origin: &Origin, service: &str) -> Node {
    obj!(origin;
        "Version" => "2012-10-17",
        "Statement" => list!(origin; obj!(origin;
            "Action" => list!(origin; "sts:AssumeRole"),
            "Effect" => "Allow",
            "Principal" => obj!(origin; "Service" => list!(origin; service)),
        )),
    )
}

/// An inline policy that allows one action.
pub(super) fn allow(origin: &Origin, name: &str, action: &str, resource: impl IntoNode) -> Node {
    let statement = obj!(origin; "Action" => action, "Effect" => "Allow", "Resource" => resource);
    obj!(origin;
        "PolicyName" => name,
        "PolicyDocument" => obj!(origin; "Statement" => list!(origin; statement)),
    )
}

/// The inline policy that lets a service write objects to a bucket.
pub(super) fn allow_bucket(origin: &Origin, name: &str, bucket: &Node) -> Node {
    let parts = list!(origin; bucket, "*");
    let objects = obj!(origin; "Fn::Join" => list!(origin; "/", parts));
    let put = obj!(origin; "Action" => "s3:PutObject", "Effect" => "Allow", "Resource" => objects);
    let look = obj!(origin; "Action" => "s3:ListBucket", "Effect" => "Allow", "Resource" => bucket);
    obj!(origin;
        "PolicyName" => name,
        "PolicyDocument" => obj!(origin; "Statement" => list!(origin; put, look)),
    )
}

/// What names a role's policies: its owner, and the word for it.
pub(super) struct Owner<'a> {
    pub(super) id: &'a str,
    pub(super) what: &'a str,
}

impl Role {
    pub(super) fn new(owner: &Owner<'_>, origin: &Origin, attributes: Vec<Entry>) -> Self {
        let id = format!("{}Role", owner.id);
        Self {
            res: Res::new(id, "AWS::IAM::Role", origin, attributes),
            managed: Vec::new(),
            inline: Vec::new(),
            seen: BTreeSet::new(),
            noted: 0,
        }
    }

    /// Adds the ARN of a managed policy, once.
    pub(super) fn add_managed(&mut self, arn: impl IntoNode, origin: &Origin) {
        let arn = arn.into_node(origin);
        if self.seen.insert(format!("managed {}", canonical(&arn))) {
            self.managed.push(arn);
        }
    }

    /// Adds an inline policy.
    pub(super) fn add_inline(&mut self, policy: Node) {
        self.inline.push(policy);
    }

    /// Adds an inline policy unless one with its document is there.
    pub(super) fn add_inline_once(&mut self, policy: Node) {
        for earlier in self.inline.iter().skip(self.noted) {
            if let Some(document) = earlier.get("PolicyDocument") {
                self.seen.insert(format!("inline {}", canonical(document)));
            }
        }
        self.noted = self.inline.len();
        let document = policy.get("PolicyDocument").unwrap_or(&policy);
        if self.seen.insert(format!("inline {}", canonical(document))) {
            self.inline.push(policy);
        }
    }

    /// Adds what stands under `Policies`.
    pub(super) fn add_policies(
        &mut self,
        ctx: &mut Ctx<'_>,
        owner: &Owner<'_>,
        given: Option<&Node>,
    ) {
        let what = format!("{} {}", owner.what, owner.id);
        for (index, policy) in policies::read(ctx, given, &what).into_iter().enumerate() {
            match policy {
                Policy::Managed(arn) => {
                    let origin = arn.origin.clone();
                    self.add_managed(arn, &origin);
                }
                Policy::Statements(document) => {
                    let name = format!("{}Policy{index}", self.res.id);
                    self.add_inline(policies::named(&document, &name));
                }
                Policy::Unknown(node) => {
                    let message = "neither a statement, nor a policy template, nor a managed policy; it is left out";
                    ctx.problem(node.origin.span, message);
                }
            }
        }
    }

    /// The finished resource.
    pub(super) fn finish(mut self) -> Res {
        self.res.set("ManagedPolicyArns", self.managed);
        if !self.inline.is_empty() {
            self.res.set("Policies", self.inline);
        }
        self.res
    }
}
