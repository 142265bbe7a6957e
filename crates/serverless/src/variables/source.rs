//! Where the values of variables come from: the document itself, options, parameters, files, the
//! place of deployment, other stacks and stores.

use super::expression::{Piece, Source, pieces};
use super::{How, Resolver, STAGE, carry};
use crate::compose;
use crate::make::{concat, get, reference};
use palisade_app::{FileError, Reason, ReasonKind, cfn, resolve};
use palisade_core::{Origin, ProblemLevel, ViaKind};
use palisade_syntax::{Data, Node, decode};
use std::borrow::Cow;
use std::sync::Arc;

/// The stage where none is given.
const DEFAULT_STAGE: &str = "dev";

impl Resolver<'_, '_> {
    /// The value of a source; nothing when it has none, so that the next alternative counts. What
    /// whoever deploys gives is a symbol where no other alternative comes behind it.
    pub(super) fn source(
        &mut self,
        source: &Source<'_>,
        text: &str,
        origin: &Origin,
        how: How,
    ) -> Option<Node> {
        let last = how.last;
        let address = source.address.unwrap_or_default();
        let given = |text: &String| Node::string(text.as_str(), origin.clone());
        let found = match source.kind {
            "self" => {
                return self.carried(text, origin, how, |this| this.own(address, origin, how));
            }
            "opt" => match (self.options.parameters.get(address), address) {
                (Some(value), _) => Some(given(value)),
                (None, "stage") if self.options.stage.is_some() || last => Some(self.stage(origin)),
                (None, "region") if last => Some(reference(origin, "AWS::Region")),
                (None, _) => None,
            },
            "env" => self.options.env.get(address).map(given),
            "param" => self.carried(text, origin, how, |this| this.param(address, origin, how)),
            "file" => {
                let path = source
                    .parameter
                    .unwrap_or_default()
                    .trim_matches(['\'', '"']);
                let found = self.carried(text, origin, how, |this| {
                    this.file(path, address, origin, how)
                });
                return found.or_else(|| self.unread(path, origin).filter(|_| last));
            }
            _ => return Some(self.elsewhere(source, text, origin)),
        };
        found.or_else(|| last.then(|| self.symbol(text, origin)))
    }

    /// The value of a source that always has one.
    fn elsewhere(&mut self, source: &Source<'_>, text: &str, origin: &Origin) -> Node {
        let address = source.address.unwrap_or_default();
        match (source.kind, address) {
            ("sls", "stage") => self.stage(origin),
            // Another one at each deployment, as the digests in names that stand without them.
            ("sls", "instanceId") => Node::string("", origin.clone()),
            ("aws", "accountId") => reference(origin, "AWS::AccountId"),
            ("aws", "region") => reference(origin, "AWS::Region"),
            ("aws", "partition") => reference(origin, "AWS::Partition"),
            ("ssm", _) => dynamic(address, origin),
            ("strToBool", _) => match source.parameter.unwrap_or_default() {
                value @ ("true" | "1" | "false" | "0") => {
                    let holds = matches!(value, "true" | "1");
                    Node::new(Data::Bool(holds), origin.clone())
                }
                _ => self.symbol(text, origin),
            },
            // Other stacks, stores and services, and what plugins bring.
            _ => self.symbol(text, origin),
        }
    }

    /// A value with the step on which it came here.
    fn carried(
        &mut self,
        text: &str,
        origin: &Origin,
        how: How,
        find: impl FnOnce(&mut Self) -> Option<Node>,
    ) -> Option<Node> {
        let key = (text.to_owned(), how.shallow);
        if self.active.contains(&key) {
            let detail = format!("the variable `{text}` goes round in a circle");
            self.circles += 1;
            self.tell(origin, ProblemLevel::Error, &detail);
            return Some(cfn::unknown(
                &Reason::new(ReasonKind::Cycle, detail),
                origin,
            ));
        }
        let mut found = match self.known.get(&key) {
            Some(found) => found.clone(),
            None => {
                let circles = self.circles;
                self.active.push(key.clone());
                let found = find(self);
                self.active.pop();
                // What was found on the way round a circle is not the whole truth.
                if self.circles == circles {
                    self.known.insert(key, found.clone());
                }
                found
            }
        }?;
        if !self.pay(&found) {
            return Some(self.limit(origin));
        }
        let step = ViaKind::Variable(Arc::from(text));
        carry(&mut found, &step, origin.span);
        Some(found)
    }

