//! The real gateway between functions and callers of a test. Everything here ends: whoever waits,
//! waits for a stated time.

use crate::Folder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Nothing that is waited for takes longer, however busy the machine is.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something holds.
#[track_caller]
pub(super) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// `palisade guard serve` with the `guard.toml` of a folder, and what it says.
pub(super) struct Serving {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    /// Whether it says nothing more.
    is_over: Arc<AtomicBool>,
    pub(super) address: String,
}

impl Serving {
    pub(super) fn start(folder: &Folder) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command.args(["guard", "serve"]);
        Self::run(folder, command)
    }

    /// The same where no file can have more than so many blocks of 512 bytes: to a program that is
    /// as if the disk were full.
    pub(super) fn start_with_room(folder: &Folder, blocks: u32) -> Self {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" guard serve");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_palisade")]);
        Self::run(folder, command)
    }

    fn run(folder: &Folder, mut command: Command) -> Self {
        let mut child = command
            .current_dir(&folder.0)
            .env_clear()
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = Arc::<Mutex<Vec<String>>>::default();
        let is_over = Arc::<AtomicBool>::default();
        let (heard, over) = (said.clone(), is_over.clone());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                heard.lock().unwrap().push(line);
            }
            over.store(true, Ordering::SeqCst);
        });
        let mut serving = Self {
            child,
            said,
            is_over,
            address: String::new(),
        };
        let line = serving.says("guard at http");
        let address = line.split_once("://").unwrap().1;
        address
            .split(',')
            .next()
            .unwrap()
            .clone_into(&mut serving.address);
        serving
    }

    /// The line that has these words, once it is there.
    #[track_caller]
    pub(super) fn says(&self, words: &str) -> String {
        let found = || self.lines().into_iter().find(|line| line.contains(words));
        let began = Instant::now();
        loop {
            let is_over = self.is_over.load(Ordering::SeqCst);
            if let Some(line) = found() {
                return line;
            }
            let lines = self.lines();
            let waits = !is_over && began.elapsed() < PATIENCE;
            assert!(waits, "`{words}` is not in {lines:#?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// How many lines have these words.
    pub(super) fn times(&self, words: &str) -> usize {
        let lines = self.lines();
        lines.iter().filter(|line| line.contains(words)).count()
    }

    /// The address of metrics and health.
    pub(super) fn admin(&self) -> String {
        let line = self.says("metrics and health at");
        line.rsplit_once("http://").unwrap().1.to_owned()
    }

    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end.
    pub(super) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal.
    pub(super) fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &script]).status();
        assert!(status.unwrap().success());
    }

    /// How it ended.
    #[track_caller]
    pub(super) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        until("the gateway does not end", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// Asks it to end, and waits for that.
    #[track_caller]
    pub(super) fn stop(mut self) {
        self.terminate();
        let status = self.ended();
        assert!(status.success(), "{status}: {:#?}", self.lines());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request that reached a function.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) correlation: String,
    pub(super) path: String,
    pub(super) identity: String,
    pub(super) at: Instant,
}

/// A function that answers `200` and remembers what reached it. What its path asks for takes time,
/// or never comes: `/slow/…`, `/hang/…`, `/drop/…`, `/cut/…`.
pub(super) struct Function {
    pub(super) address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Function {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let all = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let seen = all.clone();
                std::thread::spawn(move || answer(stream, &seen));
            }
        });
        Self { address, seen }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// Reads a head; nothing at the end of the connection.
fn head(reader: &mut BufReader<TcpStream>) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        match line.trim_end() {
            "" => return Some(lines),
            line => lines.push(line.to_owned()),
        }
    }
}

fn field<'h>(head: &'h [String], name: &str) -> Option<&'h str> {
    let mut fields = head.iter().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value.trim())
}

fn answer(stream: TcpStream, seen: &Mutex<Vec<Seen>>) {
    let _ = stream.set_nodelay(true);
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(head) = head(&mut reader) {
        let path = head[0].split(' ').nth(1).unwrap().to_owned();
        let correlation = field(&head, "palisade-correlation");
        seen.lock().unwrap().push(Seen {
            correlation: correlation.unwrap_or_default().to_owned(),
            path: path.clone(),
            identity: field(&head, "palisade-identity")
                .unwrap_or_default()
                .to_owned(),
            at: Instant::now(),
        });
        let text = format!("this is {path}\n").repeat(20);
        let (first, second) = text.split_at(text.len() / 2);
        let length = text.len();
        let begun = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{first}");
        if path.starts_with("/drop/") {
            return;
        }
        if path.starts_with("/hang/") {
            std::thread::sleep(PATIENCE);
            return;
        }
        if writer.write_all(begun.as_bytes()).is_err() || path.starts_with("/cut/") {
            return;
        }
        if path.starts_with("/slow/") {
            std::thread::sleep(Duration::from_millis(300));
        }
        if writer.write_all(second.as_bytes()).is_err() {
            return;
        }
    }
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ended {
    /// A whole answer.
    Answered(u16),
    /// Nobody took the connection.
    Refused,
    /// The connection ended before an answer began.
    Unanswered,
    /// The connection ended in the middle of an answer.
    Cut,
}

/// A caller that keeps its connection.
pub(super) struct Caller {
    address: String,
    connection: Option<BufReader<TcpStream>>,
    /// How many connections it has opened.
    pub(super) connections: usize,
}

impl Caller {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            connection: None,
            connections: 0,
        }
    }

    pub(super) fn get(&mut self, path: &str) -> Ended {
        self.get_with(path, "")
    }

    /// The same with more header fields.
    pub(super) fn get_with(&mut self, path: &str, fields: &str) -> Ended {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let Ok(stream) = TcpStream::connect(&self.address) else {
                    return Ended::Refused;
                };
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let _ = stream.set_nodelay(true);
                self.connections += 1;
                none.insert(BufReader::new(stream))
            }
        };
        let address = &self.address;
        let asked = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{fields}\r\n");
        // Whether it arrived shows what comes back.
        let _ = connection.get_mut().write_all(asked.as_bytes());
        let (ended, is_over) = read(connection);
        if is_over {
            self.connection = None;
        }
        ended
    }
}

