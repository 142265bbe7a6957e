//! The AWS managed policies: names, paths and documents, and nothing that tools say of them.

use super::{Texts, git};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// How long the documents that are unpacked together may be.
const GROUP: usize = 64 << 10;

pub(super) fn read(dataset: &str, out: &mut Texts) -> Result<()> {
    let mut policies = BTreeMap::new();
    let mut withdrawn = 0;
    for file in files(dataset)? {
        let policy: Value = serde_json::from_slice(&file)?;
        let name = policy["name"].as_str().context("a policy without name")?;
        let path = match policy["arn"].as_str() {
            Some(arn) => {
                let path = arn.strip_prefix("arn:aws:iam::aws:policy");
                let path = path.and_then(|path| path.strip_suffix(name));
                path.context(format!("a strange ARN: {arn}"))?.to_owned()
            }
            None => {
                withdrawn += 1;
                "-".to_owned()
            }
        };
        let document = &policy["document"];
        ensure!(document.is_object(), "{name}: no document");
        let earlier = policies.insert(name.to_owned(), (path, document.to_string()));
        ensure!(earlier.is_none(), "two policies are called {name}");
    }
    let mut list = String::new();
    let mut groups = vec![String::new()];
    for (name, (path, document)) in &policies {
        if groups
            .last()
            .is_some_and(|group| group.len() + document.len() > GROUP)
        {
            groups.push(String::new());
        }
        list += &format!("{name}\t{path}\t{}\n", groups.len() - 1);
        if let Some(group) = groups.last_mut() {
            *group += document;
            *group += "\n";
        }
    }
    out.count("managed policies", policies.len());
    out.count("withdrawn policies", withdrawn);
    out.add("policies", "list", list);
    for (number, group) in groups.into_iter().enumerate() {
        out.add("policy", &number.to_string(), group);
    }
    let documents = policies.into_values().map(|(_, document)| document);
    out.samples.insert("policy".into(), documents.collect());
    Ok(())
}

/// The files of the newest commit, through `git cat-file --batch`.
fn files(dataset: &str) -> Result<Vec<Vec<u8>>> {
    let list = git(
        dataset,
        &["ls-tree", "--object-only", "HEAD", "aws/managedpolicies/"],
    )?;
    let mut child = Command::new("git")
        .args(["-C", dataset, "cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("git's input")?;
    let writer = std::thread::scope(|scope| -> Result<Vec<u8>> {
        let sender = scope.spawn(move || input.write_all(&list));
        let output = child.wait_with_output()?;
        ensure!(
            sender.join().is_ok_and(|sent| sent.is_ok()),
            "git stopped reading"
        );
        Ok(output.stdout)
    })?;
    let mut rest = writer.as_slice();
    let mut files = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (head, body) = rest.split_at(end);
        let head = String::from_utf8_lossy(head);
        let size = head
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse::<usize>().ok());
        let size = size.context(format!("git lacks a file: {head}"))?;
        files.push(
            body.get(1..=size)
                .context("git's output is cut short")?
                .to_owned(),
        );
        rest = body.get(size + 2..).unwrap_or_default();
    }
    Ok(files)
}
