//! `bench gateway`: a request through `palisade guard serve`, beside the same request through what
//! stands before functions elsewhere, in the same run on the same core. What counts is the CPU time
//! of the servers per request: it hardly depends on what else the machine does.

mod memory;
mod parties;
mod slow;
mod tls;

use self::parties::{Party, Work};
use super::page;
use crate::run::release_binary;
use anyhow::{Context as _, Result, bail, ensure};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Each pair is repeated, and the middle one counts.
const ROUNDS: usize = 5;
const SECONDS: u32 = 3;
const CONNECTIONS: u32 = 32;
/// What the peers' requests and ours carry where a body is due, in bytes.
const BODY: usize = 1024;

/// What is compared, with the most that ours may take of the other's CPU time.
const VARIANTS: [Variant; 5] = [
    Variant {
        what: "public route, batched record; nginx writes its access log",
        ours: Party::Public,
        peer: Party::Nginx,
        load: Load::Plain,
        bar: 1.25,
    },
    Variant {
        what: "RS256 token not seen before; `jwt_verify`",
        ours: Party::Token,
        peer: Party::HaproxyToken,
        load: Load::Fresh,
        bar: 0.8,
    },
    Variant {
        what: "RS256 token seen before; `jwt_verify`",
        ours: Party::Token,
        peer: Party::HaproxyToken,
        load: Load::Seen,
        bar: 0.5,
    },
    Variant {
        what: "token, Cedar, limit, schema of 1 KiB, batched record; `jwt_authn` alone",
        ours: Party::Full,
        peer: Party::Envoy,
        load: Load::Post,
        bar: 1.0,
    },
    Variant {
        what: "public route, batched record; nothing but a proxy",
        ours: Party::Public,
        peer: Party::Haproxy,
        load: Load::Plain,
        // Not promised.
        bar: f64::INFINITY,
    },
];

struct Variant {
    what: &'static str,
    ours: Party,
    peer: Party,
    load: Load,
    bar: f64,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Load {
    Plain,
    Fresh,
    Seen,
    Post,
    /// As `Post`, with one of many tokens.
    Mixed,
}

/// What one party took.
#[derive(Clone, Debug)]
struct Taken {
    micros: f64,
    /// With what the upstream took on the same core.
    core: f64,
    p99: String,
    rate: f64,
    mebibytes: f64,
}

/// `bench gateway [--envoy PROGRAM] [--palisade PROGRAM] [--only PART]`: a part is `slow`, `memory`, or
/// the rows that say so, such as `TLS`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let (mut envoy, mut palisade, mut only) = ("envoy".to_owned(), None, String::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), rest.next()) {
            ("--envoy", Some(program)) => envoy.clone_from(program),
            ("--palisade", Some(program)) => palisade = Some(PathBuf::from(program)),
            ("--only", Some(part)) => only.clone_from(part),
            ("--attack", Some(attack)) => return slow::attack(attack),
            _ => bail!(
                "usage: cargo xtask bench gateway [--envoy PROGRAM] [--palisade PROGRAM] [--only PART]"
            ),
        }
    }
    // These parts need no peers.
    let (is_slow, is_memory) = (only == "slow", only == "memory");
    let is_alone = is_slow || is_memory;
    let versions = parties::versions(&envoy, is_alone)?;
    let palisade = match palisade {
        Some(program) => program,
        None => release_binary("palisade")?,
    };
    let folder =
        std::env::temp_dir().join(format!("palisade-bench-gateway-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let _cleanup = super::Cleanup(folder.clone());
    println!("signing tokens");
    let work = Work::new(&folder, palisade, envoy)?;
    let tls = tls::over(&work)?;
    let upstream = Server::start(work.upstream()?, work.upstream)?;
    let disk = file_system(&folder)?;
    let mut rows = String::new();
    let mut missed = Vec::new();
    let chosen = |(_, variant): &(_, &Variant)| !is_alone && variant.what.contains(&only);
    let plain = VARIANTS.iter().map(|variant| (&work, variant));
    let secure = tls::VARIANTS.iter().map(|variant| (&tls, variant));
    for (work, variant) in plain.chain(secure).filter(chosen) {
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let ours = measured(work, &upstream, variant.ours, variant.load, round)?;
            let peer = measured(work, &upstream, variant.peer, variant.load, round)?;
            rounds.push((ours, peer));
        }
        rounds.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        let middle = rounds.into_iter().nth(ROUNDS / 2).context("no rounds")?;
        let ratio = ratio(&middle);
        let bar = match variant.bar.is_finite() {
            true => variant.bar.to_string(),
            false => String::new(),
        };
        let (ours, peer) = middle;
        let line = format!(
            "| {} | {} | {:.1} | {:.1} | {ratio:.2} | {bar} | {:.2} | {} / {} | {:.0} / {:.0} | {:.0} / {:.0} |",
            variant.what,
            variant.peer.name(),
            ours.micros,
            peer.micros,
            ours.core / peer.core,
            ours.p99,
            peer.p99,
            ours.rate,
            peer.rate,
            ours.mebibytes,
            peer.mebibytes,
        );
        println!("{line}");
        writeln!(rows, "{line}")?;
        if ratio > variant.bar {
            missed.push(format!("{}: {ratio:.2}, not {bar}", variant.what));
        }
    }
    let mut slow_rows = String::new();
    if only.is_empty() || is_slow {
        let (rows, more) = slow::run(&work)?;
        slow_rows = rows;
        missed.extend(more);
    }
    let mut memory_rows = String::new();
    if only.is_empty() || is_memory {
        let (rows, more) = memory::run(&work, &tls)?;
        memory_rows = rows;
        missed.extend(more);
    }
    drop(upstream);
    if only.is_empty() {
        let text = section(&rows, &versions, &disk)
            + &slow::section(&slow_rows)
            + &memory::section(&memory_rows);
        page::write("gateway", &text)?;
    }
    ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
    Ok(())
}

