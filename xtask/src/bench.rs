//! `bench scan`: whole processes, cold, on one thread, with a second program beside them in the
//! same run that only reads and parses the same files. The bars are ratios to that floor.

mod gateway;
pub(crate) mod iam;
pub(crate) mod ledger;
mod page;
mod trees;

use crate::run::release_binary;
use anyhow::{Context, Result, bail, ensure};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4 as _;

/// A scan may take this many times as long as reading and parsing.
const MOST_TIMES_FLOOR: f64 = 4.0;
/// Memory for 5,000 templates, in MiB.
const MOST_MEMORY: f64 = 300.0;
/// Twice the input may take this many times as long.
const MOST_GROWTH: f64 = 2.6;

/// One measured command: the best of its runs, which the machine's mood disturbs least.
#[derive(Clone, Copy, Debug)]
struct Measured {
    wall: Duration,
    cpu: Duration,
    memory_mib: f64,
}

/// `bench scan [--quick] [TREE …]`, `bench iam`, `bench ledger`, `bench gateway`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let arguments = match arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        Some(("scan", arguments)) => arguments,
        Some(("iam", [])) => return iam::run(),
        Some(("ledger", arguments)) => return ledger::run(arguments),
        Some(("gateway", arguments)) => return gateway::run(arguments),
        _ => bail!(
            "usage: cargo xtask bench scan [--quick] [TREE …] | iam | ledger [--open EVENTS] [--in FOLDER] | gateway [--envoy PROGRAM] [--palisade PROGRAM] [--only PART]"
        ),
    };
    let quick = arguments.iter().any(|a| a == "--quick");
    let given = arguments.iter().filter(|a| *a != "--quick");
    let palisade = release_binary("palisade")?;
    let floor = release_binary("xtask")?;
    let work = std::env::temp_dir().join(format!("palisade-bench-{}", std::process::id()));
    let _cleanup = Cleanup(work.clone());
    let mut inputs = trees::generated(&work)?;
    inputs.extend(given.map(|tree| (tree.clone(), PathBuf::from(tree))));
    let runs = if quick { 5 } else { 9 };
    let mut table = String::new();
    let mut missed = Vec::new();
    let mut scans = Vec::new();
    for (name, tree) in &inputs {
        let scan_arguments = ["scan", "--format", "json", "--exit-zero"];
        let (scan, parse) = paired(
            runs,
            &palisade,
            &scan_arguments,
            &floor,
            &["parse-floor"],
            tree,
        )?;
        let ratio = scan.cpu.as_secs_f64() / parse.cpu.as_secs_f64();
        let wall_ratio = scan.wall.as_secs_f64() / parse.wall.as_secs_f64();
        let line = format!(
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} | {ratio:.1} | {wall_ratio:.1} | {:.0} |",
            ms(scan.wall),
            ms(scan.cpu),
            ms(parse.wall),
            ms(parse.cpu),
            scan.memory_mib
        );
        println!("{line}");
        writeln!(table, "{line}")?;
        // A single small file is all start-up; its bar is an absolute one that any machine keeps.
        if tree.is_dir() && ratio > MOST_TIMES_FLOOR {
            missed.push(format!("{name}: {ratio:.1} times the floor"));
        }
        if scan.memory_mib > MOST_MEMORY {
            missed.push(format!("{name}: {:.0} MiB", scan.memory_mib));
        }
        scans.push((name.clone(), scan));
    }
    let growth = growth(&scans);
    for (what, times) in &growth {
        println!("{what}: {times:.2} times as long");
        if *times > MOST_GROWTH {
            missed.push(format!("{what}: {times:.2} times as long"));
        }
    }
    if !quick {
        write_page(&table, &growth)?;
    }
    ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Runs both commands in turn, so that both see the machine in the same mood.
fn paired(
    runs: usize,
    a: &Path,
    a_arguments: &[&str],
    b: &Path,
    b_arguments: &[&str],
    tree: &Path,
) -> Result<(Measured, Measured)> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for run in 0..=runs {
        let one = measure(a, a_arguments, tree)?;
        let other = measure(b, b_arguments, tree)?;
        // The first pair warms the file cache and is not counted.
        if run > 0 {
            first.push(one);
            second.push(other);
        }
    }
    Ok((best(&first), best(&second)))
}

