//! `bench iam`: reasoning about permissions, on the managed policies of the catalogue, in one process
//! on one thread, with the time that parsing the same JSON takes beside it.

use super::page;
use crate::run::{release_binary, root};
use anyhow::{Context as _, Result, ensure};
use palisade_access::escalate::{Question, escalate};
use palisade_core::FileId;
use palisade_iam::compare::{Options, Reason, Side, Verdict, compare};
use palisade_iam::{
    Catalogue, Context, Policies, Policy, PolicyKind, Request, evaluate, lint, read_document,
};
use std::fmt::Write as _;
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bars: for one request, for two policies, and for linting and searching all of them.
const EVALUATION: Duration = Duration::from_micros(20);
const COMPARISON_P50: Duration = Duration::from_millis(1);
const COMPARISON_P99: Duration = Duration::from_millis(20);
const LINT_ALL: Duration = Duration::from_millis(500);
/// Random pairs beside the neighbouring ones.
const RANDOM_PAIRS: usize = 1_500;

/// Builds itself with all optimisations and measures there.
pub(super) fn run() -> Result<()> {
    let program = release_binary("xtask")?;
    let status = Command::new(program)
        .arg("iam-measure")
        .current_dir(root())
        .status()
        .context("starting the release build")?;
    ensure!(status.success(), "a bar was missed");
    Ok(())
}

struct Sample {
    name: String,
    text: String,
    policy: Arc<Policy>,
    side: Side,
}

/// `iam-measure`: what `bench iam` runs.
pub(crate) fn measure() -> Result<()> {
    let catalogue = Catalogue::builtin();
    let mut samples = Vec::new();
    for managed in catalogue.managed_policies() {
        let text = catalogue.managed_policy(&managed.name).unwrap_or_default();
        let document = palisade_syntax::parse_json(FileId::NONE, text)
            .map_err(|error| anyhow::anyhow!("{}: {}", managed.name, error.message))?;
        let policy = Arc::new(read_document(&document).0);
        samples.push(Sample {
            name: managed.name.to_string(),
            text: text.to_owned(),
            side: Side::of(policy.clone()),
            policy,
        });
    }
    let mut table = Table::default();
    parsing(&samples, &mut table);
    evaluating(&samples, &mut table);
    comparing(&samples, &mut table);
    largest(&mut table);
    linting(catalogue, &samples, &mut table);
    let intro = format!(
        "One process, one thread, on the {} managed policies of the catalogue of {}: neighbours in the \
         alphabet, which often are versions of each other, and {RANDOM_PAIRS} random pairs, always the \
         same. Each comparison answers both directions, with witnesses and all that is new.\n\n",
        samples.len(),
        catalogue.date()
    );
    let head = "| what | p50 | p90 | p99 | max | bar |\n|---|---|---|---|---|---|\n";
    page::write(
        "iam",
        &format!("{intro}{head}{}\n{}", table.lines, table.notes),
    )?;
    ensure!(
        table.missed.is_empty(),
        "missed: {}",
        table.missed.join("; ")
    );
    Ok(())
}

#[derive(Default)]
struct Table {
    lines: String,
    notes: String,
    missed: Vec<String>,
}

impl Table {
    /// A line of how long something takes, with bars for the median and the 99th in a hundred.
    fn line(
        &mut self,
        what: &str,
        mut times: Vec<Duration>,
        p50: Option<Duration>,
        p99: Option<Duration>,
    ) {
        times.sort_unstable();
        let at = |share: usize| {
            times
                .get((times.len().saturating_sub(1)) * share / 100)
                .copied()
                .unwrap_or_default()
        };
        let bars: Vec<String> = [("p50", p50), ("p99", p99)]
            .iter()
            .filter_map(|(name, bar)| bar.map(|bar| format!("{name} {}", shown(bar))))
            .collect();
        let line = format!(
            "| {what} | {} | {} | {} | {} | {} |",
            shown(at(50)),
            shown(at(90)),
            shown(at(99)),
            shown(at(100)),
            bars.join(", ")
        );
        println!("{line}");
        let _ = writeln!(self.lines, "{line}");
        for (bar, share) in [(p50, 50), (p99, 99)] {
            if bar.is_some_and(|bar| at(share) > bar) {
                self.missed
                    .push(format!("{what}: p{share} {}", shown(at(share))));
            }
        }
    }

    fn note(&mut self, note: &str) {
        println!("{note}");
        let _ = writeln!(self.notes, "- {note}");
    }
}

fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        0.0..1_000.0 => format!("{micros:.1} µs"),
        1_000.0..1_000_000.0 => format!("{:.2} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    black_box(work());
    begun.elapsed()
}

fn parsing(samples: &[Sample], table: &mut Table) {
    let parse =
        |sample: &Sample| timed(|| palisade_syntax::parse_json(FileId::NONE, &sample.text).is_ok());
    table.line(
        "parsing a policy's JSON",
        samples.iter().map(parse).collect(),
        None,
        None,
    );
}

