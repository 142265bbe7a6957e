//! Beginning a rule: two files from a template that already passes its tests, and no edit.

use crate::generate;
use crate::run::{command, root, run as run_command};
use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;

const CODE: &str = r#"//! FIXTITLE

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "FIXID",
    title: "the topic has no display name",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-13.3"],
    cwe: None,
    aliases: &[],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::SNS::Topic",
        any: &[Want::present("DisplayName")],
        message: "the topic has no display name: nobody can tell who sends its mails",
        help: "set `DisplayName`",
        ..Row::NEW
    }]),
};
"#;

const PAGE: &str = "# FIXID

Finds SNS topics without a display name.

## Why it matters

Say here what can go wrong, and which clause of the policy asks for it (SCSP-13.3).

## Bad

```yaml
Resources:
  News: # finding
    Type: AWS::SNS::Topic
```

## Good

```yaml
Resources:
  News:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: News of the shop
```

## How to fix

Set `DisplayName`.

## What it can't see

A name that is set after deployment.
";

/// `new-rule FAMILY ID`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [family, id] = arguments else {
        bail!("usage: cargo xtask new-rule FAMILY ID");
    };
    for name in [family, id] {
        let plain = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        ensure!(plain && !name.is_empty(), "`{name}` is not kebab-case");
    }
    let folder = root().join("rules").join(family).join(id);
    ensure!(!folder.exists(), "{} exists already", folder.display());
    std::fs::create_dir_all(&folder)?;
    let title = "Says in one line what it finds.";
    std::fs::write(
        folder.join("rule.rs"),
        CODE.replace("FIXID", id).replace("FIXTITLE", title),
    )?;
    std::fs::write(folder.join("rule.md"), PAGE.replace("FIXID", id))?;
    generate::run(&[])?;
    println!(
        "now edit {}/rule.rs and rule.md; `cargo test -p palisade-rules` tries them",
        folder.display()
    );
    Ok(())
}

/// Begins a rule, tests it, runs it from the binary, and removes it again: shows that adding a
/// rule adds two files and edits none.
pub(crate) fn try_out() -> Result<()> {
    let folder = root().join("rules/messaging/a-rule-on-trial");
    let _cleanup = Cleanup(folder.clone());
    let before = changed_files()?;
    run(&["messaging".to_owned(), "a-rule-on-trial".to_owned()])?;
    let mut added = changed_files()?;
    added.retain(|line| !before.contains(line));
    println!("adding a rule changes:\n  {}", added.join("\n  "));
    ensure!(
        added.iter().all(|line| {
            line.contains("rules/messaging/a-rule-on-trial/")
                || line.ends_with("rules/src/generated.rs")
                || line.ends_with("docs/rules.md")
        }),
        "something else than the rule's folder and the generated files changed"
    );
    run_command(
        "cargo",
        &["test", "--quiet", "--locked", "--package", "palisade-rules"],
    )?;
    let template = std::env::temp_dir().join("a-rule-on-trial.yaml");
    std::fs::write(
        &template,
        "Resources:\n  News:\n    Type: AWS::SNS::Topic\n",
    )?;
    let path = template.to_string_lossy();
    let arguments = [
        "run",
        "--quiet",
        "--locked",
        "--package",
        "palisade",
        "--",
        "scan",
        &path,
        "--format",
        "json",
        "--select",
        "a-rule-on-trial",
        "--exit-zero",
    ];
    let output = command("cargo", &arguments).output()?;
    std::fs::remove_file(&template).context("removing the template")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(
        text.contains("\"rule\": \"a-rule-on-trial\""),
        "the binary does not know the rule:\n{text}"
    );
    println!("the rule runs in the binary");
    Ok(())
}

/// Lines of `git status`, one for each changed or new file.
fn changed_files() -> Result<Vec<String>> {
    let output = command("git", &["status", "--porcelain", "--untracked-files=all"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(str::to_owned).collect())
}

struct Cleanup(PathBuf);

impl Drop for Cleanup {
    fn drop(&mut self) {
        let removed = std::fs::remove_dir_all(&self.0);
        if let Err(error) = removed
            .map_err(anyhow::Error::from)
            .and_then(|()| generate::run(&[]))
        {
            eprintln!("cleaning up: {error}");
        }
    }
}
