//! Writing a proposal into the template, as edits of its text: what is around the policies stays
//! as its owner wrote it.

use super::expression::Expressions;
use super::yaml;
use super::{Proposed, Shrunk};
use crate::access::Access;
use crate::identities::Attached;
use palisade_app::Resource;
use palisade_core::FileId;
use palisade_syntax::{Data, Node};
use serde_json::{Value as Json, json};
use std::ops::Range;
use std::sync::Arc;

/// A replacement in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file, relative to the scanned root.
    pub file: Arc<str>,
    /// The bytes that are replaced.
    pub range: Range<usize>,
    /// What takes their place.
    pub text: String,
}

/// The edits that put a proposal in the place of the policies that the owner wrote.
///
/// # Errors
/// Why it can't be written, for people.
pub fn fix(
    access: &Access<'_>,
    shrunk: &Shrunk,
    expressions: &Expressions<'_>,
) -> Result<Vec<Edit>, String> {
    let proposed = shrunk.proposed.as_ref().ok_or("there is no proposal")?;
    if !shrunk.when.is_empty() {
        return Err("its policies depend on conditions of the template".to_owned());
    }
    if let Some((what, _)) = shrunk.unresolved.first() {
        return Err(format!("a call of its code can't be told: {what}"));
    }
    if shrunk.proved != Some(true) {
        return Err("it is not proved that the proposal allows nothing new".to_owned());
    }
    let identity = access
        .identity(&shrunk.role)
        .ok_or("there is no such role")?;
    let role = access
        .app
        .resource(&shrunk.role)
        .ok_or("there is no such role")?;
    let written = Written::of(access, role).ok_or("the template does not write its policies")?;
    let attached = identity
        .worlds
        .first()
        .map_or(&[][..], |world| &world.identity);
    // Of the managed policies, those stay that the transform adds, or that functions live on.
    let stays = |attached: &Attached| {
        !written.holds(attached) || (attached.managed && attached.name.starts_with("AWSLambda"))
    };
    if let Some(elsewhere) = attached.iter().find(|a| !a.managed && stays(a)) {
        return Err(format!(
            "its policy `{}` is written elsewhere",
            elsewhere.name
        ));
    }
    let kept: Vec<&Attached> = attached.iter().filter(|a| stays(a)).collect();
    let needed: Vec<Proposed> = proposed
        .iter()
        .filter(|statement| {
            !statement
                .from
                .iter()
                .all(|name| kept.iter().any(|k| k.name == *name))
        })
        .cloned()
        .collect();
    let document = expressions.document(&needed);
    // What another stack exports has no name that a text could hold.
    if document.to_string().contains("${exported") {
        return Err("a resource of it is exported by another stack".to_owned());
    }
    let mut edits = Vec::new();
    if let Some(list) = &written.managed {
        edits.extend(written.without_managed(list, &kept));
    }
    edits.push(written.policies(&document, &kept, needed.is_empty())?);
    Ok(edits)
}

/// The policies of a role, as the template writes them.
struct Written {
    file: Arc<str>,
    text: Arc<str>,
    id: FileId,
    /// Written as a function's `Policies` of SAM.
    sam: bool,
    json: bool,
    policies: Place,
    managed: Option<Node>,
}

/// Where a list of policies stands.
struct Place {
    /// Where its key begins.
    key: usize,
    value: Node,
}

impl Written {
    fn of(access: &Access<'_>, role: &Resource) -> Option<Self> {
        let id = role.origin.span.file;
        let text = access.app.sources.text(id);
        let document = palisade_syntax::parse(id, text).ok()?;
        let resources = document.root.get("Resources")?;
        // A role that SAM makes stands where its function does.
        let declared = resources
            .as_map()?
            .iter()
            .find(|entry| entry.key.origin.span == role.origin.span)?;
        let sam = declared.value.get("Type")?.as_str()? != "AWS::IAM::Role";
        let properties = declared.value.get("Properties")?;
        let policies = properties.entry("Policies");
        let managed = properties.get("ManagedPolicyArns").filter(|_| !sam);
        let policies = policies.map(|entry| Place {
            key: entry.key.origin.span.range().start,
            value: entry.value.clone(),
        })?;
        Some(Self {
            file: access.app.sources.path(id),
            text: Arc::from(text),
            id,
            sam,
            json: text.trim_start().starts_with('{'),
            policies,
            managed: managed.cloned(),
        })
    }

    /// Whether a policy is written in these lists.
    fn holds(&self, attached: &Attached) -> bool {
        let at = attached.at.span;
        let within = |node: &Node| {
            let range = node.origin.span.range();
            at.file == self.id && range.start <= at.range().start && at.range().end <= range.end
        };
        within(&self.policies.value) || self.managed.as_ref().is_some_and(within)
    }

    /// The new list of policies.
    fn policies(&self, document: &Json, kept: &[&Attached], nothing: bool) -> Result<Edit, String> {
        let mut list: Vec<Json> = Vec::new();
        if self.sam {
            // What stays and was written in the same list.
            list.extend(
                kept.iter()
                    .filter(|k| self.holds(k))
                    .map(|k| json!(&*k.name)),
            );
        }
        if !nothing {
            list.push(if self.sam {
                document.clone()
            } else {
                json!({"PolicyName": "least-privilege", "PolicyDocument": document})
            });
        }
        let span = self.policies.value.origin.span.range();
        let text = if self.json {
            serde_json::to_string_pretty(&list).map_err(|e| e.to_string())?
        } else if list.is_empty() {
            "[]".to_owned()
        } else {
            let line = self.text[..self.policies.key]
                .rfind('\n')
                .map_or(0, |at| at + 1);
            yaml::block(&Json::Array(list), self.policies.key - line + 2)
        };
        let end = span.start + self.text[span.clone()].trim_end().len();
        // A block begins on a line of its own.
        let colon = self.text[self.policies.key..span.start].find(':');
        let start = match (self.json, colon) {
            (false, Some(colon)) if text.starts_with('\n') => self.policies.key + colon + 1,
            _ => span.start,
        };
        Ok(Edit {
            file: self.file.clone(),
            range: start..end,
            text,
        })
    }

    /// The managed policies that go: their list is written anew with those that stay.
    fn without_managed(&self, list: &Node, kept: &[&Attached]) -> Option<Edit> {
        let Data::Seq(items) = &list.data else {
            return None;
        };
        let stays = |item: &&Node| kept.iter().any(|k| k.at.span == item.origin.span);
        let staying: Vec<&Node> = items.iter().filter(stays).collect();
        if staying.len() == items.len() {
            return None;
        }
        let span = list.origin.span.range();
        let texts: Vec<&str> = staying
            .iter()
            .map(|item| self.text[item.origin.span.range()].trim())
            .collect();
        let end = span.start + self.text[span.clone()].trim_end().len();
        Some(Edit {
            file: self.file.clone(),
            range: span.start..end,
            text: format!("[{}]", texts.join(", ")),
        })
    }
}
