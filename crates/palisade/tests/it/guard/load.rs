//! Under load: what was forwarded is on record, whatever becomes of the gateway; another
//! configuration and a stop cut nobody off.

use super::stand::{
    Caller, Ended, Function, Load, Records, Seen, Serving, configured, open, records,
};
use crate::Folder;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const ROUTES: &[&str] = &["/before", "/batched"];

/// What a crash may take from routes with `batched` came within this time before it: two commits,
/// on a machine that is busy with other tests.
const WINDOW: Duration = Duration::from_secs(3);

fn both(function: &Function) -> String {
    let routes = [open("/before", "before"), open("/batched", "batched")];
    configured(&function.address, &routes.concat())
}

/// What was forwarded and has no decision on record.
fn undecided<'s>(seen: &'s [Seen], records: &Records) -> Vec<&'s Seen> {
    let is_permitted = |seen: &&Seen| {
        let code = records.decisions.get(&seen.correlation);
        code.is_some_and(|code| code == "permitted")
    };
    seen.iter().filter(|seen| !is_permitted(seen)).collect()
}

#[test]
fn what_was_forwarded_is_on_record_after_a_kill() {
    let function = Function::start();
    let folder = Folder::new("guard-kill").with("guard.toml", both(&function));
    for round in 1..4 {
        let before = function.seen().len();
        let serving = Serving::start(&folder);
        let began = Instant::now();
        let load = Load::start(&serving.address, 6, ROUTES);
        load.more(300);
        while began.elapsed() < WINDOW + Duration::from_millis(300) {
            load.more(1);
        }
        let killed = Instant::now();
        serving.kill();
        let (ends, _) = load.end();
        assert!(ends[&Ended::Answered(200)] >= 250, "{ends:?}");
        let seen = &function.seen()[before..];
        let records = records(&folder);
        let undecided = undecided(seen, &records);
        let of = |route: &str| {
            let these = undecided.iter().filter(|seen| seen.path.starts_with(route));
            these.count()
        };
        assert_eq!(of("/before/"), 0, "round {round}: {undecided:#?}");
        for seen in &undecided {
            let age = killed.saturating_duration_since(seen.at);
            assert!(age < WINDOW, "round {round}: {age:?} before: {seen:?}");
        }
        let decided = seen.len() - undecided.len();
        assert!(decided >= 250, "round {round}: {decided}");
    }
}

#[test]
fn what_was_forwarded_has_a_decision_and_an_outcome() {
    let function = Function::start();
    let folder = Folder::new("guard-count").with("guard.toml", both(&function));
    let serving = Serving::start(&folder);
    let load = Load::start(&serving.address, 6, ROUTES);
    load.more(400);
    let (ends, _) = load.end();
    serving.stop();
    let seen = function.seen();
    assert_eq!(ends, BTreeMap::from([(Ended::Answered(200), seen.len())]));
    let records = records(&folder);
    for seen in &seen {
        let codes = (
            records.decisions.get(&seen.correlation).map(String::as_str),
            records.outcomes.get(&seen.correlation).map(String::as_str),
        );
        assert_eq!(codes, (Some("permitted"), Some("answered")), "{seen:?}");
    }
    assert_eq!(
        (records.decisions.len(), records.outcomes.len()),
        (seen.len(), seen.len())
    );
}

#[test]
fn a_stop_lets_end_what_runs() {
    let function = Function::start();
    let routes = [
        open("/before", "before"),
        open("/batched", "batched"),
        open("/slow", "batched"),
    ];
    let folder = Folder::new("guard-stop").with(
        "guard.toml",
        configured(&function.address, &routes.concat()),
    );
    let mut serving = Serving::start(&folder);
    let load = Load::start(&serving.address, 8, &["/before", "/slow", "/batched"]);
    load.more(200);
    serving.terminate();
    let status = serving.ended();
    assert!(status.success(), "{:#?}", serving.lines());
    serving.says("stopped");
    let (ends, _) = load.end();
    // What reached a function was answered in full; nobody was cut off.
    let seen = function.seen();
    let answered = ends.get(&Ended::Answered(200)).copied();
    assert_eq!(answered, Some(seen.len()), "{ends:?}");
    assert_eq!(ends.get(&Ended::Cut), None, "{ends:?}");
    let records = records(&folder);
    assert_eq!(undecided(&seen, &records).len(), 0);
    for seen in &seen {
        let outcome = records.outcomes.get(&seen.correlation);
        assert_eq!(outcome.map(String::as_str), Some("answered"), "{seen:?}");
    }
}

/// Puts a file in the place of another at once.
fn put(folder: &Folder, name: &str, text: &str) {
    let new = folder.0.join(format!("{name}.new"));
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, folder.0.join(name)).unwrap();
}

#[test]
fn another_configuration_drops_nobody() {
    let function = Function::start();
    let few = "limits = [\"few\"]\n[limits.few]\nper = \"all\"\nrate = \"2/h\"\nburst = 2\n";
    let config = both(&function) + &open("/few", "before") + few;
    let folder = Folder::new("guard-reload").with("guard.toml", &config);
    let serving = Serving::start(&folder);
    let mut caller = Caller::new(&serving.address);
    assert_eq!(caller.get("/more/1"), Ended::Answered(404));
    for status in [200, 200, 429] {
        assert_eq!(caller.get("/few/1"), Ended::Answered(status));
    }
    let load = Load::start(&serving.address, 6, ROUTES);
    load.more(50);
    for turn in 1..4 {
        let more = match turn % 2 {
            1 => open("/more", "before"),
            _ => String::new(),
        };
        put(&folder, "guard.toml", &format!("{config}{more}"));
        super::stand::until("it is not taken", || serving.times("anew") >= turn);
        load.more(50);
        assert_eq!(caller.get("/few/1"), Ended::Answered(429), "limits stay");
    }
    assert_eq!(caller.get("/more/1"), Ended::Answered(200));
    // A bad one is told with its place, and changes nothing.
    let line = config.lines().count() + 2;
    put(
        &folder,
        "guard.toml",
        &format!("{config}[[routes]]\npaht = \"/more\"\n"),
    );
    serving.says("what ran before runs on");
    serving.says(&format!("guard.toml:{line}:1: "));
    load.more(50);
    assert_eq!(caller.get("/more/2"), Ended::Answered(200));
    // So is one that names what is not there; it is taken once that is there.
    put(
        &folder,
        "guard.toml",
        &format!("policies = [\"new.cedar\"]\n{config}"),
    );
    serving.says("new.cedar: can't be read");
    load.more(50);
    put(
        &folder,
        "new.cedar",
        "permit (principal, action, resource);\n",
    );
    super::stand::until("it is not taken", || serving.times("anew") >= 4);
    load.more(50);
    assert_eq!(caller.get("/more/3"), Ended::Answered(404));
    assert_eq!(caller.connections, 1);
    // Who asks for it need not have changed anything.
    serving.signal("HUP");
    super::stand::until("it is not taken", || serving.times("anew") >= 5);
    // What can't be taken while it runs is told.
    put(
        &folder,
        "guard.toml",
        &config.replace("dir = \"ledger\"", "dir = \"another\""),
    );
    let said = serving.says("at the next start");
    assert!(said.contains("[ledger]"), "{said}");
    let (ends, connections) = load.end();
    assert_eq!(
        ends.keys().collect::<Vec<_>>(),
        [&Ended::Answered(200)],
        "{ends:?}"
    );
    assert_eq!(connections, 6);
    serving.stop();
}