/// Reads an answer; whether the connection is over with it.
fn read(connection: &mut BufReader<TcpStream>) -> (Ended, bool) {
    let begun = connection.fill_buf().is_ok_and(|bytes| !bytes.is_empty());
    if !begun {
        return (Ended::Unanswered, true);
    }
    let Some(head) = head(connection) else {
        return (Ended::Cut, true);
    };
    let status = head[0].split(' ').nth(1).and_then(|s| s.parse().ok());
    let length = field(&head, "content-length").and_then(|n| n.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    if connection.read_exact(&mut body).is_err() {
        return (Ended::Cut, true);
    }
    let is_over = field(&head, "connection") == Some("close");
    (Ended::Answered(status.unwrap()), is_over)
}

/// Callers that call without end.
pub(super) struct Load {
    is_over: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<(Vec<Ended>, usize)>>,
}

impl Load {
    /// So many callers, which call one route after the other with a number behind it.
    pub(super) fn start(address: &str, callers: usize, routes: &'static [&'static str]) -> Self {
        let is_over = Arc::<AtomicBool>::default();
        let calls = Arc::<AtomicUsize>::default();
        let threads = (0..callers).map(|_| {
            let (is_over, calls) = (is_over.clone(), calls.clone());
            let mut caller = Caller::new(address);
            std::thread::spawn(move || {
                let mut ends = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    let number = calls.fetch_add(1, Ordering::Relaxed);
                    let route = routes[number % routes.len()];
                    let ended = caller.get(&format!("{route}/{number}"));
                    ends.push(ended);
                    if ended == Ended::Refused {
                        break;
                    }
                }
                (ends, caller.connections)
            })
        });
        Self {
            threads: threads.collect(),
            is_over,
            calls,
        }
    }

    /// How many calls were begun.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Waits until so many calls more were begun.
    #[track_caller]
    pub(super) fn more(&self, calls: usize) {
        let before = self.calls();
        until("nobody calls", || self.calls() >= before + calls);
    }

    /// How often calls ended how, and how many connections there were.
    pub(super) fn end(self) -> (BTreeMap<Ended, usize>, usize) {
        self.is_over.store(true, Ordering::Relaxed);
        let (mut ends, mut all) = (BTreeMap::new(), 0);
        for thread in self.threads {
            let (ended, connections) = thread.join().unwrap();
            all += connections;
            for ended in ended {
                *ends.entry(ended).or_default() += 1;
            }
        }
        (ends, all)
    }
}

/// What is on record of calls: codes of their decisions and of their outcomes, by correlation id.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) decisions: BTreeMap<String, String>,
    pub(super) outcomes: BTreeMap<String, String>,
}

/// The events of a class in the ledger of a folder.
#[track_caller]
pub(super) fn events(folder: &Folder, class: &str) -> Vec<Value> {
    let query = ["ledger", "query", "--dir", "ledger", "--format", "ocsf"];
    let run = folder.run(&[&query[..], &["--class", class]].concat());
    assert_eq!(run.code(), 0, "{}", run.err());
    let out = run.out();
    let events = out.lines().map(|line| serde_json::from_str(line).unwrap());
    events.collect()
}

/// Reads the ledger of a folder, that must verify.
#[track_caller]
pub(super) fn records(folder: &Folder) -> Records {
    let run = folder.run(&["ledger", "verify", "--dir", "ledger"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    let mut records = Records::default();
    for event in events(folder, "api_activity") {
        // Readings of the ledger are on record, too.
        let (Some(_), Some(correlation)) = (
            event["palisade"]["means"].as_str(),
            event["metadata"]["correlation_uid"].as_str(),
        ) else {
            continue;
        };
        let of = match event["action_id"].is_u64() {
            true => &mut records.decisions,
            false => &mut records.outcomes,
        };
        let code = event["status_code"].as_str().unwrap_or_default();
        let twice = of.insert(correlation.to_owned(), code.to_owned());
        assert_eq!(twice, None, "{correlation} is on record twice");
    }
    records
}

/// The head of a configuration with a ledger, a listener and a function behind it.
pub(super) fn configured(function: &str, rest: &str) -> String {
    format!(
        "environment = \"dev\"\n\
         [ledger]\ndir = \"ledger\"\n\
         [listen]\naddress = \"127.0.0.1:0\"\nplaintext = true\nadmin = \"127.0.0.1:0\"\n\
         [targets.orders]\nurls = [\"http://{function}\"]\ntimeout = \"20s\"\n\
         {rest}"
    )
}

/// A route that everybody may call, recorded like this.
pub(super) fn open(path: &str, record: &str) -> String {
    format!(
        "[[routes]]\npath = \"{path}/{{number}}\"\nmethods = [\"GET\"]\nfunction = \"orders\"\n\
         target = \"orders\"\npublic = true\nrecord = \"{record}\"\n"
    )
}
