//! What the parts of the template are put together in: the service as it is resolved, and the
//! resources, roles and outputs that were made of it.

use crate::make::{at, concat, entry, get, is_function, items, obj, text, truthy};
use crate::names::normalized;
use crate::role::Role;
use palisade_app::cfn::Owner;
use palisade_core::{Origin, Span};
use palisade_syntax::{Data, Entry, Node};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// One function of the service.
#[derive(Debug)]
pub(crate) struct Function {
    /// Its key.
    pub(crate) key: Arc<str>,
    /// Where its key is written.
    pub(crate) origin: Origin,
    /// Its settings.
    pub(crate) node: Node,
    /// Its key as a part of logical ids.
    pub(crate) id: String,
    /// The logical id of the function itself.
    pub(crate) lambda: String,
    /// The name that it is deployed under.
    pub(crate) name: Node,
    /// The alias that events are sent to: name and logical id.
    pub(crate) alias: Option<(Node, String)>,
    /// Its role, where the framework makes it.
    pub(crate) role: Option<usize>,
    /// What calls it.
    pub(crate) events: Vec<Event>,
}

/// One entry of `events`.
#[derive(Debug)]
pub(crate) struct Event {
    /// `http`, `sqs` …
    pub(crate) kind: Arc<str>,
    /// Where its kind is written.
    pub(crate) origin: Origin,
    /// What is said about it.
    pub(crate) value: Node,
}

impl Function {
    /// A setting, unless it is null.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        get(&self.node, name)
    }

    /// What events are sent to.
    pub(crate) fn target(&self, origin: &Origin) -> Node {
        let arn = crate::make::arn_of(origin, &self.lambda);
        match &self.alias {
            Some((name, _)) => {
                let parts = crate::make::list!(origin; arn, name);
                obj!(origin; "Fn::Join" => crate::make::list!(origin; ":", parts))
            }
            None => arn,
        }
    }

    /// Its events of one kind.
    pub(crate) fn events<'f>(&'f self, kind: &'f str) -> impl Iterator<Item = &'f Event> {
        self.events.iter().filter(move |event| &*event.kind == kind)
    }
}

/// A service on its way to a template.
#[derive(Debug)]
pub(crate) struct Build {
    /// The whole document, resolved.
    pub(crate) root: Node,
    pub(crate) service: Node,
    pub(crate) stage: Node,
    pub(crate) provider: Node,
    /// Where `provider` is written.
    pub(crate) provider_origin: Origin,
    pub(crate) functions: Rc<[Function]>,
    pub(crate) roles: Vec<Role>,
    pub(crate) resources: Vec<Entry>,
    index: BTreeMap<Arc<str>, usize>,
    pub(crate) owners: BTreeMap<Arc<str>, Owner>,
    pub(crate) outputs: Vec<Entry>,
    pub(crate) problems: Vec<(Span, String)>,
}

impl Build {
    pub(crate) fn new(root: Node, stage: Node) -> Self {
        let service = get(&root, "service").map(|s| get(s, "name").unwrap_or(s).clone());
        let provider = root.entry("provider");
        let (provider, provider_origin) = match provider {
            Some(entry) => (entry.value.clone(), entry.key.origin.clone()),
            None => (Node::default(), root.origin.clone()),
        };
        // `provider: aws` is short for its name.
        let provider = match provider.as_str() {
            Some(_) => obj!(&provider.origin; "name" => &provider),
            None => provider,
        };
        let mut build = Self {
            service: service.unwrap_or_else(|| Node::string("", root.origin.clone())),
            stage,
            provider,
            provider_origin,
            functions: Rc::from(Vec::new()),
            roles: Vec::new(),
            resources: Vec::new(),
            index: BTreeMap::new(),
            owners: BTreeMap::new(),
            outputs: Vec::new(),
            problems: Vec::new(),
            root,
        };
        build.functions = Rc::from(build.read_functions());
        build
    }

    /// A setting of the provider, unless it is null.
    pub(crate) fn provided(&self, path: &[&str]) -> Option<&Node> {
        at(&self.provider, path)
    }

    /// Where a setting of the provider is written, or where it would be.
    pub(crate) fn place(&self, path: &[&str]) -> Origin {
        let mut origin = &self.provider_origin;
        let mut node = &self.provider;
        for name in path {
            match node.entry(name) {
                Some(entry) => (origin, node) = (&entry.key.origin, &entry.value),
                None => break,
            }
        }
        origin.clone()
    }

    /// `service`, what is given, and the stage, with dashes between: `orders-dev`.
    pub(crate) fn named(&self, origin: &Origin, first: &[&Node]) -> Node {
        let mut parts: Vec<Node> = Vec::new();
        for part in first {
            if !parts.is_empty() {
                parts.push(Node::string("-", origin.clone()));
            }
            parts.push((*part).clone());
        }
        concat(origin, parts)
    }