    /// `self:`: a place of the document.
    fn own(&mut self, address: &str, origin: &Origin, how: How) -> Option<Node> {
        if address == "provider.stage" {
            return Some(self.stage(origin));
        }
        let root = self.root;
        let found = self.walk_to(root, address, how);
        match (address, found) {
            ("provider.region", None) => Some(reference(origin, "AWS::Region")),
            ("service.name", None) => self.walk_to(root, "service", how),
            (_, None) => self.name_of_function(address, origin),
            ("service", Some(found)) if found.get("name").is_some() => found.get("name").cloned(),
            (_, found) => found,
        }
    }

    /// The framework names functions that are not named.
    fn name_of_function(&mut self, address: &str, origin: &Origin) -> Option<Node> {
        let key = address.strip_prefix("functions.")?.strip_suffix(".name")?;
        let root = self.root;
        self.walk_to(
            root,
            &format!("functions.{key}"),
            How {
                shallow: true,
                ..How::LAST
            },
        )?;
        let service = self.own("service", origin, How::LAST)?;
        let stage = self.stage(origin);
        let rest = Node::string(format!("-{key}"), origin.clone());
        let dash = Node::string("-", origin.clone());
        Some(concat(origin, vec![service, dash, stage, rest]))
    }

    /// The value at an address below a node that may itself hold variables.
    fn walk_to(&mut self, from: &Node, address: &str, how: How) -> Option<Node> {
        let mut here = Cow::Borrowed(from);
        for name in address.split('.').filter(|name| !name.is_empty()) {
            if let Some(value) = self.value_of(&here) {
                here = Cow::Owned(value);
            }
            if cfn::why_unknown(&here).is_some() || here.get("Ref").is_some() {
                return Some(here.into_owned());
            }
            here = match here {
                Cow::Borrowed(node) => Cow::Borrowed(child(node, name)?),
                Cow::Owned(node) => Cow::Owned(child(&node, name)?.clone()),
            };
        }
        let found = match how.shallow {
            true => self.value_of(&here).unwrap_or_else(|| here.into_owned()),
            false => self.resolve(&here),
        };
        Some(found)
    }

    /// What stands for a node that is a variable; what is below it stays as it is.
    fn value_of(&mut self, node: &Node) -> Option<Node> {
        let text = node.as_str().filter(|text| text.contains("${"))?;
        let pieces = pieces(text);
        let [Piece::Variable(variable)] = pieces.as_slice() else {
            return Some(self.resolve(node));
        };
        let how = How {
            shallow: true,
            ..How::LAST
        };
        Some(self.find(variable, &node.origin, how).unwrap_or_default())
    }

    /// The stage that is deployed to: what is given, what the provider says, or the default.
    pub(crate) fn stage(&mut self, origin: &Origin) -> Node {
        const ADDRESS: &str = "provider.stage";
        if let Some(stage) = &self.options.stage {
            return Node::string(stage.as_str(), origin.clone());
        }
        let default = || Node::string(DEFAULT_STAGE, origin.clone());
        let key = (ADDRESS.to_owned(), false);
        if self.active.contains(&key) {
            self.circles += 1;
            return default();
        }
        self.active.push(key);
        let root = self.root;
        let found = self.walk_to(root, ADDRESS, How::LAST);
        self.active.pop();
        match found {
            Some(found) if cfn::why_unknown(&found).is_none() => found,
            Some(_) => self.symbol(STAGE, origin),
            None => default(),
        }
    }

