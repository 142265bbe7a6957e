//! Checkpoints that go out: to a file, a URL and a witness, each with the real program.

use super::outsider::outsider;
use super::{append, command, documented, event, events, ledger, says, spawn, with_events};
use crate::{Folder, Run};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A witness that runs; it is killed when this goes.
struct Witness {
    child: Child,
    address: String,
    key: String,
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Witness {
    fn start(folder: &Folder, listen: &str) -> Self {
        let log = ledger(folder, &["key", "--dir", "l"]).out();
        let arguments = [
            "witness",
            "--key",
            "w.key",
            "--state",
            "w",
            "--listen",
            listen,
            "--log",
            log.trim(),
            "--name",
            "witness.example",
        ];
        let mut child = command(folder, &arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut key) = (String::new(), String::new());
        while !line.contains("http://") {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "the witness ended");
        }
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split(';').next().unwrap().to_owned();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut key).unwrap();
        let key = key.trim().to_owned();
        // Somebody must take what it tells.
        std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
        Self {
            child,
            address,
            key,
        }
    }

    /// Asks it to stop, and waits until it has.
    fn stop(mut self) -> bool {
        let pid = self.child.id().to_string();
        let kill = std::process::Command::new("kill").arg(&pid).status();
        kill.unwrap().success() && self.child.wait().unwrap().success()
    }

    fn configuration(&self, more: &str) -> String {
        let (address, key) = (&self.address, &self.key);
        format!(
            "[ledger.publish]\nevery = \"1s\"\nwitnesses = [{{ url = \"http://{address}\", key = \"{key}\" }}]\n{more}"
        )
    }
}

fn read(folder: &Folder, path: &str) -> String {
    std::fs::read_to_string(folder.0.join(path)).unwrap_or_default()
}

fn publish(folder: &Folder) -> Run {
    ledger(folder, &["publish", "--dir", "l", "--once"])
}

/// Waits until something holds.
#[track_caller]
fn until(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never held");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_witness_cosigns_a_growing_ledger() {
    let folder = with_events("publish-grows", 3);
    let witness = Witness::start(&folder, "127.0.0.1:0");
    let folder = folder.with(
        "palisade.toml",
        witness.configuration("file = \"out/checkpoint\"\n"),
    );
    let demand = ["verify", "--dir", "l", "--witness", &witness.key];
    let run = ledger(&folder, &demand);
    assert_eq!(run.code(), 1, "{}", run.err());
    assert!(
        run.out()
            .contains("no checkpoint of this ledger that the witness has cosigned")
    );
    for size in [3, 8] {
        let run = publish(&folder);
        assert_eq!((run.code(), run.err().as_str()), (0, ""));
        let note = read(&folder, "out/checkpoint");
        assert!(note.starts_with(&format!("palisade/l\n{size}\n")), "{note}");
        assert!(note.contains("\n— witness.example "), "{note}");
        let run = ledger(&folder, &demand);
        assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
        // Both signatures stand on the tree that the folder has, for those who know the formats.
        let checkpoint = ["verify", "--dir", "l", "--checkpoint", "out/checkpoint"];
        assert_eq!(ledger(&folder, &checkpoint).code(), 0);
        let key = witness.key.parse().unwrap();
        let key_of_log = ledger(&folder, &["key", "--dir", "l"]).out();
        let log: palisade_tlog::NoteKey = key_of_log.trim().parse().unwrap();
        let opened = palisade_tlog::SignedCheckpoint::open(note.as_bytes(), &log.into()).unwrap();
        assert_eq!(opened.cosignatures(&[key]).unwrap().len(), 1);
        let outside = [
            "--pure",
            "--witness",
            &witness.key,
            "out/checkpoint",
            key_of_log.trim(),
            "l",
        ];
        if let Some(run) = outsider(&folder, &outside) {
            assert_eq!(run.code(), 0, "{}", run.err());
            let out = run.out();
            let time = out
                .lines()
                .find_map(|l| l.strip_prefix(&format!("witnessed {size} ")));
            assert!(
                time.unwrap().parse::<u64>().unwrap() > 1_700_000_000,
                "{out}"
            );
        }
        // `append` publishes what it signs by itself.
        assert_eq!(append(&folder, events(3..8), &["--dir", "l"]).code(), 0);
        assert!(read(&folder, "out/checkpoint").starts_with("palisade/l\n8\n") || size == 8);
    }
    assert!(witness.stop(), "a witness that is asked to stop ends well");
}