    /// Notes a problem.
    pub(crate) fn problem(&mut self, origin: &Origin, message: impl Into<String>) {
        self.problems.push((origin.span, message.into()));
    }

    /// The major version of the framework; without any said, the present one.
    pub(crate) fn version(&self) -> u32 {
        get(&self.root, "frameworkVersion")
            .and_then(Node::scalar_text)
            .and_then(|text| text.chars().find_map(|c| c.to_digit(10)))
            .unwrap_or(4)
    }

    /// Whether the service uses a plugin.
    pub(crate) fn has_plugin(&self, name: &str) -> bool {
        uses_plugin(&self.root, name)
    }

    /// The function with this key.
    pub(crate) fn function(&self, key: &str) -> Option<&Function> {
        self.functions.iter().find(|function| &*function.key == key)
    }

    /// What a reference to a function stands for: the key of one, or an ARN.
    pub(crate) fn function_arn(&self, node: &Node) -> Node {
        match node.as_str().and_then(|key| self.function(key)) {
            Some(function) => function.target(&node.origin),
            None => node.clone(),
        }
    }

    fn read_functions(&mut self) -> Vec<Function> {
        let mut all = Node::new(Data::Map(Vec::new()), Origin::default());
        if let Some(written) = get(&self.root, "functions").cloned() {
            for node in items(&written) {
                if is_function(node) {
                    let message = "the functions are not known: what gives them is not read";
                    self.problem(&node.origin, message);
                } else {
                    crate::make::merge_deep(&mut all, node.clone(), 0);
                }
            }
        }
        let mut functions = Vec::new();
        for entry in all.as_map().unwrap_or_default() {
            if entry.value.as_map().is_none() || is_function(&entry.value) {
                if !entry.value.is_null() {
                    let message = format!("what function `{}` is, is not known", entry.key.name);
                    self.problem(&entry.key.origin, message);
                }
                continue;
            }
            functions.push(self.read_function(entry));
        }
        functions
    }

    fn read_function(&mut self, entry: &Entry) -> Function {
        let (key, origin, node) = (&entry.key.name, &entry.key.origin, &entry.value);
        let id = normalized(key);
        let lambda = format!("{id}LambdaFunction");
        let name = get(node, "name").cloned().unwrap_or_else(|| {
            let key = Node::string(key.clone(), origin.clone());
            self.named(origin, &[&self.service, &self.stage, &key])
        });
        let alias = |name: Node, id: String| Some((name, id));
        let text = |text: &str| Node::string(text, origin.clone());
        let alias = match (get(node, "provisionedConcurrency"), get(node, "snapStart")) {
            (Some(given), _) if truthy(Some(given)) => match get(given, "alias") {
                Some(named) => {
                    let part = normalized(named.as_str().unwrap_or_default());
                    alias(named.clone(), format!("{id}ProvConc{part}LambdaAlias"))
                }
                None => alias(text("provisioned"), format!("{id}ProvConcLambdaAlias")),
            },
            (_, snap) if truthy(snap) => {
                alias(text("snapstart"), format!("{id}SnapStartLambdaAlias"))
            }
            _ => None,
        };
        let events = get(node, "events").map(|events| self.read_events(events));
        Function {
            key: key.clone(),
            origin: origin.clone(),
            node: node.clone(),
            id,
            lambda,
            name,
            alias,
            role: None,
            events: events.unwrap_or_default(),
        }
    }

    fn read_events(&mut self, events: &Node) -> Vec<Event> {
        let mut found = Vec::new();
        for node in items(events) {
            match &node.data {
                Data::String(kind) => found.push(Event {
                    kind: kind.clone(),
                    origin: node.origin.clone(),
                    value: Node::new(Data::Bool(true), node.origin.clone()),
                }),
                Data::Map(entries) if !is_function(node) => {
                    found.extend(entries.iter().map(|entry| Event {
                        kind: entry.key.name.clone(),
                        origin: entry.key.origin.clone(),
                        value: entry.value.clone(),
                    }));
                }
                _ => self.problem(&node.origin, "an event that is not known"),
            }
        }
        found
    }

