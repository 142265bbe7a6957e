//! Keys that change beside a running gateway, and files that are not to be trusted.

#![expect(
    clippy::disallowed_methods,
    reason = "the store is files, and the tests look at them"
)]

use super::*;
use palisade_authn::api_key::KeyError;
use std::fs;

const NOW: i64 = 1_800_000_000;
const RULES: KeyRules = KeyRules { max_days: 90 };

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("palisade-keys-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("keys.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn random(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes| {
        for byte in bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            *byte = state.to_be_bytes()[0];
        }
    }
}

fn new(name: &str) -> NewKey {
    NewKey {
        name: name.to_owned(),
        days: 30,
        ..NewKey::default()
    }
}

#[test]
fn a_gateway_sees_what_commands_change() {
    let folder = Folder::new("live");
    let mut random = random(1);
    let store = KeyStore::open(folder.file(), &mut random).unwrap();
    let live = LiveKeys::open(folder.file()).unwrap();
    let key = store.issue(new("ann"), RULES, &mut random, NOW).unwrap();
    let verify = |key: &ApiKey, now| live.verify(key.reveal(), RULES, now).map(|p| p.id);
    assert_eq!(verify(&key, NOW), Err(KeyError::Unknown));
    assert!(live.refresh().unwrap());
    assert!(!live.refresh().unwrap());
    assert_eq!(verify(&key, NOW).as_deref(), Ok(key.id()));

    // A second command, while the first is still there.
    let other = KeyStore::open(folder.file(), &mut random).unwrap();
    let next = other
        .rotate(key.id(), 30, 60, RULES, &mut random, NOW + 10)
        .unwrap();
    assert!(live.refresh().unwrap());
    assert_eq!(verify(&next, NOW + 10).as_deref(), Ok(key.id()));
    assert_eq!(verify(&key, NOW + 69).as_deref(), Ok(key.id()));
    assert_eq!(verify(&key, NOW + 70), Err(KeyError::Superseded));

    store.revoke(key.id(), NOW + 20).unwrap();
    assert!(live.refresh().unwrap());
    assert_eq!(verify(&next, NOW + 20), Err(KeyError::Revoked));
    assert_eq!(store.list().unwrap().len(), 1);
    let error = store.revoke("nobody", NOW).unwrap_err();
    assert_eq!(error.code(), "key-store-key-unknown");

    // The file holds neither key.
    let text = fs::read_to_string(folder.file()).unwrap();
    for key in [&key, &next] {
        assert!(!text.contains(&key.reveal()[25..60]));
    }
}

#[test]
fn many_commands_at_once_lose_nothing() {
    let folder = Folder::new("many");
    KeyStore::open(folder.file(), &mut random(1)).unwrap();
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let path = folder.file();
            scope.spawn(move || {
                let mut random = random(seed * 1_000_003 + 17);
                let store = KeyStore::open(path, &mut random).unwrap();
                for _ in 0..5 {
                    store.issue(new("bob"), RULES, &mut random, NOW).unwrap();
                }
            });
        }
    });
    let store = KeyStore::open(folder.file(), &mut random(1)).unwrap();
    assert_eq!(store.list().unwrap().len(), 20);
}

#[test]
fn what_cannot_be_read_changes_nothing() {
    let folder = Folder::new("damaged");
    let mut random = random(1);
    let store = KeyStore::open(folder.file(), &mut random).unwrap();
    let key = store.issue(new("ann"), RULES, &mut random, NOW).unwrap();
    let live = LiveKeys::open(folder.file()).unwrap();
    let good = fs::read_to_string(folder.file()).unwrap();
    let id = key.id();
    let record = &good[good.find("    {").unwrap()..good.rfind("  ]").unwrap()];
    for bad in [
        String::new(),
        "{".to_owned(),
        good.replace("\"version\": 1", "\"version\": 2"),
        good.replace("\"name\"", "\"nome\""),
        good.replace("\"hash\": \"", "\"hash\": \"00"),
        good.replace(record, &format!("{},{record}", record.trim_end())),
    ] {
        assert_ne!(bad, good);
        replace(&folder.file(), bad.as_bytes()).unwrap();
        let error = live.refresh().unwrap_err();
        assert_eq!(error.code(), "key-store-damaged", "{bad}");
        assert!(!error.to_string().contains(id), "{error}");
        // The gateway goes on with what it had; a command does not write over it.
        assert!(live.verify(key.reveal(), RULES, NOW).is_ok());
        assert!(store.revoke(id, NOW).is_err());
        assert_eq!(fs::read_to_string(folder.file()).unwrap(), bad);
    }
    fs::remove_file(folder.file()).unwrap();
    assert_eq!(live.refresh().unwrap_err().code(), "key-store-io");
    replace(&folder.file(), good.as_bytes()).unwrap();
    assert!(live.refresh().unwrap());
    fs::remove_file(beside(&folder.file(), "pepper")).unwrap();
    let error = KeyStore::open(folder.file(), &mut random).unwrap_err();
    assert_eq!(error.code(), "key-store-pepper-gone");
}

#[test]
#[cfg(unix)]
fn files_are_for_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("rights");
    let mut random = random(1);
    let store = KeyStore::open(folder.file(), &mut random).unwrap();
    store.issue(new("ann"), RULES, &mut random, NOW).unwrap();
    for name in ["keys.json", "keys.json.pepper", "keys.json.lock"] {
        let mode = fs::metadata(folder.0.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    for (name, mode) in [("keys.json", 0o640), ("keys.json.pepper", 0o604)] {
        let path = folder.0.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = LiveKeys::open(folder.file()).unwrap_err();
        assert_eq!(error.code(), "key-store-open-to-others", "{name}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    // A link left where the new file is written is not followed.
    let target = folder.0.join("elsewhere");
    fs::write(&target, "keep").unwrap();
    std::os::unix::fs::symlink(&target, beside(&folder.file(), "new")).unwrap();
    store.issue(new("bob"), RULES, &mut random, NOW).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "keep");
}
