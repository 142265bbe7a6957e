//! Reads suppressions out of a resource's `Metadata`, for formats that have no comments:
//!
//! ```yaml
//! Metadata:
//!   Palisade:
//!     ignore:
//!       - { rule: queue-unencrypted, reason: holds no data, until: 2027-01-01 }
//!   checkov:
//!     skip:
//!       - { id: CKV_AWS_27, comment: holds no data }
//! ```

use super::{Collector, Scope, SuppressionKind, Written};
use crate::error::did_you_mean;
use palisade_syntax::Node;
use std::sync::Arc;

/// The keys of an entry under `ignore`.
pub(super) const KEYS: [&str; 3] = ["rule", "reason", "until"];

pub(super) fn read(collector: &mut Collector<'_>, metadata: &Node, address: &str) {
    let scope = Scope::Resource(Arc::from(address));
    if let Some(ours) = metadata.get("Palisade") {
        read_ours(collector, ours, &scope);
    }
    for tool in ["checkov", "Checkov", "bridgecrew"] {
        let skips = metadata.at(&[tool, "skip"]).and_then(Node::as_seq);
        for item in skips.unwrap_or_default() {
            let text = |key: &str| item.get(key).and_then(Node::scalar_text);
            let Some(id) = text("id") else {
                continue;
            };
            collector.add(Written {
                kind: SuppressionKind::Foreign,
                ids: vec![id.trim().to_owned()],
                reason: text("comment").unwrap_or_default().trim().to_owned(),
                until: None,
                scope: scope.clone(),
                span: item.origin.span,
            });
        }
    }
}

fn read_ours(collector: &mut Collector<'_>, ours: &Node, scope: &Scope) {
    keys(collector, ours, &["ignore"]);
    let Some(list) = ours.get("ignore") else {
        if ours.as_map().is_none_or(<[_]>::is_empty) {
            let message = "`Palisade` needs a list `ignore` with `rule` and `reason`";
            collector.wrong(ours.origin.span, message);
        }
        return;
    };
    let Some(items) = list.as_seq() else {
        let message = "`ignore` must be a list of entries with `rule` and `reason`";
        collector.wrong(list.origin.span, message);
        return;
    };
    for item in items {
        keys(collector, item, &KEYS);
        let ids: Vec<String> = item
            .get("rule")
            .map(|node| node.as_seq().unwrap_or(std::slice::from_ref(node)))
            .unwrap_or_default()
            .iter()
            .filter_map(Node::scalar_text)
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .collect();
        if ids.is_empty() {
            let message = "an entry of `ignore` needs a `rule`";
            collector.wrong(item.origin.span, message);
            continue;
        }
        let text = |key: &str| item.get(key).and_then(Node::scalar_text);
        let until = text("until").map(|text| text.trim().to_owned());
        if until.is_none() && item.get("until").is_some() {
            let message = "`until` must be a date; the suppression does not apply";
            collector.wrong(item.origin.span, message);
            continue;
        }
        collector.add(Written {
            kind: SuppressionKind::Palisade,
            ids,
            reason: text("reason").unwrap_or_default().trim().to_owned(),
            until,
            scope: scope.clone(),
            span: item.origin.span,
        });
    }
}

fn keys(collector: &mut Collector<'_>, node: &Node, known: &[&str]) {
    for entry in node.as_map().unwrap_or_default() {
        let name: &str = &entry.key.name;
        if !known.contains(&name) {
            let help = did_you_mean(name, known.iter().copied());
            let help = help.map(|h| format!("; {h}")).unwrap_or_default();
            let message = format!("unknown key `{name}`{help}");
            collector.wrong(entry.key.origin.span, message);
        }
    }
}