fn ratio((ours, peer): &(Taken, Taken)) -> f64 {
    ours.micros / peer.micros
}

fn section(rows: &str, versions: &str, disk: &str) -> String {
    format!(
        "{versions}\n\n\
         All servers, the upstream (nginx, 11 bytes) among them, run on core 0 with one worker; \
         `wrk -t1 -c{CONNECTIONS} -d{SECONDS}s` runs on core 1. HTTP/1.1 with keep-alive, plain text, or TLS 1.3 \
         with one P-256 certificate for all and `TLS_AES_256_GCM_SHA384` where it says so. \
         *CPU µs* is the user and system time of the server's processes, without the upstream's, \
         divided by its requests; *ratio* is ours to the peer's, *of the core* the same with the \
         upstream's time. Records and logs are written to {disk}. Palisade and the peer run in turn; \
         the middle one of {ROUNDS} pairs. Every variant is checked first: 200, and 401 without a token, with a \
         changed one and with one of another algorithm, where tokens are asked for. Tails and \
         rates depend on what else the machine does. Where a token was seen before, ours has it in its \
         cache; the peers run as they are configured by default.\n\n\
         | what; what the peer does | peer | CPU µs | peer's | ratio | bar | of the core | p99, ours / peer | requests/s | RSS MiB |\n\
         |---|---|---|---|---|---|---|---|---|---|\n{rows}"
    )
}

/// What kind of disk a folder is on.
fn file_system(folder: &Path) -> Result<String> {
    let mut stat = Command::new("stat");
    let kind = stat.args(["-f", "-c", "%T"]).arg(folder).output();
    let kind = kind.context("`stat` can't be run")?;
    Ok(String::from_utf8_lossy(&kind.stdout).trim().to_owned())
}

/// Starts a party, checks that it does what it should, and measures it.
fn measured(
    work: &Work,
    upstream: &Server,
    party: Party,
    load: Load,
    round: usize,
) -> Result<Taken> {
    let port = parties::free_port()?;
    let folder = work.folder.join(format!("{party:?}-{load:?}-{round}"));
    std::fs::create_dir_all(&folder)?;
    let server = Server::start(work.command(party, &folder, port)?, port)?;
    check(work, party, load, port)
        .with_context(|| format!("{} does not do what it should", party.name()))?;
    // Connections, caches and branch predictors are warm then; tokens that are new are not used up.
    let warm = if load == Load::Fresh {
        Load::Seen
    } else {
        load
    };
    wrk(work, warm, port, 1)?;
    let before = (server.ticks()?, upstream.ticks()?);
    let counted = wrk(work, load, port, SECONDS)?;
    let ticks = server.ticks()? - before.0;
    let behind = upstream.ticks()? - before.1;
    // The kernel counts in hundredths of a second for programs.
    let micros = |ticks: f64| ticks * 10_000.0 / counted.requests;
    let mebibytes = server.mebibytes("VmRSS")?;
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    Ok(Taken {
        micros: micros(ticks),
        core: micros(ticks + behind),
        p99: counted.p99,
        rate: counted.requests / counted.seconds,
        mebibytes,
    })
}