#[test]
fn a_ledger_that_was_rolled_back_is_told_to_its_operator() {
    let folder = with_events("publish-rolled", 2);
    super::copy(&folder, "l", "earlier");
    let witness = Witness::start(&folder, "127.0.0.1:0");
    let folder = folder.with("palisade.toml", witness.configuration("file = \"out\"\n"));
    assert_eq!(append(&folder, events(2..5), &["--dir", "l"]).code(), 0);
    let published = read(&folder, "out");
    assert!(published.starts_with("palisade/l\n5\n"), "{published}");
    std::fs::remove_dir_all(folder.0.join("l")).unwrap();
    super::copy(&folder, "earlier", "l");
    let run = publish(&folder);
    says(
        (run.code(), run.err()),
        1,
        &[
            "the witness `witness.example` has seen 5 events of this ledger, and now it has 2",
            "out` has a checkpoint of 5 events that this ledger of 2 does not continue",
        ],
    );
    // Events that come now are another history. They are appended, and the witness, killed and
    // started again, knows better.
    let address = witness.address.clone();
    drop(witness);
    let witness = Witness::start(&folder, &address);
    let run = append(&folder, events(2..9), &["--dir", "l"]);
    says(
        (run.code(), run.err()),
        0,
        &[
            "its history was written again",
            "out` has a checkpoint of 5 events that this ledger of 9 does not continue",
        ],
    );
    assert_eq!(super::receipts(&run).len(), 7);
    assert!(std::fs::read_dir(folder.0.join("w")).unwrap().any(|entry| {
        let name = entry.unwrap().file_name();
        name.to_string_lossy().ends_with(".refused")
    }));
    drop(witness);
}

