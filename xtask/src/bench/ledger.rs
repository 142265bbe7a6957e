//! `bench ledger`: what the ledger takes, beside what the disk and the cryptography alone take for
//! the same bytes in the same run.

use super::page;
use crate::run::{release_binary, root};
use anyhow::{Context as _, Result, bail, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use palisade_event::{Event, LIMIT, Product};
use palisade_ledger::{
    Disk, DiskFile, Evidence, Folder, KeyFile, Ledger, Lock, Parts, Settings, SystemClock, verify,
};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Bars, as shares of what the raw probe achieves.
const MANY: f64 = 0.5;
const ONE: f64 = 0.8;
/// Not promised; told so that nobody expects more.
const TASK: f64 = 0.0;
const VERIFY: f64 = 0.6;
/// Opening a ledger, however long it is.
const OPEN: Duration = Duration::from_secs(1);
/// More MiB it may not take for four times as many events.
const GROWTH: f64 = 8.0;

const APPENDERS: usize = 64;
const OUTSTANDING: usize = 256;
/// How many events each of the runs appends.
const EVENTS_MANY: usize = 200_000;
const EVENTS_ONE: usize = 1_500;
/// Each pair of runs is repeated, and the middle one counts.
const ROUNDS: usize = 5;

/// Builds itself with all optimisations and measures there.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let program = release_binary("xtask")?;
    let status = Command::new(program)
        .arg("ledger-measure")
        .args(arguments)
        .current_dir(root())
        .status()
        .context("starting the release build")?;
    ensure!(status.success(), "a bar was missed");
    Ok(())
}

/// `ledger-measure [--open EVENTS] [--in FOLDER]`: what `bench ledger` runs.
pub(crate) fn measure(arguments: &[String]) -> Result<()> {
    let mut folder = std::env::temp_dir();
    let mut long = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), rest.next()) {
            ("--open", Some(events)) => long = Some(events.parse::<u64>()?),
            ("--in", Some(path)) => folder = PathBuf::from(path),
            _ => bail!("usage: cargo xtask bench ledger [--open EVENTS] [--in FOLDER]"),
        }
    }
    let work = folder.join(format!("palisade-bench-ledger-{}", std::process::id()));
    std::fs::create_dir_all(&work)?;
    let _cleanup = super::Cleanup(work.clone());
    let event = event()?;
    let mut rows = String::new();
    let mut missed = Vec::new();
    let mut row = |what: &str, ours: f64, raw: f64, unit: &str, bar: f64| -> Result<()> {
        let share = ours / raw;
        let line = format!(
            "| {what} | {ours:.0} {unit} | {raw:.0} {unit} | {share:.2} | {} |",
            if bar > 0.0 {
                bar.to_string()
            } else {
                String::new()
            }
        );
        println!("{line}");
        writeln!(rows, "{line}")?;
        if share < bar {
            missed.push(format!("{what}: {share:.2} of the raw rate, not {bar}"));
        }
        Ok(())
    };
    let many = pairs(&work, |folder| many(folder, &event))?;
    row(
        "64 appenders, 256 events outstanding each",
        many.ours,
        many.raw,
        "events/s",
        MANY,
    )?;
    let one = pairs(&work, |folder| one(folder, &event))?;
    row(
        "one appender, one event at a time",
        one.ours,
        one.raw,
        "events/s",
        ONE,
    )?;
    let task = pairs(&work, |folder| one_task(folder, &event))?;
    row(
        "the same in an asynchronous task, which another thread writes for",
        task.ours,
        task.raw,
        "events/s",
        TASK,
    )?;
    let (ours, raw) = verification(&work, &event)?;
    row("full verification", ours, raw, "MB/s", VERIFY)?;
    let mut opening = String::new();
    if let Some(events) = long {
        let openings = open_long(&work, &event, events)?;
        for of in &openings {
            writeln!(
                opening,
                "Opening a ledger of {} events ({:.1} GB): {:.0} ms (bar: {:.0} ms), {:.0} MiB at most.\n",
                of.events,
                of.bytes / 1e9,
                of.time.as_secs_f64() * 1e3,
                OPEN.as_secs_f64() * 1e3,
                of.memory
            )?;
            if of.time > OPEN {
                missed.push(format!("opening takes {:?}", of.time));
            }
        }
        println!("{opening}");
        let [quarter, all] = openings;
        if all.memory > quarter.memory + GROWTH {
            missed.push(format!(
                "opening takes {:.0} MiB, and {:.0} MiB for four times as many events",
                quarter.memory, all.memory
            ));
        }
    }
    page::write("ledger", &section(&rows, &opening))?;
    ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
    Ok(())
}