    /// `param:`: given on the command line or by a compose file, of the stage, or the default.
    fn param(&mut self, name: &str, origin: &Origin, how: How) -> Option<Node> {
        if let Some(value) = self.options.parameters.get(name) {
            return Some(Node::string(value.as_str(), origin.clone()));
        }
        if let Some(value) = self.composed.get(name).cloned() {
            return Some(match compose::output(&value) {
                Some(output) => self.symbol(output, origin),
                None => Node {
                    origin: origin.clone(),
                    ..self.resolve(&value)
                },
            });
        }
        let stage = self.stage(origin).scalar_text();
        let root = self.root;
        let places = stage
            .iter()
            .map(|stage| &**stage)
            .chain(["default"])
            .flat_map(|stage| [format!("params.{stage}"), format!("stages.{stage}.params")]);
        for place in places.collect::<Vec<_>>() {
            // The name may have dots in it, so that it is no part of the address.
            let mut parts = place.split('.');
            let section = parts.next().and_then(|part| root.get(part)).cloned();
            let place = parts.try_fold(section.unwrap_or_default(), |node, part| {
                let node = self.value_of(&node).unwrap_or(node);
                node.get(part).cloned()
            });
            let holder = place.map(|node| self.value_of(&node).unwrap_or(node));
            if let Some(value) = holder.as_ref().and_then(|holder| get(holder, name)) {
                return Some(match how.shallow {
                    true => value.clone(),
                    false => self.resolve(value),
                });
            }
        }
        None
    }

    /// `file():`: another file of the tree, or an address in it.
    fn file(&mut self, path: &str, address: &str, origin: &Origin, how: How) -> Option<Node> {
        if !self.files.contains_key(path) {
            let read = self.read(path);
            self.files.insert(path.to_owned(), read.map(Arc::new));
        }
        let node = self.files.get(path)?.as_ref().ok()?.clone();
        let mut found = self.walk_to(&node, address, how)?;
        let step = ViaKind::Include(Arc::from(path));
        carry(&mut found, &step, origin.span);
        Some(found)
    }

    /// What a file gives that could not be read; nothing when it was.
    fn unread(&mut self, path: &str, origin: &Origin) -> Option<Node> {
        let reason = self.files.get(path)?.as_ref().err()?.clone();
        self.tell(origin, ProblemLevel::Warning, &reason.detail);
        Some(cfn::unknown(&reason, origin))
    }

    fn read(&mut self, written: &str) -> Result<Node, Reason> {
        let wrong = |what: String| Reason::new(ReasonKind::File, what);
        let has = |endings: &[&str]| {
            let name = written.to_ascii_lowercase();
            endings.iter().any(|ending| name.ends_with(ending))
        };
        if has(&[".js", ".cjs", ".mjs", ".ts"]) {
            return Err(wrong(format!(
                "`{written}` is code; what it gives is not known"
            )));
        }
        let path = resolve(self.path, written);
        let bytes = match &path {
            Some(path) => self.documents.files.read(path),
            None => Err(FileError::Outside),
        };
        let bytes = bytes.map_err(|error| wrong(format!("`{written}` is not read: {error}")))?;
        let path = path.unwrap_or_default();
        if !has(&[".yml", ".yaml", ".json"]) {
            let text = decode(&bytes).map_err(|e| wrong(format!("`{written}` {e}")))?;
            let file = self.documents.sources.add(path, text);
            let text = self.documents.sources.text(file);
            let span = palisade_core::Span::new(file, 0, text.len());
            return Ok(Node::string(text, Origin::at(span)));
        }
        let parsed = self.documents.parse(&path, &bytes);
        match parsed {
            Ok(mut node) => {
                cfn::long_form::to_long_form(&mut node);
                Ok(node)
            }
            Err(problem) => {
                let reason = wrong(format!(
                    "`{written}` is not well-formed: {}",
                    problem.message
                ));
                self.documents.problems.push(problem);
                Err(reason)
            }
        }
    }
}

/// What stands under a name, or at an index.
fn child<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match &node.data {
        Data::Seq(items) => items.get(name.parse::<usize>().ok()?),
        _ => node.get(name),
    }
}

/// A parameter of the Systems Manager, or a secret through it.
fn dynamic(address: &str, origin: &Origin) -> Node {
    const SECRETS: &str = "/aws/reference/secretsmanager/";
    let key = address.split('~').next().unwrap_or_default();
    let text = match key.strip_prefix(SECRETS) {
        Some(secret) => format!("{{{{resolve:secretsmanager:{secret}}}}}"),
        None => format!("{{{{resolve:ssm:{key}}}}}"),
    };
    Node::string(text, origin.clone())
}
