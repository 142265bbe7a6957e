//! How much of what rules ask of public templates is known, and why the rest is not.

use crate::run::release_binary;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;

/// The least share of questions that must have an answer.
const BAR: f64 = 0.95;

/// `corpus TREE …`.
pub(crate) fn run(trees: &[String]) -> Result<()> {
    ensure!(!trees.is_empty(), "usage: cargo xtask corpus TREE …");
    let binary = release_binary("palisade")?;
    let (mut asked, mut unknown, mut templates) = (0, 0, 0);
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for tree in trees {
        let output = std::process::Command::new(&binary)
            .args([
                "scan",
                tree,
                "--format",
                "json",
                "--profile",
                "all",
                "--exit-zero",
            ])
            .output()?;
        let report: Value = serde_json::from_slice(&output.stdout).with_context(|| {
            format!(
                "scanning {tree}: {}",
                String::from_utf8_lossy(&output.stderr)
            )
        })?;
        let stats = &report["stats"];
        let number = |name: &str| stats[name].as_u64().unwrap_or(0);
        println!(
            "{tree}: {} templates, {} resources, {} questions, {} without an answer",
            number("templates"),
            number("resources"),
            number("asked"),
            number("unknown")
        );
        asked += number("asked");
        unknown += number("unknown");
        templates += number("templates");
        for (reason, count) in stats["unknown_reasons"].as_object().into_iter().flatten() {
            *reasons.entry(reason.clone()).or_default() += count.as_u64().unwrap_or(0);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let share = 1.0 - unknown as f64 / asked.max(1) as f64;
    println!(
        "\n{templates} templates: {:.2} % of {asked} questions are answered",
        share * 100.0
    );
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (reason, count) in reasons.iter().take(10) {
        println!("{count:8}  {reason}");
    }
    ensure!(share >= BAR, "less than {} % are answered", BAR * 100.0);
    Ok(())
}