fn section(rows: &str, opening: &str) -> String {
    format!(
        "One process. *Raw* writes the same batches of bytes to a file that grows in the same way, each \
         followed by `fdatasync`, in turn with the ledger on the same disk; for verification it decrypts \
         and hashes the same bytes with the same library. Medians of {ROUNDS} pairs; events of {} bytes.\n\n\
         | what | ledger | raw | share | bar |\n|---|---|---|---|---|\n{rows}\n{opening}",
        TEXT.len()
    )
}

/// An API call, as a gateway would record it.
const TEXT: &str = r#"{"class_uid":6003,"activity_id":2,"time":1790000000000,"severity_id":1,
"actor":{"user":{"uid":"AIDAEXAMPLE7","name":"ada","email_addr":"ada@example.com","type_id":1},"session":{"uid":"s-5d1f0c7e","issuer":"https://id.example.com"}},
"api":{"operation":"GetOrder","service":{"name":"orders"},"request":{"uid":"8c1e2b54-7d0e-4f6a-9a3f-1c2d3e4f5a6b"}},
"src_endpoint":{"ip":"203.0.113.7","port":50312},
"http_request":{"http_method":"GET","user_agent":"aws-sdk-js/3.620.0 os/linux lang/js md/nodejs#20.15.1","url":{"hostname":"api.example.com","path":"/orders/7","scheme":"https","port":443}},
"resources":[{"uid":"arn:aws:lambda:eu-west-1:123456789012:function:orders","name":"orders","type":"AWS::Lambda::Function"}],
"status_id":1,"status_code":"200",
"cloud":{"provider":"AWS","region":"eu-west-1","account":{"uid":"123456789012"}},
"metadata":{"correlation_uid":"8c1e2b54-7d0e-4f6a-9a3f-1c2d3e4f5a6b"},
"palisade":{"clauses":["SCSP-6.4","SCSP-8.1"]}}"#;

fn event() -> Result<Event> {
    Event::from_json(TEXT.as_bytes(), LIMIT).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", errors.join("; "))
    })
}

/// A disk that remembers how many bytes were written to segments at once.
#[derive(Debug)]
struct Counted {
    disk: Folder,
    batches: Arc<Mutex<Vec<usize>>>,
}

#[derive(Debug)]
struct CountedFile {
    file: Box<dyn DiskFile>,
    batches: Arc<Mutex<Vec<usize>>>,
}

impl Disk for Counted {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = self.disk.create(path)?;
        if !path.ends_with(".log") {
            return Ok(file);
        }
        let batches = self.batches.clone();
        Ok(Box::new(CountedFile { file, batches }))
    }
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open(path)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.disk.sync_folder(folder)
    }
    fn lock(&self) -> io::Result<Lock> {
        self.disk.lock()
    }
}

impl DiskFile for CountedFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, into)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Ok(mut batches) = self.batches.lock() {
            batches.push(bytes.len());
        }
        self.file.append(bytes)
    }
    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

struct Made {
    events: usize,
    time: Duration,
    batches: Vec<usize>,
}

struct Rates {
    ours: f64,
    raw: f64,
}

fn parts(folder: &Path, batches: &Arc<Mutex<Vec<usize>>>) -> Result<Parts> {
    let key = folder.with_extension("key");
    let keys = Arc::new(if key.exists() {
        KeyFile::read(&key, None)?
    } else {
        KeyFile::create(&key, "bench.example/ledger", None)?
    });
    Ok(Parts {
        disk: Arc::new(Counted {
            disk: Folder::new(folder)?,
            batches: batches.clone(),
        }),
        keys: keys.clone(),
        signer: keys,
        clock: Arc::new(SystemClock),
        product: Arc::new(Product {
            name: "Palisade".to_owned(),
            vendor_name: "Palisade".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }),
    })
}

