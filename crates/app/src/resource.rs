//! Everything that a template declares, under the provider's own schema.

use crate::lookup::{self, Leaf};
use crate::value::{Condition, Value};
use palisade_core::{Origin, ResourceRef, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// The clouds whose schemas resources can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provider {
    /// Amazon Web Services: CloudFormation's type and property names.
    Aws,
    /// Microsoft Azure: ARM's type and property names.
    Azure,
    /// Google Cloud: the API's names.
    Google,
    /// No cloud of these: the names that it was written under.
    Other,
}

impl Provider {
    /// The provider's name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Google => "google",
            Self::Other => "other",
        }
    }
}

/// Whether a resource will be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existence {
    /// Always.
    Always,
    /// When all of these hold.
    When(Vec<Condition>),
    /// Never, with the parameters that are given.
    Never,
}

/// One declared resource.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Unique within the application: the logical id, behind the ids of the nested stacks or
    /// modules that it is in (`Network/Subnet`).
    pub id: Arc<str>,
    /// The type's name in the provider's schema, whatever language it was written in.
    pub kind: Arc<str>,
    /// Whose schema it is.
    pub provider: Provider,
    /// A map under the provider's property names.
    pub properties: Value,
    /// Attributes beside the properties: `DeletionPolicy`, `UpdateReplacePolicy`, `DependsOn` …
    pub attributes: Value,
    /// Whether it will be there.
    pub exists: Existence,
    /// Where its name was written; for a generated resource, the place that made it.
    pub origin: Origin,
    /// All of the lines that the person wrote for it.
    pub extent: Span,
    /// How its owner names it.
    pub written: ResourceRef,
    /// Its tree of metadata, for suppressions and construct paths.
    pub metadata: Option<palisade_syntax::Node>,
    /// Made by a transform on behalf of another resource.
    pub generated: bool,
    /// Only a part of it is declared here, and nothing else is known of it: an attachment to a role
    /// that others made. What it lacks says nothing.
    pub partial: bool,
}

impl Resource {
    /// What its owner would call it in a sentence: the logical id or address, where they write such;
    /// in a service of the Serverless Framework, whose resources are made from its settings, the
    /// setting, and what is made of it beside the thing itself (`functions.orders (Role)`).
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        let address = &*self.written.address;
        let setting = match &*self.written.kind {
            "function" => format!("functions.{address}"),
            "layer" => format!("layers.{address}"),
            "provider" => address.to_owned(),
            _ => return Cow::Borrowed(&self.id),
        };
        let thing = self.kind.rsplit("::").next().unwrap_or_default();
        let itself = setting
            .rsplit('.')
            .next()
            .is_some_and(|last| last.eq_ignore_ascii_case(thing));
        Cow::Owned(match !self.generated || itself {
            true => setting,
            false => format!("{setting} ({thing})"),
        })
    }

    /// Everything that stands at a path below the properties; see [`crate::lookup`].
    #[must_use]
    pub fn at(&self, path: &str) -> Vec<Leaf<'_>> {
        lookup::leaves(&self.properties, path, &self.origin)
    }

    /// The single known text at a path: nothing when it is absent, symbolic or has alternatives.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        lookup::single(&self.properties, path)?.as_text()
    }

    /// The ids of the resources that are referred to anywhere below a path, in order, each once.
    #[must_use]
    pub fn references(&self, path: &str) -> Vec<Arc<str>> {
        let mut found: Vec<Arc<str>> = Vec::new();
        for leaf in self.at(path) {
            leaf.value.walk(&mut |value| {
                for (id, _) in value.references() {
                    if !found.contains(id) {
                        found.push(id.clone());
                    }
                }
            });
        }
        found
    }

    /// Whether any value below a path refers to the resource `id`.
    #[must_use]
    pub fn refers_to(&self, path: &str, id: &str) -> bool {
        self.references(path).iter().any(|found| &**found == id)
    }
}