fn measure(program: &Path, arguments: &[&str], tree: &Path) -> Result<Measured> {
    let begun = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .arg(tree)
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("starting {}", program.display()))?;
    let usage = child.wait4()?;
    let wall = begun.elapsed();
    let code = usage.status.code();
    ensure!(
        matches!(code, Some(0 | 3)),
        "{} ended with {code:?}",
        program.display()
    );
    #[expect(clippy::cast_precision_loss, reason = "a size in bytes")]
    let memory_mib = usage.rusage.maxrss as f64 / f64::from(1 << 20);
    Ok(Measured {
        wall,
        cpu: usage.rusage.utime + usage.rusage.stime,
        memory_mib,
    })
}

fn best(runs: &[Measured]) -> Measured {
    let least =
        |key: &dyn Fn(&Measured) -> Duration| runs.iter().map(key).min().unwrap_or_default();
    Measured {
        wall: least(&|m| m.wall),
        cpu: least(&|m| m.cpu),
        memory_mib: runs.iter().map(|m| m.memory_mib).fold(0.0, f64::max),
    }
}

/// How much longer twice the input takes.
fn growth(scans: &[(String, Measured)]) -> Vec<(String, f64)> {
    let time = |name: &str| {
        let found = scans.iter().find(|(n, _)| n == name);
        found.map(|(_, m)| m.cpu.as_secs_f64())
    };
    trees::DOUBLINGS
        .iter()
        .filter_map(|(one, two)| Some((format!("from {one} to {two}"), time(two)? / time(one)?)))
        .collect()
}

/// `parse-floor TREE`: reads and parses what a scan would, and does nothing else.
pub(crate) fn parse_floor(arguments: &[String]) -> Result<()> {
    let [tree] = arguments else {
        bail!("usage: parse-floor TREE");
    };
    let mut nodes = 0_usize;
    let mut stack = vec![PathBuf::from(tree)];
    while let Some(path) = stack.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                let entry = entry?;
                if !entry.file_type()?.is_symlink() {
                    stack.push(entry.path());
                }
            }
            continue;
        }
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let terraform = palisade_scan::is_terraform(name);
        let named = path.extension().and_then(|e| e.to_str());
        if !terraform && !matches!(named, Some("yaml" | "yml" | "json" | "template")) {
            continue;
        }
        let bytes = std::fs::read(&path)?;
        if !terraform && !palisade_scan::looks_like_application(name, &bytes) {
            continue;
        }
        let Ok(text) = palisade_syntax::decode(&bytes) else {
            continue;
        };
        let file = palisade_core::FileId::default();
        if terraform {
            let document = match named {
                Some("json") => palisade_syntax::hcl::parse_hcl_json(file, &text),
                _ => palisade_syntax::hcl::parse_hcl(file, &text),
            };
            nodes += document.map_or(0, |document| document.body.blocks.len());
        } else if let Ok(document) = palisade_syntax::parse(file, &text) {
            nodes += document.root.as_map().map_or(0, <[_]>::len);
        }
    }
    println!("{nodes}");
    Ok(())
}

fn write_page(table: &str, growth: &[(String, f64)]) -> Result<()> {
    let mut section = String::from(
        "Whole processes, cold start, one thread (`RAYON_NUM_THREADS=1`), the best of several runs. \
         *Floor* is a program that reads and parses the same files with the same parser and does nothing \
         else, run in turn with the scan.\n\n\
         | input | scan wall ms | scan CPU ms | floor wall ms | floor CPU ms | CPU ratio | wall ratio | scan peak MiB |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    section.push_str(table);
    writeln!(
        section,
        "\nBars: at most {MOST_TIMES_FLOOR} times the floor's CPU time on trees; at most {MOST_MEMORY} MiB.\n"
    )?;
    for (what, times) in growth {
        writeln!(
            section,
            "- {what}: {times:.2} times as long (bar: {MOST_GROWTH})"
        )?;
    }
    page::write("scan", &section)
}

struct Cleanup(PathBuf);

impl Drop for Cleanup {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
