//! What is asked for is found, without reading the rest, by whoever may read it; and that they did
//! is recorded.

use crate::fixture::{self, Set, parts, small, wait};
use crate::simulated::{Simulated, Trouble};
use palisade_event::{Class, Draft, Event, Status, User, activity};
use palisade_ledger::{
    Answer, Disk, DiskFile, Evidence, Export, Format, Ledger, LedgerError, Lock, Outcome, Parts,
    Permit, Query, ReadError, Reader, Role, Roles, Settings, index, permit, verify,
};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

type Files = BTreeMap<String, Vec<u8>>;

const DAY: u64 = 24 * 60 * 60 * 1000;
const DAYS: u64 = 5;
const PER_DAY: u64 = 3;

/// A disk that counts the bytes that are read of each file.
#[derive(Clone, Debug, Default)]
struct Counting {
    disk: Simulated,
    read: Arc<Mutex<BTreeMap<String, usize>>>,
    /// Another process writes.
    busy: bool,
}

#[derive(Debug)]
struct CountingFile {
    file: Box<dyn DiskFile>,
    path: String,
    read: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Counting {
    fn taken(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.read.lock().unwrap())
    }
}

impl Disk for Counting {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.disk.create(path)
    }
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(CountingFile {
            file: self.disk.open(path)?,
            path: path.to_owned(),
            read: self.read.clone(),
        }))
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
        match self.busy {
            true => Ok(Lock::Busy("4711".to_owned())),
            false => self.disk.lock(),
        }
    }
}

impl DiskFile for CountingFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(offset, into)?;
        let mut counted = self.read.lock().unwrap();
        *counted.entry(self.path.clone()).or_default() += read;
        Ok(read)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)
    }
    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.file.truncate(len)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

/// A segment for each day.
fn daily() -> Settings {
    Settings {
        segment_bytes: 1 << 20,
        segment_age: DAY,
        ..small()
    }
}