/// Runs the ledger and the raw probe in turn; the pair with the middle share.
fn pairs(work: &Path, mut ledger: impl FnMut(&Path) -> Result<Made>) -> Result<Rates> {
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let folder = work.join(format!("round-{round}"));
        let made = ledger(&folder)?;
        let raw = raw(&work.join("raw"), &made.batches)?;
        std::fs::remove_dir_all(&folder)?;
        std::fs::remove_file(folder.with_extension("key"))?;
        #[expect(clippy::cast_precision_loss, reason = "a count of events")]
        let events = made.events as f64;
        rounds.push(Rates {
            ours: events / made.time.as_secs_f64(),
            raw: events / raw.as_secs_f64(),
        });
    }
    rounds.sort_by(|a, b| (a.ours / a.raw).total_cmp(&(b.ours / b.raw)));
    let middle = rounds.into_iter().nth(ROUNDS / 2);
    middle.context("no rounds")
}

/// The time of writing and syncing batches of these sizes.
fn raw(path: &Path, batches: &[usize]) -> Result<Duration> {
    let longest = batches.iter().copied().max().unwrap_or(0);
    let bytes: Vec<u8> = (0..longest).map(|i| (i % 251).to_le_bytes()[0]).collect();
    let mut file = OpenOptions::new()
        .append(true)
        .create_new(true)
        .open(path)?;
    let begun = Instant::now();
    for batch in batches {
        file.write_all(bytes.get(..*batch).unwrap_or_default())?;
        file.sync_data()?;
    }
    let time = begun.elapsed();
    std::fs::remove_file(path)?;
    Ok(time)
}

fn many(folder: &Path, event: &Event) -> Result<Made> {
    let batches = Arc::default();
    let (ledger, _) = Ledger::open(parts(folder, &batches)?, Settings::default())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()?;
    let begun = Instant::now();
    runtime.block_on(async {
        let mut appenders = JoinSet::new();
        for _ in 0..APPENDERS {
            appenders.spawn(appender(ledger.clone(), event.clone()));
        }
        while let Some(result) = appenders.join_next().await {
            result??;
        }
        anyhow::Ok(())
    })?;
    let time = begun.elapsed();
    drop(ledger);
    made(EVENTS_MANY / APPENDERS * APPENDERS, time, &batches)
}

/// Appends its part of the events, so many at a time.
async fn appender(ledger: Ledger, event: Event) -> Result<()> {
    let mut outstanding = JoinSet::new();
    for _ in 0..EVENTS_MANY / APPENDERS {
        if outstanding.len() == OUTSTANDING
            && let Some(result) = outstanding.join_next().await
        {
            result??;
        }
        let (ledger, event) = (ledger.clone(), event.clone());
        outstanding.spawn(async move { ledger.append(event).await.map(|_| ()) });
    }
    while let Some(result) = outstanding.join_next().await {
        result??;
    }
    Ok(())
}

fn one(folder: &Path, event: &Event) -> Result<Made> {
    let batches = Arc::default();
    let (ledger, _) = Ledger::open(parts(folder, &batches)?, Settings::default())?;
    let events = vec![event.clone(); EVENTS_ONE];
    let begun = Instant::now();
    for event in events {
        ledger.append_blocking(event)?;
    }
    let time = begun.elapsed();
    drop(ledger);
    made(EVENTS_ONE, time, &batches)
}

fn one_task(folder: &Path, event: &Event) -> Result<Made> {
    let batches = Arc::default();
    let (ledger, _) = Ledger::open(parts(folder, &batches)?, Settings::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let events = vec![event.clone(); EVENTS_ONE];
    let begun = Instant::now();
    runtime.block_on(async {
        for event in events {
            ledger.append(event).await?;
        }
        anyhow::Ok(())
    })?;
    let time = begun.elapsed();
    drop(ledger);
    made(EVENTS_ONE, time, &batches)
}

fn made(events: usize, time: Duration, batches: &Mutex<Vec<usize>>) -> Result<Made> {
    let batches = batches.lock().map_err(|_| anyhow::anyhow!("a panic"))?;
    Ok(Made {
        events,
        time,
        // The first is the header of the segment.
        batches: batches.iter().skip(1).copied().collect(),
    })
}

/// Rates of verifying a ledger, and of decrypting and hashing as many bytes, in MB/s.
fn verification(work: &Path, event: &Event) -> Result<(f64, f64)> {
    let folder = work.join("verified");
    many(&folder, event)?;
    let parts = parts(&folder, &Arc::default())?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let verified = verify(&parts, &Evidence::default())?;
        let ours = begun.elapsed();
        let segments = folder.join("segments");
        let raw = cipher_and_hash(&segments)?;
        #[expect(clippy::cast_precision_loss, reason = "a count of bytes")]
        let megabytes = verified.bytes as f64 / 1e6;
        rounds.push((
            megabytes / ours.as_secs_f64(),
            megabytes / raw.as_secs_f64(),
        ));
    }
    std::fs::remove_dir_all(&folder)?;
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    rounds.into_iter().nth(ROUNDS / 2).context("no rounds")
}

