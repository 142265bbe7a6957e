//! Slow clients, by the thousand, beside quick ones: how much of their rate do those keep? The slow
//! ones are a program of their own (`bench gateway --attack`), on the core of the quick ones, so that
//! what they cost the gateway is on the gateway's core alone.

use super::parties::{Party, Work, free_port};
use super::{Load, Server, wrk};
use anyhow::{Context as _, Result, bail, ensure};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// What the quick ones keep of their rate.
const BAR: f64 = 0.9;
/// Slow connections at the same time.
const SLOW: usize = 2_000;
/// A cap holds for each address, so there are so many of them.
const ADDRESSES: usize = 20;
/// Of so many pairs, the middle one counts.
const ROUNDS: usize = 5;
/// Longer than the time after which slow ones are cut off: they come again, and that is part of it.
const SECONDS: u32 = 14;
/// How often a slow one sends a byte, and whoever is shut out comes again.
const PAUSE: Duration = Duration::from_secs(1);

/// Ways to be slow.
const ATTACKS: [(&str, &str, usize); 4] = [
    ("heads", "slow heads: a byte each second", ADDRESSES),
    ("bodies", "slow bodies: a byte each second", ADDRESSES),
    ("idle", "connections on which nothing comes", ADDRESSES),
    (
        "one",
        "the same from one address, which has room for 100",
        1,
    ),
];

/// What slow ones did.
#[derive(Debug, Default)]
struct Counts {
    open: AtomicU64,
    opened: AtomicU64,
    /// Answered, or ended by the other end.
    cut: AtomicU64,
}

/// Runs every attack, and writes its rows; what missed the bar.
pub(super) fn run(work: &Work) -> Result<(String, Vec<String>)> {
    let mut rows = String::new();
    let mut missed = Vec::new();
    for (name, what, addresses) in ATTACKS {
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let port = free_port()?;
            let folder = work.folder.join(format!("slow-{name}-{round}"));
            std::fs::create_dir_all(&folder)?;
            let server = Server::start(work.command(Party::Public, &folder, port)?, port)?;
            wrk(work, Load::Plain, port, 1)?;
            let quiet = rate(work, &server, port)?;
            let attack = Attack::start(name, addresses, port)?;
            let slow = rate(work, &server, port)?;
            let (opened, cut) = attack.end()?;
            // Idle ones may stay for 75 s.
            let is_cut = cut > 0 || name == "idle";
            ensure!(is_cut, "{name}: nobody was cut off in {SECONDS} s");
            rounds.push((slow.0 / quiet.0, quiet, slow, opened, cut));
            drop(server);
            std::fs::remove_dir_all(&folder)?;
        }
        rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
        let middle = rounds.into_iter().nth(ROUNDS / 2).context("no rounds")?;
        let (kept, quiet, slow, opened, cut) = middle;
        let line = format!(
            "| {what} | {:.0} | {:.0} | {kept:.2} | {BAR} | {:.1} / {:.1} | {} / {} | {opened} | {cut} |",
            quiet.0, slow.0, quiet.1, slow.1, quiet.2, slow.2
        );
        println!("{line}");
        writeln!(rows, "{line}")?;
        if kept < BAR {
            missed.push(format!("{what}: {kept:.2}, not {BAR}"));
        }
    }
    Ok((rows, missed))
}

/// What stands above the rows.
pub(super) fn section(rows: &str) -> String {
    format!(
        "\n{SLOW} slow connections at the same time, from {ADDRESSES} addresses unless said otherwise, while the \
         quick ones above ask for a public route with a batched record. All must be answered with 200. \
         *Kept* is their rate beside slow ones to that without; the middle one of {ROUNDS} pairs of {SECONDS} s. \
         Slow ones that are cut off or turned away come again after a second.\n\n\
         | slow | requests/s without | with | kept | bar | CPU µs a request, without / with | p99 | connections made | ended by the gateway |\n\
         |---|---|---|---|---|---|---|---|---|\n{rows}"
    )
}