/// The call of a function; who calls and how it goes depends on the number.
fn call(number: u64) -> Event {
    let name = ["ada", "bob", "eve"][usize::try_from(number % 3).unwrap()];
    let user = User {
        uid: &format!("u-{number}"),
        name,
        ..User::default()
    };
    let class = match number {
        7 => Class::HttpActivity,
        _ => Class::ApiActivity,
    };
    let draft = Draft::new(class, 1, i64::try_from(number * DAY / PER_DAY).unwrap())
        .actor(&user)
        .set("src_endpoint.ip", "192.0.2.7")
        .status(match number % 5 {
            0 => Status::Failure,
            _ => Status::Success,
        })
        .set("palisade.clauses", vec![format!("SCSP-6.{}", number % 4)])
        .correlation(&format!("c-{}", number / 2));
    let draft = match class {
        Class::HttpActivity => draft
            .set("dst_endpoint.ip", "192.0.2.8")
            .set("http_response.code", 200),
        _ => draft
            .set("api.operation", format!("f-{}", number % 7))
            .set("cloud.provider", "AWS"),
    };
    draft.build().unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn surroundings(disk: impl Disk + 'static, clock: &Arc<Set>) -> Parts {
    Parts {
        clock: clock.clone(),
        ..parts(disk)
    }
}

/// A ledger of some days, closed.
fn ledger() -> (Counting, Parts) {
    let (disk, clock) = (Counting::default(), Arc::new(Set::default()));
    let parts = surroundings(disk.clone(), &clock);
    let (ledger, _) = Ledger::open(parts.clone(), daily()).unwrap();
    for number in 0..DAYS * PER_DAY {
        clock.0.store(number * DAY / PER_DAY, Ordering::SeqCst);
        wait(ledger.append(call(number))).unwrap();
    }
    drop(ledger);
    disk.taken();
    (disk, parts)
}

fn reader(principal: &str) -> Reader {
    Reader {
        principal: principal.to_owned(),
        role: None,
    }
}

fn permitted(parts: &Parts, query: &Query) -> Permit {
    permit(
        parts,
        None,
        daily(),
        &Roles::owner("olga"),
        &reader("olga"),
        query,
    )
    .unwrap()
}

fn answers(permit: Permit) -> Vec<Answer> {
    let mut found = Vec::new();
    permit
        .query(|answer| {
            found.push(answer);
            Ok::<_, LedgerError>(())
        })
        .unwrap();
    found
}

/// The indices of the calls that are found: not those of the readings, which come behind.
fn found(parts: &Parts, query: Query) -> Vec<u64> {
    let answers = answers(permitted(parts, &query));
    let indices = answers.iter().map(|answer| answer.index);
    indices.filter(|index| *index < DAYS * PER_DAY).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn what_is_asked_for_is_found_and_nothing_else() {
    let (_, parts) = ledger();
    let all = 0..DAYS * PER_DAY;
    let such = |wanted: fn(&u64) -> bool| all.clone().filter(wanted).collect::<Vec<u64>>();
    let query = Query::default;
    let day = i64::try_from(DAY).unwrap();
    for (asked, expected) in [
        (query(), such(|_| true)),
        (
            Query {
                from_index: Some(4),
                until_index: Some(7),
                ..query()
            },
            vec![4, 5, 6],
        ),
        (
            Query {
                from: Some(day),
                until: Some(2 * day),
                ..query()
            },
            vec![3, 4, 5],
        ),
        (
            Query {
                logged_from: Some(4 * day),
                ..query()
            },
            vec![12, 13, 14],
        ),
        (
            Query {
                classes: [Class::HttpActivity].into(),
                ..query()
            },
            vec![7],
        ),
        (
            Query {
                principal: some("bob"),
                ..query()
            },
            such(|n| n % 3 == 1),
        ),
        (
            Query {
                principal: some("u-4"),
                ..query()
            },
            vec![4],
        ),
        (
            Query {
                function: some("f-2"),
                ..query()
            },
            vec![2, 9],
        ),
        (
            Query {
                outcome: Some(Outcome::Failure),
                ..query()
            },
            vec![0, 5, 10],
        ),
        (
            Query {
                clauses: ["SCSP-6.0".into(), "SCSP-6.3".into()].into(),
                ..query()
            },
            such(|n| n % 4 == 0 || n % 4 == 3),
        ),
        (
            Query {
                correlation: some("c-3"),
                ..query()
            },
            vec![6, 7],
        ),
        (
            Query {
                principal: some("ada"),
                outcome: Some(Outcome::Success),
                ..query()
            },
            such(|n| n % 3 == 0 && n % 5 != 0),
        ),
        (
            Query {
                limit: Some(2),
                ..query()
            },
            vec![0, 1],
        ),
        (
            Query {
                limit: Some(0),
                ..query()
            },
            vec![],
        ),
        (
            Query {
                principal: some("eve"),
                newest_first: true,
                limit: Some(3),
                ..query()
            },
            vec![14, 11, 8],
        ),
        (
            Query {
                principal: some("nobody"),
                ..query()
            },
            vec![],
        ),
    ] {
        assert_eq!(found(&parts, asked.clone()), expected, "{asked:?}");
        // The other way round, it is the same.
        if asked.limit.is_none() {
            let mut turned = found(
                &parts,
                Query {
                    newest_first: true,
                    ..asked
                },
            );
            turned.reverse();
            assert_eq!(turned, expected);
        }
    }
}

#[test]
fn a_query_over_one_day_does_not_read_the_others() {
    let (disk, parts) = ledger();
    let day = i64::try_from(DAY).unwrap();
    let third_day = Query {
        from: Some(2 * day),
        until: Some(3 * day),
        ..Query::default()
    };
    // The first query makes the indices, and reads all for that.
    answers(permitted(&parts, &third_day));
    let permit = permitted(&parts, &third_day);
    disk.taken();
    assert_eq!(answers(permit).len(), 3);
    let read = disk.taken();
    let length = |name: &str| disk.disk.files()[name].len();
    for day in 0..DAYS {
        let name = format!("segments/{:020}.log", day * PER_DAY);
        // The header is looked at, and the segment that takes events.
        match day {
            2 | 4 => assert!(read[&name] >= length(&name), "{name}: {read:?}"),
            _ => assert!(read[&name] < 100, "{name}: {read:?}"),
        }
    }
    // By when they were logged, and by class.
    let query = Query::default;
    let read_for = |asked: &Query, number: u64| {
        let permit = permitted(&parts, asked);
        disk.taken();
        assert_eq!(answers(permit)[0].index, number);
        let read = disk.taken();
        let read = |day: &u64| read.get(&format!("segments/{:020}.log", day * PER_DAY));
        let whole = (0..DAYS - 1).filter(|day| read(day).is_some_and(|bytes| *bytes > 100));
        whole.collect::<Vec<u64>>()
    };
    let second_day = Query {
        logged_from: Some(day),
        logged_until: Some(day + 1),
        ..query()
    };
    assert_eq!(read_for(&second_day, 3), [1]);
    let requests = Query {
        classes: [Class::HttpActivity].into(),
        ..query()
    };
    assert_eq!(read_for(&requests, 7), [2]);
    // By what is in a filter, which may say yes to one in a hundred.
    let mut needless = 0;
    for number in 0..(DAYS - 1) * PER_DAY {
        let one = Query {
            principal: Some(format!("u-{number}")),
            ..query()
        };
        let days = read_for(&one, number);
        assert!(days.contains(&(number / PER_DAY)));
        needless += days.len() - 1;
    }
    assert!(needless < 8, "{needless} of 36");
    // By the index of events, not even the headers, but the last one's: whether it is whole.
    let one = Query {
        from_index: Some(7),
        until_index: Some(8),
        ..Query::default()
    };
    let permit = permitted(&parts, &one);
    disk.taken();
    assert_eq!(answers(permit)[0].index, 7);
    let read = disk.taken();
    let segments = read.iter().filter(|(name, _)| name.ends_with(".log"));
    let segments: Vec<(&str, bool)> = segments
        .map(|(name, bytes)| (name.as_str(), *bytes < 100))
        .collect();
    assert_eq!(
        segments,
        [
            ("segments/00000000000000000006.log", false),
            ("segments/00000000000000000012.log", true),
        ]
    );
}

#[test]
fn an_index_that_is_missing_or_damaged_is_made_anew_and_tells_nothing() {
    let (disk, parts) = ledger();
    assert_eq!(index(&parts).unwrap(), DAYS - 1);
    assert_eq!(index(&parts).unwrap(), 0);
    let ada = Query {
        principal: some("ada"),
        ..Query::default()
    };
    let expected = found(&parts, ada.clone());
    let files = disk.disk.files();
    let names: Vec<&String> = files.keys().filter(|name| name.ends_with(".idx")).collect();
    assert_eq!(names.len() as u64, DAYS - 1);
    let one = files[names[0]].clone();
    for damage in 0..=one.len() {
        let mut files = files.clone();
        match damage {
            // One of another segment.
            0 => files.insert(names[0].clone(), files[names[1]].clone()),
            _ => {
                let mut bytes = one.clone();
                bytes[damage - 1] ^= 1 << (damage % 8);
                files.insert(names[0].clone(), bytes)
            }
        };
        let damaged = self::parts(Simulated::with(files.clone()));
        assert!(verify(&damaged, &Evidence::default()).is_ok());
        assert_eq!(index(&damaged).unwrap(), 1, "{damage}");
    }
    let mut gone = files.clone();
    gone.retain(|name, _| !name.ends_with(".idx"));
    assert_eq!(found(&self::parts(Simulated::with(gone)), ada), expected);
    for name in names {
        for secret in ["ada", "f-1", "SCSP", "u-0"] {
            let held = files[name].windows(secret.len());
            assert!(!held.into_iter().any(|bytes| bytes == secret.as_bytes()));
        }
    }
}

#[test]
fn an_index_from_when_the_segment_was_shorter_is_made_anew() {
    let clock = Arc::new(Set::default());
    let append = |files: Files, events: &[(u64, u64)]| {
        let disk = Simulated::with(files);
        let parts = surroundings(disk.clone(), &clock);
        let (ledger, _) = Ledger::open(parts.clone(), daily()).unwrap();
        for (day, number) in events {
            clock.0.store(day * DAY, Ordering::SeqCst);
            wait(ledger.append(call(*number))).unwrap();
        }
        drop(ledger);
        assert_eq!(
            index(&parts).unwrap(),
            u64::from(events.last().unwrap().0 > 0)
        );
        disk.files()
    };
    let begun = append(Files::new(), &[(0, 0)]);
    let short = append(begun.clone(), &[(1, 2)]);
    let mut long = append(begun, &[(0, 1), (1, 2)]);
    let name = "segments/00000000000000000000.idx";
    long.insert(name.to_owned(), short[name].clone());
    let parts = parts(Simulated::with(long));
    let bob = Query {
        principal: some("bob"),
        ..Query::default()
    };
    assert_eq!(found(&parts, bob), [1]);
}

#[test]
fn who_can_not_write_indices_reads_without() {
    let (disk, parts) = ledger();
    let permit = permitted(&parts, &Query::default());
    let before = disk.disk.files();
    disk.disk.plan(disk.disk.operations() + 1, Trouble::Full);
    assert_eq!(answers(permit).len() as u64, DAYS * PER_DAY + 1);
    let indices = |files: &BTreeMap<String, Vec<u8>>| {
        files.keys().filter(|name| name.ends_with(".idx")).count()
    };
    assert_eq!((indices(&before), indices(&disk.disk.files())), (0, 0));
}

#[test]
fn segments_that_end_are_indexed_beside_the_commits() {
    let (disk, clock) = (Simulated::default(), Arc::new(Set::default()));
    let parts = surroundings(disk.clone(), &clock);
    let settings = Settings {
        index: true,
        ..daily()
    };
    let (ledger, _) = Ledger::open(parts, settings).unwrap();
    wait(ledger.append(call(0))).unwrap();
    clock.0.store(DAY, Ordering::SeqCst);
    wait(ledger.append(call(1))).unwrap();
    let is_there = || {
        disk.files()
            .contains_key("segments/00000000000000000000.idx")
    };
    for _ in 0..500 {
        if is_there() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(is_there());
}

/// The readings that are recorded: who read, how it went, and what.
fn readings(parts: &Parts) -> Vec<(String, String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let query = Query {
        classes: [Class::DatastoreActivity].into(),
        ..Query::default()
    };
    let all = answers(permitted(parts, &query)).into_iter();
    let mut all: Vec<_> = all
        .map(|Answer { event, .. }| {
            assert_eq!(event["activity_id"], activity::datastore::QUERY);
            assert_eq!(event["palisade"]["clauses"][0], "SCSP-8.4");
            let went = match event["status_id"].as_u64() {
                Some(1) => "granted".to_owned(),
                _ => text(&event["status_code"]),
            };
            let who = text(&event["actor"]["user"]["name"]);
            (who, went, text(&event["query_info"]["name"]))
        })
        .collect();
    // The one of asking for this.
    all.pop();
    all
}

fn recorded(who: &str, went: &str, what: &str) -> (String, String, String) {
    (who.to_owned(), went.to_owned(), what.to_owned())
}

/// `ada` audits, without what is personal; `bob` sees calls.
fn roles() -> Roles {
    let role = |user: &str, classes: Option<&[Class]>, personal| Role {
        users: [user.to_owned()].into(),
        classes: classes.map(|classes| classes.iter().copied().collect()),
        personal,
    };
    Roles::new(
        [
            ("auditor".to_owned(), role("ada", None, false)),
            (
                "support".to_owned(),
                role("bob", Some(&[Class::ApiActivity]), true),
            ),
            ("none".to_owned(), role("eve", Some(&[]), true)),
        ]
        .into(),
    )
}

#[test]
fn a_reading_is_recorded_before_and_a_refusal_too() {
    let (_, parts) = ledger();
    let ask =
        |who: &str, query: &Query| permit(&parts, None, daily(), &roles(), &reader(who), query);
    let of_ada = Query {
        principal: some("ada"),
        function: some("f-2"),
        ..Query::default()
    };
    assert_eq!(answers(ask("bob", &of_ada).unwrap()).len(), 1);
    for (who, code) in [("ada", "personal"), ("mallory", "no-role")] {
        match ask(who, &of_ada) {
            Err(ReadError::Refused(refusal)) => {
                assert!(!refusal.to_string().contains("f-2"), "{code}: {refusal}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        readings(&parts),
        [
            recorded(
                "bob",
                "granted",
                "role support, principal given, function f-2"
            ),
            recorded(
                "ada",
                "personal",
                "role auditor, principal given, function f-2"
            ),
            recorded("mallory", "no-role", "principal given, function f-2"),
        ]
    );
}

#[test]
fn a_role_sees_what_it_shows() {
    let (_, parts) = ledger();
    let see = |who: &str| {
        let permit = permit(
            &parts,
            None,
            daily(),
            &roles(),
            &reader(who),
            &Query::default(),
        );
        answers(permit.unwrap())
    };
    let calls = see("bob");
    assert_eq!(calls.len() as u64, DAYS * PER_DAY - 1);
    assert!(calls.iter().all(|call| call.event["class_uid"] == 6003));
    assert_eq!(calls[1].event["actor"]["user"]["name"], "bob");
    let audited = see("ada");
    assert_eq!(audited.len() as u64, DAYS * PER_DAY + 2);
    let one = &audited[1].event;
    assert_eq!(one["api"]["operation"], "f-1");
    assert_eq!(one["palisade"]["withheld"].as_array().unwrap().len(), 3);
    for secret in ["bob", "u-1", "192.0.2.7", "sha256:"] {
        assert!(!one.to_string().contains(secret), "{one}");
    }
    assert_eq!(see("eve"), []);
}

#[test]
fn an_open_ledger_records_its_readers() {
    let (_, parts) = ledger();
    let (ledger, _) = Ledger::open(parts.clone(), daily()).unwrap();
    let reader = reader("bob");
    let permit = wait(ledger.permit(&roles(), &reader, &Query::default())).unwrap();
    assert_eq!(answers(permit).len() as u64, DAYS * PER_DAY - 1);
    let other = Query {
        classes: [Class::HttpActivity].into(),
        ..Query::default()
    };
    let refused = wait(ledger.permit(&roles(), &reader, &other));
    assert!(matches!(refused, Err(ReadError::Refused(_))), "{refused:?}");
    drop(ledger);
    assert_eq!(
        readings(&parts),
        [
            recorded("bob", "granted", "role support"),
            recorded("bob", "class", "role support, class http_activity"),
        ]
    );
}

#[test]
fn who_reads_beside_a_writer_is_recorded_by_it() {
    let (disk, parts) = ledger();
    let beside = self::parts(Counting {
        busy: true,
        ..disk.clone()
    });
    let query = Query {
        function: some("f-2"),
        ..Query::default()
    };
    #[expect(clippy::disallowed_methods, reason = "it stands for another process")]
    let asking = std::thread::spawn(move || {
        permit(&beside, None, daily(), &roles(), &reader("bob"), &query).map(answers)
    });
    // Until it is answered, nothing is read, and what is asked nobody else can see.
    let requests = || {
        let files = disk.disk.files().into_iter();
        let mut requests = files.filter(|(name, _)| name.ends_with(".ask"));
        requests.next().map(|(_, bytes)| bytes)
    };
    let request = std::iter::repeat_with(requests).flatten().next().unwrap();
    for secret in ["bob", "support", "f-2"] {
        let mut held = request.windows(secret.len());
        assert!(!held.any(|bytes| bytes == secret.as_bytes()));
    }
    assert!(!asking.is_finished());
    let (ledger, _) = Ledger::open(parts.clone(), daily()).unwrap();
    let found = asking.join().unwrap().unwrap();
    assert_eq!(found.iter().map(|f| f.index).collect::<Vec<_>>(), [2, 9]);
    drop(ledger);
    let expected = recorded("bob", "granted", "role support, function f-2");
    assert_eq!(readings(&parts), [expected]);
    // Nothing is left behind.
    assert_eq!(disk.list("reads").unwrap(), [""; 0]);
}

#[test]
fn an_answer_that_the_ledger_does_not_confirm_is_none() {
    let (disk, _) = ledger();
    let beside = self::parts(Counting {
        busy: true,
        ..disk.clone()
    });
    #[expect(clippy::disallowed_methods, reason = "it stands for another process")]
    let asking = std::thread::spawn(move || {
        permit(
            &beside,
            None,
            daily(),
            &roles(),
            &reader("bob"),
            &Query::default(),
        )
        .map(drop)
    });
    let request = || {
        disk.list("reads")
            .unwrap()
            .into_iter()
            .find(|n| n.ends_with(".ask"))
    };
    let request = std::iter::repeat_with(request).flatten().next().unwrap();
    let answer = format!("reads/{}", request.replace(".ask", ".done"));
    let path = format!("{answer}.new");
    disk.create(&path).unwrap().append(b"3\n").unwrap();
    disk.rename(&path, &answer).unwrap();
    let refused = asking.join().unwrap();
    assert!(
        matches!(refused, Err(ReadError::Unrecorded(_))),
        "{refused:?}"
    );
}

#[test]
fn what_is_no_request_is_not_recorded() {
    let (disk, parts) = ledger();
    let mut file = disk.create("reads/0123.ask").unwrap();
    disk.create("reads/4567.done").unwrap();
    file.append(b"{\"format\":\"palisade ledger request 1\"}")
        .unwrap();
    let (ledger, _) = Ledger::open(parts.clone(), daily()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    drop(ledger);
    assert_eq!(readings(&parts), []);
    // Somebody may want to know what it is.
    assert_eq!(disk.list("reads").unwrap(), ["0123.ask"]);
}

#[test]
fn what_can_not_be_recorded_is_not_read() {
    let (disk, parts) = ledger();
    let ask = || {
        permit(
            &parts,
            None,
            daily(),
            &roles(),
            &reader("bob"),
            &Query::default(),
        )
    };
    disk.disk.plan(disk.disk.operations() + 1, Trouble::Full);
    assert!(matches!(ask(), Err(ReadError::Unrecorded(_))));
    // Where there is no ledger, none is begun.
    let nothing = self::parts(Simulated::default());
    let query = Query::default();
    let error = permit(&nothing, None, daily(), &roles(), &reader("bob"), &query).unwrap_err();
    assert!(matches!(error, ReadError::Ledger(_)), "{error}");
    assert!(nothing.disk.list("").unwrap().is_empty());
}

#[test]
fn a_tail_gives_the_last_events_and_then_what_comes() {
    let (disk, clock) = (Counting::default(), Arc::new(Set(AtomicU64::new(DAY))));
    let parts = surroundings(disk.clone(), &clock);
    let (ledger, _) = Ledger::open(parts.clone(), daily()).unwrap();
    let append = |numbers: std::ops::Range<u64>| {
        for number in numbers {
            wait(ledger.append(call(number))).unwrap();
        }
    };
    append(0..6);
    let calls = Query {
        classes: [Class::ApiActivity].into(),
        ..Query::default()
    };
    let permit = wait(ledger.permit(&Roles::owner("olga"), &reader("olga"), &calls)).unwrap();
    let mut seen = Vec::new();
    let mut see = |answer: Answer| {
        seen.push(answer.index);
        Ok::<_, LedgerError>(())
    };
    let mut tail = permit.tail(2, &mut see).unwrap();
    tail.poll(&mut see).unwrap();
    append(6..8);
    tail.poll(&mut see).unwrap();
    // A new segment begins.
    clock.0.store(3 * DAY, Ordering::SeqCst);
    append(8..10);
    tail.poll(&mut see).unwrap();
    // What has been read is not read again, but the header: by a look whether it is whole, too.
    disk.taken();
    tail.poll(&mut see).unwrap();
    let read = disk.taken();
    let length = disk.disk.files()["segments/00000000000000000009.log"].len();
    let headers = read["segments/00000000000000000009.log"];
    assert!(headers < 150 && headers < length / 4, "{read:?}");
    // The seventh event is the reading, the ninth is of another class.
    assert_eq!(seen, [4, 5, 7, 9, 10]);
    assert_eq!(tail.next_index(), 11);
}

#[test]
fn what_was_not_taken_is_given_again() {
    let (_, parts) = ledger();
    let permit = permitted(&parts, &Query::default());
    let mut tail = permit.tail(0, |_| Ok::<_, LedgerError>(())).unwrap();
    let (ledger, _) = Ledger::open(parts, daily()).unwrap();
    for number in 0..3 {
        wait(ledger.append(call(number))).unwrap();
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        // The second time it fails is at the event behind.
        let result = tail.poll(|answer| {
            if seen.len() % 2 == 1 {
                seen.push(0);
                return Err(LedgerError::Random);
            }
            seen.push(answer.index);
            Ok(())
        });
        let _ = result;
    }
    let first = DAYS * PER_DAY + 1;
    assert_eq!(seen, [first, 0, first + 1, 0, first + 2]);
}

#[test]
fn what_is_found_is_exported() {
    let (_, parts) = ledger();
    let permit = permitted(
        &parts,
        &Query {
            limit: Some(2),
            ..Query::default()
        },
    );
    let mut export = Export::new(Format::Csv, Vec::new()).unwrap();
    permit
        .query(|answer| {
            export.event(&answer).unwrap();
            Ok::<_, LedgerError>(())
        })
        .unwrap();
    let text = String::from_utf8(export.finish().unwrap()).unwrap();
    let rows: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 3);
    assert!(
        rows[2].starts_with("1,1970-01-01T08:00:00.000Z,1970-01-01T08:00:00.000Z,API Activity")
    );
}

#[test]
fn what_is_missing_and_did_not_expire_is_told_after_what_is_there() {
    let (disk, _) = ledger();
    let all = disk.disk.files();
    for (gone, left) in [(0, 3..15), (1, 0..3), (4, 0..12)] {
        let begins = format!("segments/{:020}", gone * PER_DAY);
        let mut files = all.clone();
        files.retain(|name, _| !name.starts_with(&begins));
        let parts = self::parts(Simulated::with(files.clone()));
        for newest_first in [false, true] {
            let query = Query {
                newest_first,
                ..Query::default()
            };
            // Opening does not go on behind what is missing at the end.
            let Ok(permit) = permit(
                &parts,
                None,
                daily(),
                &Roles::owner("olga"),
                &reader("olga"),
                &query,
            ) else {
                assert_eq!(gone, 4);
                continue;
            };
            let mut found = Vec::new();
            let told = permit.query(|answer| {
                found.push(answer.index);
                Ok::<_, LedgerError>(())
            });
            match told {
                Err(LedgerError::Fault(fault)) => {
                    assert_eq!(fault.what, palisade_ledger::FaultKind::Removed);
                    assert_eq!(fault.index, gone * PER_DAY);
                }
                other => panic!("{other:?}"),
            }
            assert!(left.clone().all(|index| found.contains(&index)));
        }
    }
    // Beside a writer, a segment without a header is none yet.
    let mut files = all;
    let name = format!("segments/{:020}.log", DAYS * PER_DAY);
    files.insert(name, b"pali".to_vec());
    let beside = self::parts(Simulated::with(files));
    assert!(fixture::read(&beside, 14).unwrap().is_some());
    assert!(fixture::read(&beside, 15).unwrap().is_none());
}
