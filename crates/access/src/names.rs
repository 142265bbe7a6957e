//! What the resources of an application will be called: their physical names and ARNs, as far as
//! the template says them. What only deployment decides becomes a symbol, so that a policy on
//! `!GetAtt Orders.Arn` and one on `arn:aws:sqs:*:*:orders` can be held against each other.

mod shapes;

use palisade_app::{Application, Data, Part, ReasonKind, Resource, Value};
use palisade_iam::Symbols;
use shapes::Shape;
use std::sync::Arc;

/// Where an application is deployed to, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// The account's number.
    pub account: Option<Arc<str>>,
    /// The region.
    pub region: Option<Arc<str>>,
    /// The partition; `aws` when it is not said.
    pub partition: Option<Arc<str>>,
}

/// Names the resources of one application.
#[derive(Debug)]
pub struct Names<'a> {
    app: &'a Application,
    deployment: &'a Deployment,
    /// The symbols and holes of all names.
    pub symbols: Symbols,
}

/// Names refer to other resources' names; further than this they are symbols.
const MAX_DEPTH: usize = 6;

impl<'a> Names<'a> {
    /// Names the resources of an application with these symbols, and new ones.
    #[must_use]
    pub fn new(app: &'a Application, deployment: &'a Deployment, symbols: Symbols) -> Self {
        Self {
            app,
            deployment,
            symbols,
        }
    }

    /// The ARN of a resource of the application, when its kind has one.
    pub fn arn(&mut self, resource: &Resource) -> Option<String> {
        let shape = shapes::of(&resource.kind)?;
        Some(self.fill(shape.arn, shape, resource, 0))
    }

    /// The account that the application is deployed to: its number, or a symbol.
    pub fn account(&mut self) -> String {
        self.pseudo("AWS::AccountId")
    }

    /// The log group that a function writes to when it is told no other.
    pub(crate) fn log_group_of(&mut self, function: &Resource) -> String {
        let name = shapes::of(&function.kind).map(|shape| self.name(shape, function, 0));
        format!("/aws/lambda/{}", name.unwrap_or_else(|| "*".to_owned()))
    }

    /// A text of a template.
    pub fn text(&mut self, parts: &[Part]) -> String {
        self.parts(parts, 0)
    }

    fn parts(&mut self, parts: &[Part], depth: usize) -> String {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Reference {
                    resource,
                    attribute,
                } => text.push_str(&self.attribute(resource, attribute, depth)),
                Part::Pseudo(name) => text.push_str(&self.pseudo(name)),
                Part::Parameter { .. } | Part::Dynamic { .. } => {
                    text.push(self.symbols.symbol(&part.to_string()));
                }
                // What another stack exports under a name is always the same.
                Part::Hole(reason) if reason.kind == ReasonKind::Import => {
                    let what = reason.detail.trim_start_matches("is ");
                    text.push(self.symbols.symbol(&format!("${{{what}}}")));
                }
                Part::Hole(reason) => text.push(self.symbols.hole(&reason.to_string())),
            }
        }
        text
    }

    /// A value of the place of deployment.
    pub(crate) fn pseudo(&mut self, name: &str) -> String {
        let account = self.app.account.as_ref();
        let known = match name {
            "AWS::Partition" => match account {
                Some(account) => Some(&*account.partition),
                None => Some(self.deployment.partition.as_deref().unwrap_or("aws")),
            },
            "AWS::AccountId" => match account {
                Some(account) => Some(&*account.number),
                None => self.deployment.account.as_deref(),
            },
            "AWS::Region" => self.deployment.region.as_deref(),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => None,
        };
        match known {
            Some(known) => known.to_owned(),
            None => self.symbol(name),
        }
    }

    fn symbol(&mut self, name: &str) -> String {
        self.symbols.symbol(&format!("${{{name}}}")).to_string()
    }

    /// An attribute of a resource, `Ref` among them.
    fn attribute(&mut self, id: &str, attribute: &str, depth: usize) -> String {
        let resource = self.app.resource(id);
        let shape = resource.and_then(|r| shapes::of(&r.kind));
        let (Some(resource), Some(shape)) = (resource, shape) else {
            return match attribute {
                "Ref" => self.symbol(id),
                _ => self.symbol(&format!("{id}.{attribute}")),
            };
        };
        let template = match attribute {
            "Ref" => shape.reference,
            _ => shape.attribute(attribute).unwrap_or_default(),
        };
        if template.is_empty() || depth >= MAX_DEPTH {
            return self.symbol(&format!("{id}.{attribute}"));
        }
        self.fill(template, shape, resource, depth)
    }

    /// Fills a template of names: see [`shapes`].
    fn fill(&mut self, template: &str, shape: &Shape, resource: &Resource, depth: usize) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            text.push_str(before);
            let Some((place, behind)) = behind.split_once('}') else {
                break;
            };
            text.push_str(&match place {
                "p" => self.pseudo("AWS::Partition"),
                "r" => self.pseudo("AWS::Region"),
                "a" => self.pseudo("AWS::AccountId"),
                "n" => self.name(shape, resource, depth),
                "path" => self
                    .property(resource, "Path", depth)
                    .unwrap_or_else(|| "/".to_owned()),
                other => self.symbol(&format!("{}.{other}", resource.id)),
            });
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    /// The physical name: as it is declared, or a symbol for the one that deployment makes.
    fn name(&mut self, shape: &Shape, resource: &Resource, depth: usize) -> String {
        let declared = (!shape.name.is_empty())
            .then(|| self.property(resource, shape.name, depth))
            .flatten();
        match declared {
            // The name of a parameter of the parameter store begins with a slash, its ARN does not
            // have two.
            Some(name) if &*resource.kind == "AWS::SSM::Parameter" => {
                name.trim_start_matches('/').to_owned()
            }
            Some(name) => name,
            None => self.symbol(&resource.id),
        }
    }

    fn property(&mut self, resource: &Resource, name: &str, depth: usize) -> Option<String> {
        let value: &Value = resource.properties.get(name)?;
        match &value.data {
            Data::Absent | Data::Null => None,
            // Several names under conditions: none of them is sure.
            Data::OneOf(_) | Data::Unknown(_) => None,
            _ => {
                let parts = value.parts()?;
                (depth < MAX_DEPTH).then(|| self.parts(&parts, depth + 1))
            }
        }
    }
}

#[cfg(test)]
mod tests;
