//! Files with values for template parameters, in the forms that the AWS CLI and SAM accept:
//! a list of `{"ParameterKey": …, "ParameterValue": …}`, a map under `Parameters`, a plain map,
//! or a list of `"Key=Value"` texts; JSON or YAML.

use crate::failure::CommandError;
use palisade_core::FileId;
use palisade_syntax::{Node, decode, parse};
use std::collections::BTreeMap;
use std::path::Path;

/// Values of an option; the later one wins.
pub(crate) fn pairs(option: &str, texts: &[String]) -> Result<Vec<(String, String)>, CommandError> {
    let pair = |text: &String| match text.split_once('=') {
        Some(("", _)) => Err(CommandError::usage(format!(
            "`{option} {text}` names nothing before `=`; write {option} KEY=VALUE"
        ))),
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => Err(CommandError::usage(format!(
            "`{option} {text}` has no `=`; write {option} KEY=VALUE"
        ))),
    };
    texts.iter().map(pair).collect()
}

/// Reads one file.
pub(crate) fn read(path: &Path) -> Result<BTreeMap<String, String>, CommandError> {
    let wrong = |what: String| CommandError::usage(format!("`{}`: {what}", path.display()));
    #[expect(clippy::disallowed_methods, reason = "this is the rim")]
    let bytes = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
    let text = decode(&bytes).map_err(|e| wrong(e.to_string()))?;
    let document = parse(FileId::default(), &text).map_err(|e| wrong(e.to_string()))?;
    values(&document.root)
        .ok_or_else(|| wrong("holds no parameters; write a map `{\"Key\": \"Value\"}`".to_owned()))
}

fn values(root: &Node) -> Option<BTreeMap<String, String>> {
    if let Some(items) = root.as_seq() {
        return items.iter().map(pair).collect();
    }
    let map = match root.get("Parameters") {
        Some(inner) if inner.as_map().is_some() => inner,
        _ => root,
    };
    map.as_map()?
        .iter()
        .map(|entry| Some((entry.key.name.to_string(), scalar(&entry.value)?)))
        .collect()
}

fn pair(item: &Node) -> Option<(String, String)> {
    if let Some(text) = item.as_str() {
        let (key, value) = text.split_once('=')?;
        return Some((key.to_owned(), value.to_owned()));
    }
    let key = item.get("ParameterKey")?.as_str()?;
    Some((key.to_owned(), scalar(item.get("ParameterValue")?)?))
}

/// A list is given as texts with commas between.
fn scalar(node: &Node) -> Option<String> {
    match node.as_seq() {
        Some(items) => {
            let texts: Option<Vec<_>> = items.iter().map(Node::scalar_text).collect();
            Some(texts?.join(","))
        }
        None => Some(node.scalar_text()?.to_string()),
    }
}
