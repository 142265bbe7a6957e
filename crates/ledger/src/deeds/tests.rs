use super::*;
use crate::clock::SystemClock;
use crate::disk::Folder;
use crate::keys::KeyFile;
use crate::ledger::Ledger;
use crate::verify::{Evidence, verify};
use crate::writer::Settings;
use crate::{Clock as _, KeepError};
use palisade_event::Product;
use serde_json::json;

const NOW: i64 = 1_790_000_000_000;

fn event(deed: &Deed, logged: i64) -> Value {
    json!({
        "entity": {
            "type": "palisade ledger deed 1",
            "uid": serde_json::to_string(deed).unwrap(),
        },
        "metadata": {"logged_time": logged},
    })
}

fn gone(first: u64, logged: i64) -> Gone {
    Gone {
        first,
        end: first + 10,
        logged,
        from: logged - 5,
        to: logged,
    }
}

fn expire(days: u32, segments: &[Gone]) -> Deed {
    Deed::Expire {
        days,
        segments: segments.to_vec(),
    }
}

fn after(deeds: &[(Deed, i64)]) -> Deeds {
    let mut found = Deeds::default();
    for (index, (deed, logged)) in (100..).zip(deeds) {
        found.add(index, &event(deed, *logged)).unwrap();
    }
    assert_eq!(found.count, deeds.len() as u64);
    found
}

#[test]
fn an_expiry_counts_only_when_the_time_was_over_and_nothing_was_held() {
    let year = 365 * DAY;
    let segments = [gone(0, NOW - year), gone(10, NOW - year + 1)];
    let found = after(&[(expire(365, &segments), NOW)]);
    assert!(found.has_expired(0, 10) && found.has_expired(3, 7));
    assert!(!found.has_expired(0, 11) && !found.has_expired(10, 20));
    // A day later both.
    let found = after(&[(expire(365, &segments), NOW + DAY)]);
    assert!(found.has_expired(0, 20) && !found.has_expired(0, 21));
    let (from, to) = (NOW - year, NOW - year);
    for scope in [Scope::All, Scope::Time { from, to }] {
        let name = "case".to_owned();
        let hold = Deed::Hold { name, scope };
        let release = Deed::Release {
            name: "case".to_owned(),
        };
        let expire = expire(365, &segments[..1]);
        let held = [(hold.clone(), NOW), (expire.clone(), NOW)];
        assert!(!after(&held).has_expired(0, 10));
        let released = [(hold, NOW), (release, NOW), (expire, NOW)];
        assert!(after(&released).has_expired(0, 10));
    }
}

#[test]
fn what_is_no_deed_is_refused() {
    let mut deeds = Deeds::default();
    let mut event = event(&Deed::Restore { events: 3 }, NOW);
    event["entity"]["uid"] = r#"{"restore":{"events":3,"more":1}}"#.into();
    assert!(deeds.add(0, &event).is_err());
    event["entity"]["type"] = "something else".into();
    assert!(deeds.add(0, &event).is_err());
    assert_eq!(deeds.count, 0);
}

/// Events that are taken away under the cover of an expiry that was not due.
#[test]
fn an_expiry_before_its_time_does_not_cover_a_removal() {
    let folder = std::env::temp_dir().join(format!("palisade-early-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let keys = Arc::new(KeyFile::create(&folder.join("key"), "example.com/early", None).unwrap());
    let parts = Parts {
        disk: Arc::new(Folder::new(&folder.join("ledger")).unwrap()),
        signer: keys.clone(),
        keys,
        clock: Arc::new(SystemClock),
        product: Arc::new(Product {
            name: "Palisade".to_owned(),
            vendor_name: "Palisade".to_owned(),
            version: "0".to_owned(),
        }),
    };
    let now = i64::try_from(SystemClock.now()).unwrap();
    let (ledger, _) = Ledger::open(parts.clone(), Settings::default()).unwrap();
    let done = ledger.keep(move |writer| {
        let event = own::set_aside(&writer.parts, "some", 1)?;
        let ready = append::ready(&writer.parts, event, When::Before).unwrap();
        writer.commit(&[ready])?;
        let gone = Gone {
            end: 1,
            ..gone(0, now)
        };
        record(writer, &expire(365, &[gone]), "").map_err(Stop::from)
    });
    let done: Result<u64, KeepError> = wait(done);
    assert_eq!(done.unwrap(), 1);
    drop(ledger);
    // Opening does not finish what was not allowed.
    drop(Ledger::open(parts.clone(), Settings::default()).unwrap());
    verify(&parts, &Evidence::default()).unwrap();
    parts.disk.remove(&store::path(0, EVENTS)).unwrap();
    let found = verify(&parts, &Evidence::default());
    let is_early = |fault: &Fault| (fault.what, fault.index) == (FaultKind::Early, 0);
    assert!(
        matches!(&found, Err(LedgerError::Fault(f)) if is_early(f)),
        "{found:?}"
    );
    assert!(crate::read::read(&parts, 0).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}
