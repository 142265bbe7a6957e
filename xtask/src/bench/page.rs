//! `docs/benchmarks.md`: a section for each benchmark; running one leaves the others as they are.

use crate::run::root;
use anyhow::Result;
use std::process::Command;

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench scan`, `bench iam`, `bench ledger` and `bench gateway`; run them to get the \
figures of your machine. They exit with 1 when a bar is missed.
";

/// Writes one section.
pub(super) fn write(name: &str, text: &str) -> Result<()> {
    let path = root().join("docs/benchmarks.md");
    let old = std::fs::read_to_string(&path)?;
    let mut sections: Vec<(String, String)> = (old.split("\n## ").skip(1))
        .filter_map(|section| section.split_once('\n'))
        .map(|(name, text)| (name.to_owned(), text.trim().to_owned()))
        .collect();
    let rustc = Command::new("rustc").arg("--version").output()?;
    let rustc = String::from_utf8_lossy(&rustc.stdout).trim().to_owned();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let text = format!(
        "{rustc}, {system} {machine}, {cores} cores.\n\n{}",
        text.trim()
    );
    match sections.iter_mut().find(|(n, _)| n == name) {
        Some((_, old)) => *old = text,
        None => sections.push((name.to_owned(), text)),
    }
    let mut page = HEAD.to_owned();
    for (name, text) in sections {
        page.push_str(&format!("\n## {name}\n\n{text}\n"));
    }
    std::fs::write(path, page)?;
    println!("wrote docs/benchmarks.md");
    Ok(())
}