fn evaluating(samples: &[Sample], table: &mut Table) {
    let request = Request {
        caller: palisade_iam::Caller::parse("arn:aws:iam::111122223333:role/r"),
        action: Arc::from("s3:GetObject"),
        resource: Arc::from("arn:aws:s3:::bucket/some/key"),
        resource_account: Some(Arc::from("111122223333")),
        context: Context::new([
            ("aws:SourceIp", ["203.0.113.7"]),
            ("aws:SecureTransport", ["true"]),
        ]),
    };
    let one = |sample: &Sample| {
        let policies = Policies {
            identity: vec![sample.policy.clone()],
            ..Policies::default()
        };
        // The best of a few: the first one pays for cold caches.
        let times = (0..5).map(|_| timed(|| evaluate(&policies, &request)));
        times.min().unwrap_or_default()
    };
    let times = samples.iter().map(one).collect();
    table.line("evaluating a request", times, Some(EVALUATION), None);
}

fn comparing(samples: &[Sample], table: &mut Table) {
    // A fixed stream of numbers, so that the pairs are always the same.
    let mut state = 12_345_u64;
    let mut below = |n: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % n.max(1)
    };
    let neighbours = samples.windows(2).map(|pair| (&pair[0], &pair[1]));
    let random: Vec<_> = (0..RANDOM_PAIRS)
        .map(|_| {
            (
                &samples[below(samples.len())],
                &samples[below(samples.len())],
            )
        })
        .collect();
    let mut times = Vec::new();
    let mut unknown = Vec::new();
    for (a, b) in neighbours.chain(random) {
        let begun = Instant::now();
        let comparison = compare(&a.side, &b.side, Options::default());
        times.push(begun.elapsed());
        if comparison.verdict() == Verdict::Unknown {
            unknown.push(format!("{} and {}", a.name, b.name));
        }
        let reasons = comparison
            .a_in_b
            .unknown
            .iter()
            .chain(&comparison.b_in_a.unknown);
        let wrong = reasons.filter(|reason| matches!(reason, Reason::Internal(_)));
        table
            .missed
            .extend(wrong.map(|reason| format!("{} and {}: {reason}", a.name, b.name)));
    }
    let count = times.len();
    table.line(
        "comparing two policies",
        times,
        Some(COMPARISON_P50),
        Some(COMPARISON_P99),
    );
    table.note(&format!(
        "{count} pairs, {} of them unknown {}",
        unknown.len(),
        unknown.join("; ")
    ));
}

/// Two policies of 4,000 patterns and 50 condition keys.
fn largest(table: &mut Table) {
    let document = |from: usize| {
        let actions: Vec<String> = (from..from + 4_000)
            .map(|n| {
                format!(
                    "\"service{}:{}Thing{n}{}\"",
                    n % 60,
                    ["Get", "Put"][n % 2],
                    ["", "*"][n % 3 / 2]
                )
            })
            .collect();
        let keys: Vec<String> = (0..50)
            .map(|n| format!("\"key:k{n}\": [\"a{n}*\", \"b\"]"))
            .collect();
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [
              {{"Effect": "Allow", "Action": [{}], "Resource": "*"}},
              {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{"StringNotLikeIfExists": {{{}}}}}}}]}}"#,
            actions.join(", "),
            keys.join(", ")
        )
    };
    let side = |from| {
        let parsed = palisade_syntax::parse_json(FileId::NONE, &document(from)).ok();
        Side::of(Arc::new(
            parsed
                .map(|document| read_document(&document).0)
                .unwrap_or_default(),
        ))
    };
    let (a, b) = (side(0), side(1_000));
    let mut verdict = Verdict::Unknown;
    let time = timed(|| verdict = compare(&a, &b, Options::default()).verdict());
    table.line(
        "4,000 patterns and 50 keys on each side",
        vec![time],
        None,
        None,
    );
    if verdict != Verdict::Incomparable {
        table.missed.push(format!("4,000 patterns: {verdict:?}"));
    }
}

fn linting(catalogue: &Catalogue, samples: &[Sample], table: &mut Table) {
    let lint_all = || {
        let notes = samples
            .iter()
            .map(|s| lint(&s.policy, PolicyKind::Identity, catalogue).len());
        notes.sum::<usize>()
    };
    let escalate_all = || {
        let found = samples.iter().filter(|sample| {
            let policies = Policies {
                identity: vec![sample.policy.clone()],
                ..Policies::default()
            };
            let question = Question {
                policies: &policies,
                principal: None,
                inventory: None,
                catalogue,
            };
            escalate(&question).verdict == palisade_access::escalate::Verdict::Escalation
        });
        found.count()
    };
    // The first run unpacks the catalogue.
    let first = timed(lint_all);
    let (lint, escalate) = (timed(lint_all), timed(escalate_all));
    table.line("linting all managed policies", vec![lint], None, None);
    table.line("searching all for escalation", vec![escalate], None, None);
    table.line("both", vec![lint + escalate], Some(LINT_ALL), None);
    let unpacking = shown(first.saturating_sub(lint));
    table.note(&format!(
        "unpacking the whole catalogue takes {unpacking} once"
    ));
}