/// What each variant has to answer, before anything is timed.
fn check(work: &Work, party: Party, load: Load, port: u16) -> Result<()> {
    let body = matches!(load, Load::Post | Load::Mixed).then_some(work.body.as_str());
    let expect = |wanted: u16, token: Option<&str>, body: Option<&str>| {
        let status = work.status(port, token, body)?;
        ensure!(status == wanted, "{status}, not {wanted}");
        Ok(())
    };
    expect(200, Some(&work.seen), body)?;
    if load == Load::Plain {
        return Ok(());
    }
    let flipped: String = {
        let (head, tail) = work.seen.split_at(work.seen.len() - 20);
        let other = if tail.starts_with('A') { "B" } else { "A" };
        format!("{head}{other}{}", tail.get(1..).unwrap_or_default())
    };
    for (what, token) in [
        ("without a token", None),
        ("with a changed token", Some(flipped.as_str())),
        (
            "with a token of another algorithm",
            Some(work.unsigned.as_str()),
        ),
    ] {
        expect(401, token, body).context(what)?;
    }
    if party == Party::Full {
        expect(400, Some(&work.seen), Some(r#"{"amount":0}"#)).context("with a wrong body")?;
        expect(403, Some(&work.stranger), body).context("with a caller of another role")?;
    }
    Ok(())
}

struct Counted {
    requests: f64,
    seconds: f64,
    p99: String,
}

fn wrk(work: &Work, load: Load, port: u16, seconds: u32) -> Result<Counted> {
    let script = work.script(load)?;
    let scheme = if work.is_tls { "https" } else { "http" };
    let output = Command::new("taskset")
        .args(["-c", "1", "wrk", "-t1", "--latency"])
        .arg(format!("-c{CONNECTIONS}"))
        .arg(format!("-d{seconds}s"))
        .arg("-s")
        .arg(script)
        .arg(format!("{scheme}://127.0.0.1:{port}/orders"))
        .current_dir(&work.folder)
        .output()
        .context("starting wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && !text.contains("Non-2xx") && !text.contains("Socket errors"),
        "wrk: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let after = |word: &str| text.lines().find_map(|line| line.trim().strip_prefix(word));
    let total = text.lines().find(|line| line.contains(" requests in "));
    let (requests, rest) = (total.and_then(|line| line.trim().split_once(" requests in ")))
        .with_context(|| format!("wrk tells no number of requests: {text}"))?;
    // What ran dry would have asked nothing for a while; only requests count, so that is no harm.
    let time = rest.split(',').next().unwrap_or_default();
    let seconds = match (time.strip_suffix("ms"), time.strip_suffix('s')) {
        (Some(millis), _) => millis.parse::<f64>()? / 1e3,
        (None, Some(seconds)) => seconds.parse()?,
        (None, None) => bail!("wrk tells no time: {text}"),
    };
    Ok(Counted {
        requests: requests.parse()?,
        seconds,
        p99: after("99%").unwrap_or("?").trim().to_owned(),
    })
}

/// A server that runs, and ends when it is dropped.
struct Server(Child);

impl Server {
    /// Starts it, and waits until it takes connections.
    fn start(mut command: Command, port: u16) -> Result<Self> {
        let shown = format!("{command:?}");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {shown}"))?;
        let mut server = Self(child);
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.0.try_wait()?;
            ensure!(ended.is_none(), "{shown} ended: {ended:?}");
            ensure!(
                begun.elapsed() < Duration::from_secs(20),
                "{shown} does not listen"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// User and system time of the process, in hundredths of a second. None of them has children.
    fn ticks(&self) -> Result<f64> {
        let text = std::fs::read_to_string(self.proc("stat")).context("this needs Linux")?;
        let (_, fields) = text.rsplit_once(')').context("no name in stat")?;
        let mut times = fields.split_whitespace().skip(11).take(2);
        times.try_fold(0.0, |sum, time| Ok(sum + time.parse::<f64>()?))
    }

    /// `VmRSS`, the memory at present, or `VmHWM`, the most that it was.
    fn mebibytes(&self, field: &str) -> Result<f64> {
        let text = std::fs::read_to_string(self.proc("status"))?;
        let mut lines = text.lines();
        let found = lines.find_map(|line| {
            let value = line.strip_prefix(field)?.strip_prefix(':')?;
            value.trim().strip_suffix(" kB")
        });
        Ok(found
            .with_context(|| format!("no {field}"))?
            .parse::<f64>()?
            / 1024.0)
    }

    fn proc(&self, file: &str) -> PathBuf {
        Path::new("/proc").join(self.0.id().to_string()).join(file)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