/// Requests a second, CPU time of the gateway for each, and the tail.
fn rate(work: &Work, server: &Server, port: u16) -> Result<(f64, f64, String)> {
    let before = server.ticks()?;
    let counted = wrk(work, Load::Plain, port, SECONDS)?;
    let ticks = server.ticks()? - before;
    let micros = ticks * 10_000.0 / counted.requests;
    Ok((counted.requests / counted.seconds, micros, counted.p99))
}

/// The program that is slow.
struct Attack {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Attack {
    /// Starts it, and waits until it has begun everywhere.
    fn start(name: &str, addresses: usize, port: u16) -> Result<Self> {
        let mut child = Command::new("taskset")
            .args(["-c", "1"])
            .arg(std::env::current_exe()?)
            .args(["bench", "gateway", "--attack"])
            .arg(format!("{name}:{addresses}:{port}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the attack")?;
        let mut said = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        ensure!(line.trim() == "begun", "the attack did not begin: {line}");
        Ok(Self { child, said })
    }

    fn end(mut self) -> Result<(u64, u64)> {
        drop(self.child.stdin.take());
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        self.child.wait()?;
        let mut numbers = line.split_whitespace().map(str::parse::<u64>);
        let mut next = || {
            numbers
                .next()
                .context("the attack says nothing")?
                .context(line.clone())
        };
        Ok((next()?, next()?))
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `bench gateway --attack WAY:ADDRESSES:PORT`: is slow until its input ends.
pub(super) fn attack(text: &str) -> Result<()> {
    let mut parts = text.split(':');
    let mut next = || parts.next().context("WAY:ADDRESSES:PORT");
    let way = next()?.to_owned();
    let addresses: usize = next()?.parse()?;
    let port: u16 = next()?.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let counts = Arc::new(Counts::default());
    let begin = beginning(&way)?;
    let all: Vec<_> = (0..SLOW)
        .map(|number| {
            let last = u8::try_from(2 + number % addresses).unwrap_or(2);
            let from = SocketAddr::from(([127, 0, 0, last], 0));
            let to = SocketAddr::from(([127, 0, 0, 1], port));
            let counts = counts.clone();
            runtime.spawn(async move { slow(from, to, begin, &counts).await })
        })
        .collect();
    // An address has room for 100.
    let room = u64::try_from(SLOW.min(100 * addresses))?;
    runtime.block_on(async {
        let begun = Instant::now();
        while counts.open.load(Ordering::Relaxed) < room {
            ensure!(begun.elapsed() < Duration::from_secs(10), "no room");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        println!("begun");
        anyhow::Ok(())
    })?;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = sender.send(());
    });
    let _ = runtime.block_on(receiver);
    all.iter().for_each(tokio::task::JoinHandle::abort);
    let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
    println!("{} {}", count(&counts.opened), count(&counts.cut));
    Ok(())
}

/// What is sent at first; a byte behind it now and then, where there is anything.
fn beginning(way: &str) -> Result<&'static [u8]> {
    Ok(match way {
        "heads" => b"GET /orders HTTP/1.1\r\nHost: a\r\nX: ",
        "bodies" => b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n",
        "idle" | "one" => b"",
        _ => bail!("no such way: {way}"),
    })
}

async fn slow(from: SocketAddr, to: SocketAddr, begin: &'static [u8], counts: &Counts) {
    loop {
        let connected = async {
            let socket = TcpSocket::new_v4()?;
            socket.bind(from)?;
            socket.connect(to).await
        };
        if let Ok(stream) = connected.await {
            counts.opened.fetch_add(1, Ordering::Relaxed);
            counts.open.fetch_add(1, Ordering::Relaxed);
            hold(stream, begin).await;
            counts.open.fetch_sub(1, Ordering::Relaxed);
            counts.cut.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Holds a connection until the other end gives it up.
async fn hold(mut stream: TcpStream, begin: &[u8]) {
    let (mut reading, mut writing) = stream.split();
    let mut into = [0; 512];
    let drip = async {
        if writing.write_all(begin).await.is_err() {
            return;
        }
        loop {
            tokio::time::sleep(PAUSE).await;
            if !begin.is_empty() && writing.write_all(b"a").await.is_err() {
                return;
            }
        }
    };
    let end = async { while let Ok(1..) = reading.read(&mut into).await {} };
    tokio::select! {
        () = drip => {}
        () = end => {}
    }
}
