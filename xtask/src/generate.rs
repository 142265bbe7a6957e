//! Files that are made from other files and committed: the list of rules.

use crate::run::root;
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::path::Path;

/// Writes the generated files, or with `--check` fails when one is not fresh.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let check = arguments.iter().any(|a| a == "--check");
    let list = rule_list(&root().join("rules"))?;
    fresh("rules/src/generated.rs", &list, check)?;
    // The page is written by the program that the list goes into.
    let arguments = [
        "run",
        "--quiet",
        "--package",
        "palisade",
        "--",
        "rules",
        "--format",
        "markdown",
    ];
    let page = crate::run::command("cargo", &arguments).output()?;
    if !page.status.success() {
        bail!(
            "listing the rules: {}",
            String::from_utf8_lossy(&page.stderr)
        );
    }
    fresh("docs/rules.md", &String::from_utf8(page.stdout)?, check)
}

fn fresh(path: &str, text: &str, check: bool) -> Result<()> {
    let full = root().join(path);
    if std::fs::read_to_string(&full).unwrap_or_default() == text {
        return Ok(());
    }
    if check {
        bail!("{path} is not fresh; run `cargo xtask generate`");
    }
    std::fs::write(&full, text).with_context(|| format!("writing {path}"))?;
    println!("wrote {path}");
    Ok(())
}

/// The source of the list, from the folders below `rules`.
fn rule_list(rules: &Path) -> Result<String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for family in folders(rules)? {
        for rule in folders(&rules.join(&family))? {
            if rules.join(&family).join(&rule).join("rule.rs").exists() {
                found.push((family.clone(), rule));
            }
        }
    }
    let mut text = String::from(
        "//! The list of rules. Made by `cargo xtask generate` from the folders; not edited by hand.\n\n\
         use palisade_rule::RuleEntry;\n\n",
    );
    for (family, rule) in &found {
        let module = rule.replace('-', "_");
        writeln!(
            text,
            "#[path = \"../{family}/{rule}/rule.rs\"]\nmod {module};"
        )?;
    }
    text.push_str("\n/// Every rule, by family and id.\npub static ALL: &[RuleEntry] = &[\n");
    for (family, rule) in &found {
        let module = rule.replace('-', "_");
        writeln!(
            text,
            "    RuleEntry {{\n        family: \"{family}\",\n        rule: &{module}::RULE,\n        \
             page: include_str!(\"../{family}/{rule}/rule.md\"),\n    }},"
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn folders(path: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let entries = std::fs::read_dir(path).with_context(|| format!("reading {}", path.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.retain(|name| name != "src" && name != "tests" && name != "target");
    names.sort();
    Ok(names)
}
