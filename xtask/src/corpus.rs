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
    let mut values = Values::default();
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
        let model = std::process::Command::new(&binary)
            .args(["scan", tree, "--dump-model"])
            .output()?;
        let model: Value = serde_json::from_slice(&model.stdout)
            .with_context(|| format!("reading the model of {tree}"))?;
        for application in model["applications"].as_array().into_iter().flatten() {
            for resource in application["resources"].as_array().into_iter().flatten() {
                count_values(&resource["properties"], &mut values);
            }
        }
        asked += number("asked");
        unknown += number("unknown");
        templates += number("templates");
        for (reason, count) in stats["unknown_reasons"].as_object().into_iter().flatten() {
            *reasons.entry(reason.clone()).or_default() += count.as_u64().unwrap_or(0);
        }
    }
    let share = share(unknown, asked);
    let known = self::share(values.unknown, values.all);
    println!(
        "\n{templates} templates: {:.2} % of {asked} questions are answered; of all {} property values {:.2} % are not unknown",
        share * 100.0,
        values.all,
        known * 100.0
    );
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (reason, count) in reasons.iter().take(10) {
        println!("{count:8}  {reason}");
    }
    ensure!(
        share >= BAR && known >= BAR,
        "less than {} % are answered",
        BAR * 100.0
    );
    Ok(())
}

/// Property values of models, and how many of them are unknown.
#[derive(Default)]
struct Values {
    all: u64,
    unknown: u64,
}

fn count_values(value: &Value, values: &mut Values) {
    values.all += 1;
    values.unknown += u64::from(value["state"] == "unknown");
    for item in value["items"].as_array().into_iter().flatten() {
        count_values(item, values);
    }
    for entry in value["entries"].as_object().into_iter().flatten() {
        count_values(entry.1, values);
    }
    for alternative in value["alternatives"].as_array().into_iter().flatten() {
        count_values(&alternative["value"], values);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn share(without: u64, of: u64) -> f64 {
    1.0 - without as f64 / of.max(1) as f64
}
