//! One application: what a root template, and what it brings in, declares.

use crate::account::Account;
use crate::graph::Graph;
use crate::resource::{Existence, Resource};
use palisade_core::{FileId, Sources};
use palisade_syntax::Comment;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The language that an application is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// AWS CloudFormation.
    CloudFormation,
    /// AWS Serverless Application Model.
    Sam,
    /// CloudFormation that the AWS CDK synthesized.
    Cdk,
    /// Serverless Framework.
    Serverless,
    /// Terraform: a folder of configuration, a plan or a state.
    Terraform,
    /// No template: the state of an account, see [`crate::account`].
    Account,
}

impl Language {
    /// The language's name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::Sam => "sam",
            Self::Cdk => "cdk",
            Self::Serverless => "serverless",
            Self::Terraform => "terraform",
            Self::Account => "account",
        }
    }
}

/// Everything that is known of one application.
#[derive(Debug)]
pub struct Application {
    /// Path of the root template, relative to the scanned root.
    pub root: Arc<str>,
    /// What it is written in.
    pub language: Language,
    /// Its texts.
    pub sources: Sources,
    /// The comments of its texts.
    pub comments: Vec<(FileId, Vec<Comment>)>,
    /// Paths of the nested stacks' templates that were read with it.
    pub nested: Vec<Arc<str>>,
    /// The ids of the resources that its outputs tell others about.
    pub given_out: BTreeSet<Arc<str>>,
    /// The account that it is the state of; templates have none.
    pub account: Option<Account>,
    resources: Vec<Resource>,
    by_id: BTreeMap<Arc<str>, usize>,
    /// Sorted as [`by_length`] does: each rule asks for its kinds.
    by_kind: Vec<(Arc<str>, Vec<usize>)>,
    graph: Graph,
}

impl Application {
    /// An application of these resources. Of two with the same id the later one counts.
    #[must_use]
    pub fn new(
        root: Arc<str>,
        language: Language,
        sources: Sources,
        comments: Vec<(FileId, Vec<Comment>)>,
        nested: Vec<Arc<str>>,
        resources: Vec<Resource>,
    ) -> Self {
        let mut by_id = BTreeMap::new();
        let mut by_kind: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
        for (i, resource) in resources.iter().enumerate() {
            by_id.insert(resource.id.clone(), i);
            if resource.exists != Existence::Never {
                by_kind.entry(resource.kind.clone()).or_default().push(i);
            }
        }
        let mut by_kind: Vec<_> = by_kind.into_iter().collect();
        by_kind.sort_by(|(a, _), (b, _)| by_length(a, b));
        let mut application = Self {
            root,
            language,
            sources,
            comments,
            nested,
            given_out: BTreeSet::new(),
            account: None,
            resources,
            by_id,
            by_kind,
            graph: Graph::default(),
        };
        application.graph = Graph::of(&application);
        application
    }

    /// All resources in the order of the template, also those that will never exist.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter()
    }

    /// The resource with this id.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.by_id.get(id).and_then(|i| self.resources.get(*i))
    }

    /// The resources of a kind that may exist.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Resource> {
        let at = self.by_kind.binary_search_by(|(k, _)| by_length(k, kind));
        let found = at.ok().and_then(|at| self.by_kind.get(at));
        found
            .into_iter()
            .flat_map(|(_, resources)| resources)
            .filter_map(|i| self.resources.get(*i))
    }

    /// The kinds of which there are resources that may exist.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.by_kind.iter().map(|(kind, _)| &**kind)
    }

    /// The resources of a kind that name `id` at `path`, as attachments do.
    pub fn attached<'a>(
        &'a self,
        kind: &str,
        path: &'a str,
        id: &'a str,
    ) -> impl Iterator<Item = &'a Resource> {
        self.of_kind(kind).filter(move |r| r.refers_to(path, id))
    }

    /// The provider-neutral views.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }
}

/// An order of names that is quicker than the alphabet: most names begin with the same letters and
/// differ in length.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