/// The time of decrypting and hashing the bytes of all segments, a megabyte at a time.
fn cipher_and_hash(segments: &Path) -> Result<Duration> {
    let key = UnboundKey::new(&AES_256_GCM, &[7; 32]).map_err(|_| anyhow::anyhow!("no key"))?;
    let key = LessSafeKey::new(key);
    let mut time = Duration::ZERO;
    for entry in std::fs::read_dir(segments)? {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "log") {
            continue;
        }
        let begun = Instant::now();
        let mut file = File::open(path)?;
        let mut bytes = vec![0; 1 << 20];
        loop {
            let read = io::Read::read(&mut file, &mut bytes)?;
            let Some(chunk) = bytes.get_mut(..read).filter(|chunk| !chunk.is_empty()) else {
                break;
            };
            let nonce = Nonce::assume_unique_for_key([0; 12]);
            // Encrypting is the same work; decrypting would fail, for want of the right tag.
            let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), chunk);
            let _tag = tag.map_err(|_| anyhow::anyhow!("the cipher failed"))?;
            std::hint::black_box(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, chunk));
        }
        time += begun.elapsed();
    }
    Ok(time)
}

/// What opening a ledger takes.
struct Opening {
    events: u64,
    bytes: f64,
    time: Duration,
    /// The most memory of the process that does it, in MiB.
    memory: f64,
}

/// Opens a long ledger, when it has a quarter of its events and when it has all.
fn open_long(work: &Path, event: &Event, events: u64) -> Result<[Opening; 2]> {
    let folder = work.join("long");
    let batches = Arc::default();
    let mut appended = 0;
    let mut open_at = |events: u64| -> Result<Opening> {
        let (ledger, _) = Ledger::open(parts(&folder, &batches)?, Settings::default())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()?;
        while appended < events {
            runtime.block_on(async {
                let mut tasks = JoinSet::new();
                for _ in 0..APPENDERS {
                    tasks.spawn(appender(ledger.clone(), event.clone()));
                }
                while let Some(result) = tasks.join_next().await {
                    result??;
                }
                anyhow::Ok(())
            })?;
            appended += (EVENTS_MANY / APPENDERS * APPENDERS) as u64;
        }
        drop(ledger);
        let begun = Instant::now();
        let ledger = Ledger::open(parts(&folder, &batches)?, Settings::default())?.0;
        let time = begun.elapsed();
        drop(ledger);
        let batches = batches.lock().map_err(|_| anyhow::anyhow!("a panic"))?;
        #[expect(clippy::cast_precision_loss, reason = "a count of bytes")]
        let bytes = batches.iter().sum::<usize>() as f64;
        Ok(Opening {
            events: appended,
            bytes,
            time,
            memory: memory_of_opening(&folder)?,
        })
    };
    Ok([open_at(events / 4)?, open_at(events)?])
}

/// Opens the ledger in a process of its own, which tells the most memory that it had, in MiB.
fn memory_of_opening(folder: &Path) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .arg("ledger-open")
        .arg(folder)
        .output()?;
    ensure!(output.status.success(), "opening failed");
    let kibibytes: f64 = std::str::from_utf8(&output.stdout)?.trim().parse()?;
    Ok(kibibytes / 1024.0)
}

/// `ledger-open FOLDER`: opens a ledger and closes it, and prints the most memory that took, in KiB.
///
/// What the system tells the parent would be too much: there the memory counts that the parent had
/// when it began this process.
pub(crate) fn open(arguments: &[String]) -> Result<()> {
    let [folder] = arguments else {
        bail!("usage: ledger-open FOLDER");
    };
    let parts = parts(Path::new(folder), &Arc::default())?;
    Ledger::open(parts, Settings::default())?;
    let status = std::fs::read_to_string("/proc/self/status").context("this needs Linux")?;
    let mut lines = status.lines();
    let most = lines.find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    println!("{}", most.context("no figure in /proc/self/status")?);
    Ok(())
}
