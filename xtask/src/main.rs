//! Development commands: `cargo xtask COMMAND`. What each does stands in [`HELP`].

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for developers"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "works on the repository's files, and measures"
)]

mod bench;
mod ci;
mod corpus;
mod generate;
mod iam_data;
#[path = "../../crates/iam/tests/it/oracle.rs"]
mod iam_oracle;
mod new_rule;
mod ocsf;
mod picture;
mod run;
mod sam_oracle;

use std::process::ExitCode;

/// The same as the product's, so that the benchmark's floor stands on the same ground.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "\
usage: cargo xtask COMMAND

  ci                        everything that CI checks
  generate [--check]        write the files that are made from others, or tell which are not fresh
  new-rule FAMILY ID        begin a rule: its two files, from a template that passes its tests
  try-new-rule              begin a rule, test it, run it from the binary, remove it again
  bench scan [TREE …]       time scans beside the parse-only floor; write docs/benchmarks.md
  bench iam                 time reasoning about permissions; write docs/benchmarks.md
  bench ledger              time appending and verifying beside raw probes; write docs/benchmarks.md
  bench gateway             CPU per request beside nginx, HAProxy and Envoy, plain and over TLS, slow clients,
                            memory; write docs/benchmarks.md
  sam-oracle CHECKOUT …     the SAM transform against the translator's input and output pairs
  picture                   real output as docs/scan.svg
  iam-data PACKAGE DATASET BOTOCORE [MAP]
                            write the catalogue of IAM actions, policies and SDK calls
  iam-oracle [--pairs N] [--seed N]
                            compare random policies, and let z3 (on the PATH) compare them too
  ocsf DEFINITIONS          write the part of the OCSF schema that events use
  corpus [--debug] TREE …   how much of what rules ask is known, and why the rest is not
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let result = match arguments.first().map(String::as_str) {
        Some("ci") => ci::all(),
        Some("generate") => generate::run(rest),
        Some("new-rule") => new_rule::run(rest),
        Some("try-new-rule") => new_rule::try_out(),
        Some("bench") => bench::run(rest),
        Some("iam-measure") => bench::iam::measure(),
        Some("ledger-measure") => bench::ledger::measure(rest),
        Some("ledger-open") => bench::ledger::open(rest),
        Some("parse-floor") => bench::parse_floor(rest),
        Some("picture") => picture::run(),
        Some("iam-data") => iam_data::run(rest),
        Some("iam-oracle") => oracle(rest),
        Some("ocsf") => ocsf::run(rest),
        Some("corpus") => corpus::run(rest),
        Some("sam-oracle") => sam_oracle::run(rest.iter().cloned()).and_then(|agrees| {
            anyhow::ensure!(agrees, "too many pairs differ");
            Ok(())
        }),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Compares random policies, ten thousand pairs unless told otherwise.
fn oracle(arguments: &[String]) -> anyhow::Result<()> {
    let number = |name: &str, usual: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or(Ok(usual), |value| value.parse())
    };
    let (pairs, seed) = (number("--pairs", 10_000)?, number("--seed", 1)?);
    let Some(solver) = iam_oracle::solver() else {
        anyhow::bail!("z3 is not on the PATH (`pip install z3-solver` brings it)");
    };
    let tally = iam_oracle::run(&solver, seed, pairs)?;
    for disagreement in &tally.disagreements {
        println!("{disagreement}\n");
    }
    println!(
        "{pairs} pairs: {} questions decided ({} contained, {} not), {} given up by the solver, {} disagreements",
        tally.decided,
        tally.contained,
        tally.not_contained,
        tally.given_up,
        tally.disagreements.len()
    );
    anyhow::ensure!(tally.disagreements.is_empty(), "the solver does not agree");
    Ok(())
}