#[test]
fn publishing_that_fails_disturbs_nobody_and_is_tried_again() {
    let folder = with_events("publish-down", 1);
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let configuration =
        format!("[ledger.publish]\nevery = \"1s\"\nurl = \"http://{port}/in?t=planted\"\n");
    let folder = folder.with("palisade.toml", configuration);
    let run = publish(&folder);
    says(
        (run.code(), run.err()),
        4,
        &["/in` does not answer", "refused"],
    );
    assert!(!run.err().contains("planted"));
    // A writer with a receipt for each line, meanwhile.
    let mut child = spawn(&folder, &["append", "--dir", "l"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut receipt = |number| {
        writeln!(input, "{}", event(number)).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"index\":"), "{line}");
    };
    for number in 1..20 {
        receipt(number);
    }
    // Now somebody listens there: first with an error, then well.
    let listener = TcpListener::bind(port).unwrap();
    let mut sizes = Vec::new();
    for status in ["500 No", "200 OK"] {
        let (stream, _) = listener.accept().unwrap();
        sizes.push(posted(&stream));
        receipt(20);
        write!(
            &stream,
            "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
    }
    assert!(sizes[0] >= 1 && sizes[1] >= sizes[0], "{sizes:?}");
    drop(input);
    // What was signed last is posted before the end.
    let last = listener.accept().unwrap().0;
    assert_eq!(posted(&last), 22);
    write!(&last, "HTTP/1.1 204 No\r\nconnection: close\r\n\r\n").unwrap();
    drop(last);
    assert!(child.wait().unwrap().success());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(
        told.contains("it is tried again") && told.contains("answers with status 500"),
        "{told}"
    );
}

/// The size of the checkpoint that somebody posts.
fn posted(stream: &TcpStream) -> u64 {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let text = String::from_utf8(body).unwrap();
    text.lines().nth(1).unwrap().parse().unwrap()
}

#[test]
fn publish_goes_on_beside_a_writer() {
    let folder = with_events("publish-beside", 1);
    let mut writer = spawn(&folder, &["append", "--dir", "l"]);
    let mut input = writer.stdin.take().unwrap();
    let witness = Witness::start(&folder, "127.0.0.1:0");
    let folder = folder.with("palisade.toml", witness.configuration("file = \"out\"\n"));
    let publisher = Witness {
        child: spawn(&folder, &["publish", "--dir", "l", "--every", "1s"]),
        address: String::new(),
        key: String::new(),
    };
    for number in 1..4 {
        writeln!(input, "{}", event(number)).unwrap();
        let expected = format!("palisade/l\n{}\n", number + 1);
        until(|| {
            let note = read(&folder, "out");
            note.starts_with(&expected) && note.contains("— witness.example ")
        });
    }
    assert!(publisher.stop());
    drop(input);
    assert!(writer.wait().unwrap().success());
}

#[test]
fn a_witness_lets_in_what_it_must() {
    let folder = with_events("publish-hostile", 1);
    let witness = Witness::start(&folder, "127.0.0.1:0");
    let say = |request: &str| {
        let mut stream = TcpStream::connect(&witness.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer.lines().next().unwrap_or_default().to_owned()
    };
    let post = |body: &str| {
        say(&format!(
            "POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
    };
    let checkpoint = read(&folder, "l/checkpoint");
    let other = checkpoint.replace("palisade/l\n", "palisade/m\n");
    let grown = checkpoint.replace("\n1\n", "\n2\n");
    for (answer, status) in [
        (
            say("GET /add-checkpoint HTTP/1.1\r\nhost: w\r\n\r\n"),
            "405",
        ),
        (
            say("POST / HTTP/1.1\r\nhost: w\r\ncontent-length: 0\r\n\r\n"),
            "404",
        ),
        (say("nonsense\r\n\r\n"), "400"),
        (post("nonsense"), "400"),
        (post(&"x".repeat(100_000)), "413"),
        (post(&format!("old 2\n\n{checkpoint}")), "400"),
        (post(&format!("old 0\n\n{other}")), "404"),
        (post(&format!("old 0\n\n{grown}")), "403"),
        (post(&format!("old 1\n\n{checkpoint}")), "409"),
        (post(&format!("old 0\n\n{checkpoint}")), "200"),
        (post(&format!("old 0\n\n{checkpoint}")), "409"),
        (post(&format!("old 1\n\n{checkpoint}")), "200"),
        (post(&format!("old 1\nAAAA\n\n{checkpoint}")), "400"),
    ] {
        assert!(answer.contains(status), "{status}: {answer}");
    }
    // A second one with the same memory would know half.
    let log = ledger(&folder, &["key", "--dir", "l"]).out();
    let same = [
        "witness",
        "--key",
        "w.key",
        "--state",
        "w",
        "--log",
        log.trim(),
    ];
    let second = ledger(&folder, &[&same[..], &["--listen", "127.0.0.1:0"]].concat());
    says(
        (second.code(), second.err()),
        4,
        &["is a witness with `w` already"],
    );
    let open = ledger(&folder, &[&same[..], &["--listen", "0.0.0.0:0"]].concat());
    says(
        (open.code(), open.err()),
        2,
        &["--certificate and --private-key"],
    );
}

#[test]
fn what_is_wrong_with_the_configuration_is_told() {
    let folder = with_events("publish-wrong", 1);
    let run = publish(&folder);
    says(
        (run.code(), run.err()),
        2,
        &["nothing says where checkpoints go"],
    );
    let mut folder = folder;
    for (text, parts) in [
        (
            "file = \"a\"\nevery = \"1d\"\n",
            &["`1d` is not how often"][..],
        ),
        (
            "witnesses = [{ url = \"http://127.0.0.1:1\", key = \"x\" }]\n",
            &["`x` is not the verifier key of a witness"],
        ),
        (
            "url = \"https://a.example\"\nca = \"none.pem\"\n",
            &["none.pem"],
        ),
    ] {
        folder = folder.with("palisade.toml", format!("[ledger.publish]\n{text}"));
        let run = publish(&folder);
        says((run.code(), run.err()), 2, parts);
        // Nothing is appended in the belief that it is published.
        assert_eq!(append(&folder, events(1..2), &["--dir", "l"]).code(), 2);
    }
    folder = folder.with(
        "palisade.toml",
        "[ledger.publish]\nurl = \"http://192.0.2.1/\"\n",
    );
    let run = publish(&folder);
    says(
        (run.code(), run.err()),
        4,
        &["over a network it must be `https://`"],
    );
}

#[test]
fn publishing_works_as_documented() {
    let (folder, run) = documented("publish-page", "ledger publish");
    assert!(
        run.out().contains("witnesses              1\n"),
        "{}",
        run.out()
    );
    assert!(read(&folder, "published/checkpoint").starts_with("example.com/orders-log\n"));
}