    /// Whether there is a resource of this id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.index.contains_key(id)
    }

    /// A resource that was put in.
    pub(crate) fn resource(&mut self, id: &str) -> Option<&mut Node> {
        let at = *self.index.get(id)?;
        self.resources.get_mut(at).map(|entry| &mut entry.value)
    }

    /// The properties of a resource that was put in.
    pub(crate) fn properties(&mut self, id: &str) -> Option<&mut Node> {
        self.resource(id)?.get_mut("Properties")
    }

    /// Puts a resource in that is not there yet.
    pub(crate) fn put(
        &mut self,
        owner: Owner,
        id: &str,
        kind: &str,
        origin: &Origin,
        properties: Node,
    ) {
        if self.has(id) {
            return;
        }
        let id: Arc<str> = Arc::from(id);
        self.owners.insert(id.clone(), owner);
        let node = obj!(origin; "Type" => kind, "Properties" => properties);
        self.append(entry(id, node, origin));
    }

    /// Puts in a resource as it is.
    pub(crate) fn append(&mut self, resource: Entry) {
        self.index
            .insert(resource.key.name.clone(), self.resources.len());
        self.resources.push(resource);
    }

    /// Puts a resource in on behalf of a function.
    pub(crate) fn put_for(
        &mut self,
        function: &Function,
        id: &str,
        kind: &str,
        origin: &Origin,
        properties: Node,
    ) {
        let owner = Owner {
            name: function.key.clone(),
            kind: Arc::from("function"),
            extent: extent(&function.origin, &function.node),
            generated: Some(id != function.lambda),
            metadata: None,
        };
        self.put(owner, id, kind, origin, properties);
    }

    /// Puts a resource in on behalf of a setting of the provider.
    pub(crate) fn put_provided(&mut self, path: &[&str], id: &str, kind: &str, properties: Node) {
        let origin = self.place(path);
        let owner = self.provider_owner(path);
        self.put(owner, id, kind, &origin, properties);
    }

    /// A setting of the provider as the owner of what it makes.
    pub(crate) fn provider_owner(&self, path: &[&str]) -> Owner {
        let mut extent_of = extent(&self.provider_origin, &self.provider);
        if let Some(name) = path.last()
            && let Some(entry) = self
                .provided(&path[..path.len() - 1])
                .and_then(|n| n.entry(name))
        {
            extent_of = extent(&entry.key.origin, &entry.value);
        }
        let address = ["provider"].iter().chain(path).copied();
        Owner {
            name: Arc::from(address.collect::<Vec<_>>().join(".")),
            kind: Arc::from("provider"),
            extent: extent_of,
            generated: Some(true),
            metadata: None,
        }
    }

    /// Lets a function do something, where the framework makes its role.
    pub(crate) fn grant(
        &mut self,
        function: &Function,
        origin: &Origin,
        actions: &[&str],
        resource: Node,
    ) {
        if let Some(role) = function.role.and_then(|at| self.roles.get_mut(at)) {
            role.allow(origin, actions, resource);
        }
    }

    /// Lets a service call a function.
    pub(crate) fn permit(
        &mut self,
        function: &Function,
        id: &str,
        origin: &Origin,
        principal: &str,
        source: Option<Node>,
    ) {
        let mut properties = obj!(origin;
            "FunctionName" => function.target(origin),
            "Action" => "lambda:InvokeFunction",
            "Principal" => principal,
        );
        crate::make::set(&mut properties, "SourceArn", source);
        self.put_for(function, id, "AWS::Lambda::Permission", origin, properties);
    }

    /// Adds an output.
    pub(crate) fn output(&mut self, name: &str, value: Node) {
        let origin = value.origin.clone();
        let output = obj!(&origin; "Value" => value);
        self.outputs.push(entry(name, output, &origin));
    }

    /// The tags of the provider that are given to what is made.
    pub(crate) fn provider_tags(&self) -> Option<Node> {
        let tags = self.provided(&["tags"]);
        crate::make::merged(self.provided(&["stackTags"]).cloned(), tags)
    }

    /// A log group with the settings that the provider gives.
    pub(crate) fn put_log_group(&mut self, path: &[&str], id: &str, name: Node) {
        let origin = self.place(path);
        let mut properties = obj!(&origin; "LogGroupName" => name);
        for (from, to) in [
            ("logRetentionInDays", "RetentionInDays"),
            ("logDataProtectionPolicy", "DataProtectionPolicy"),
        ] {
            crate::make::set(&mut properties, to, self.provided(&[from]).cloned());
        }
        self.put_provided(path, id, "AWS::Logs::LogGroup", properties);
    }

    /// The name of the provider.
    pub(crate) fn cloud(&self) -> Option<&str> {
        text(&self.provider, "name")
    }
}

/// Whether a service uses a plugin; the list may stand under `modules`.
pub(crate) fn uses_plugin(root: &Node, name: &str) -> bool {
    let Some(plugins) = get(root, "plugins") else {
        return false;
    };
    items(get(plugins, "modules").unwrap_or(plugins))
        .iter()
        .any(|plugin| plugin.as_str() == Some(name))
}

/// From the key to the end of the value, where both stand in one file.
pub(crate) fn extent(key: &Origin, value: &Node) -> Span {
    let span = key.span;
    let end = value.origin.span;
    if end.file == span.file && end.start >= span.start {
        Span {
            end: end.end.max(span.end),
            ..span
        }
    } else {
        span
    }
}
