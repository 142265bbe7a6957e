//! Memory over a million requests. What a gateway remembers of callers and tokens has a bound; when
//! that is reached, requests must leave nothing behind. The ledgers take up to 5 GB in the folder for
//! temporary files, one after the other.

use super::parties::{Party, Work, free_port};
use super::{Load, Server, check, wrk};
use anyhow::Result;
use std::fmt::Write as _;

/// When memory is looked at. The caches are full long before the first.
const MARKS: [f64; 4] = [100_000.0, 200_000.0, 500_000.0, 1_000_000.0];
/// From this one on it should not grow.
const FIRST: usize = 1;
/// Memory at the last mark, to that at `FIRST`.
const BAR: f64 = 1.1;
/// One run of `wrk`; memory is looked at between them.
const SECONDS: u32 = 5;

/// What is asked, with all that a route can do, and with as little as it can.
const ROUTES: [(&str, Party, Load); 2] = [
    (
        "token, Cedar, limit, schema of 1 KiB, batched record",
        Party::Full,
        Load::Mixed,
    ),
    ("public route, batched record", Party::Public, Load::Plain),
];

/// Asks each route a million times, and writes its rows; what missed the bar.
pub(super) fn run(plain: &Work, tls: &Work) -> Result<(String, Vec<String>)> {
    let mut rows = String::new();
    let mut missed = Vec::new();
    for (what, party, load) in ROUTES {
        let (work, wire) = match party {
            Party::Public => (tls, "TLS"),
            _ => (plain, "plain text"),
        };
        let port = free_port()?;
        let folder = work.folder.join(format!("memory-{party:?}"));
        std::fs::create_dir_all(&folder)?;
        let server = Server::start(work.command(party, &folder, port)?, port)?;
        check(work, party, load, port)?;
        let begin = server.mebibytes("VmRSS")?;
        let mut seen = Vec::new();
        let mut requests = 0.0;
        for mark in MARKS {
            while requests < mark {
                requests += wrk(work, load, port, SECONDS)?.requests;
            }
            seen.push(server.mebibytes("VmRSS")?);
            println!(
                "{what}: {requests} requests, {:.1} MiB",
                seen[seen.len() - 1]
            );
        }
        let peak = server.mebibytes("VmHWM")?;
        drop(server);
        std::fs::remove_dir_all(&folder)?;
        let grown = seen[MARKS.len() - 1] / seen[FIRST];
        let told: Vec<String> = seen.iter().map(|at| format!("{at:.1}")).collect();
        let line = format!(
            "| {what} | {wire} | {begin:.1} | {} | {peak:.1} | {grown:.2} | {BAR} |",
            told.join(" | ")
        );
        println!("{line}");
        writeln!(rows, "{line}")?;
        if grown > BAR {
            missed.push(format!("memory, {what}: {grown:.2}, not {BAR}"));
        }
    }
    Ok((rows, missed))
}

/// What stands above the rows.
pub(super) fn section(rows: &str) -> String {
    format!(
        "\nMemory (RSS) of one process over a million requests, in MiB: when it has begun, when so many \
         thousand requests were answered (between two runs of `wrk`, {SECONDS} s each), and at most. *Grown* \
         is the last to that at 200. Tokens are drawn from 40,000, more than are remembered.\n\n\
         | what | over | begin | 100 | 200 | 500 | 1000 | most | grown | bar |\n\
         |---|---|---|---|---|---|---|---|---|---|\n{rows}"
    )
}
