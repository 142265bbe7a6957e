//! How much of what rules ask of public applications is known, and why the rest is not.

use crate::run::{debug_binary, release_binary};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The least share of questions that must have an answer.
const BAR: f64 = 0.95;

/// `corpus [--debug] TREE …`: trees of templates, of Terraform, of services of the Serverless
/// Framework.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (options, trees): (Vec<&String>, Vec<&String>) = arguments
        .iter()
        .partition(|argument| argument.starts_with("--"));
    ensure!(
        !trees.is_empty() && options.iter().all(|option| *option == "--debug"),
        "usage: cargo xtask corpus [--debug] TREE …"
    );
    let binary = match options.is_empty() {
        true => release_binary("palisade")?,
        false => debug_binary("palisade")?,
    };
    let mut all = Answers::default();
    for tree in trees {
        let answers = Answers::of(&binary, tree)?;
        answers.print(tree);
        all.add(answers);
    }
    all.print("all");
    ensure!(
        all.questions.known() >= BAR && all.values.known() >= BAR,
        "less than {} % are answered",
        BAR * 100.0
    );
    Ok(())
}

/// What is known of some trees.
#[derive(Default)]
struct Answers {
    applications: u64,
    questions: Share,
    /// All values of properties, asked for or not.
    values: Share,
    reasons: BTreeMap<String, u64>,
}

impl Answers {
    /// Asks with all rules.
    fn of(binary: &Path, tree: &str) -> Result<Self> {
        let scan = |arguments: &[&str]| -> Result<Value> {
            let output = Command::new(binary)
                .args(["scan", tree])
                .args(arguments)
                .output()?;
            serde_json::from_slice(&output.stdout).with_context(|| {
                format!(
                    "scanning {tree}: {}",
                    String::from_utf8_lossy(&output.stderr)
                )
            })
        };
        let report = scan(&["--format", "json", "--profile", "all", "--exit-zero"])?;
        let model = scan(&["--dump-model"])?;
        let stats = &report["stats"];
        let number = |name: &str| stats[name].as_u64().unwrap_or(0);
        let mut answers = Self {
            applications: number("templates"),
            questions: Share {
                all: number("asked"),
                unknown: number("unknown"),
            },
            ..Self::default()
        };
        for application in model["applications"].as_array().into_iter().flatten() {
            for resource in application["resources"].as_array().into_iter().flatten() {
                answers.values.count(&resource["properties"]);
            }
        }
        for (reason, count) in stats["unknown_reasons"].as_object().into_iter().flatten() {
            answers
                .reasons
                .insert(reason.clone(), count.as_u64().unwrap_or(0));
        }
        Ok(answers)
    }

    fn add(&mut self, other: Self) {
        self.applications += other.applications;
        self.questions.add(&other.questions);
        self.values.add(&other.values);
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
    }

    /// Prints the shares, and the ten most frequent reasons for what is not known.
    fn print(&self, name: &str) {
        println!(
            "{name}: {} templates; {:.2} % of {} questions are answered; of all {} property values {:.2} % are not unknown",
            self.applications,
            self.questions.known() * 100.0,
            self.questions.all,
            self.values.all,
            self.values.known() * 100.0,
        );
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.iter().take(10) {
            println!("{count:8}  {reason}");
        }
    }
}

/// Things of which some are unknown.
#[derive(Default)]
struct Share {
    all: u64,
    unknown: u64,
}

impl Share {
    /// Counts a value of a model, and all that is in it.
    fn count(&mut self, value: &Value) {
        self.all += 1;
        self.unknown += u64::from(value["state"] == "unknown");
        for item in value["items"].as_array().into_iter().flatten() {
            self.count(item);
        }
        for entry in value["entries"].as_object().into_iter().flatten() {
            self.count(entry.1);
        }
        for alternative in value["alternatives"].as_array().into_iter().flatten() {
            self.count(&alternative["value"]);
        }
    }

    fn add(&mut self, other: &Self) {
        self.all += other.all;
        self.unknown += other.unknown;
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn known(&self) -> f64 {
        1.0 - self.unknown as f64 / self.all.max(1) as f64
    }
}
