//! What a leaf holds, and what Palisade's own code writes.

use crate::{complete, read, salts};
use palisade_event::{
    Class, Draft, Private, Status, User, activity, canonical, open, subjects, verify_private,
};
use serde_json::{Value, json};

const LOGON: &str = r#"{
    "class_uid": 3002, "activity_id": 1, "time": 1700000000000, "status_id": 1,
    "user": {"uid": "u-7", "name": "jane", "email_addr": "jane@example.com", "type_id": 1},
    "dst_endpoint": {"hostname": "api.example.com", "ip": "10.0.0.8", "owner": {"name": "ops"}},
    "src_endpoint": {"ip": "203.0.113.7", "port": 51234},
    "http_request": {"http_method": "GET", "user_agent": "curl", "url": {"hostname": "api.example.com", "path": "/me"}},
    "unmapped": {"note": "jane is new"}
}"#;

#[test]
fn a_leaf_holds_nothing_personal_and_all_else() {
    let event = complete(read(LOGON));
    let sealed = event.seal(salts()).expect("small");
    let leaf: Value = serde_json::from_slice(&sealed.leaf).expect("JSON");
    assert_eq!(canonical(&leaf), sealed.leaf);
    let text = String::from_utf8(sealed.leaf.clone()).expect("text");
    for personal in ["u-7", "jane", "203.0.113.7", "curl", "/me", "\"ops\""] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    assert_eq!(leaf["dst_endpoint"]["hostname"], "api.example.com");
    assert_eq!(leaf["dst_endpoint"]["ip"], "10.0.0.8");
    assert_eq!(leaf["http_request"]["url"]["hostname"], "api.example.com");
    assert_eq!(leaf["src_endpoint"]["port"], 51234);
    assert_eq!(leaf["user"]["type_id"], 1);
    assert_eq!(leaf["palisade"]["blinded"], 8);
    assert_eq!(sealed.private.len(), 8);
    let commitment = leaf["user"]["name"].as_str().expect("a text");
    assert!(commitment.starts_with("sha256:") && commitment.len() == 50);
    let opened = open(&sealed.leaf, &sealed.private).expect("sealed");
    assert_eq!(opened.as_object(), Some(event.value()));
}

/// What outsiders need to check a value that they are shown.
#[test]
fn a_commitment_is_what_the_documentation_says() {
    let event = complete(read(LOGON));
    let mut salt = Vec::new();
    let mut next = salts();
    let sealed = event.seal(|| {
        salt.push(next());
        salt[salt.len() - 1]
    });
    let leaf: Value = serde_json::from_slice(&sealed.expect("small").leaf).expect("JSON");
    // The address is the fourth in order of place, belongs to subject 0 and names nobody.
    let (index, found) = (3, &leaf["src_endpoint"]["ip"]);
    let mut hashed = vec![2];
    hashed.extend(salt[index]);
    hashed.extend([0, 0]);
    hashed.extend(b"\"203.0.113.7\"");
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &hashed);
    let text = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash);
    assert_eq!(found, &json!(format!("sha256:{text}")));
}

#[test]
fn other_salts_give_another_leaf() {
    let event = complete(read(LOGON));
    let one = event.seal(salts()).expect("small");
    let other = event.seal(|| [7; 16]).expect("small");
    assert_ne!(one.leaf, other.leaf);
    assert!(verify_private(&one.leaf, &other.private).is_err());
    assert_eq!(one, event.seal(salts()).expect("small"));
}

#[test]
fn an_event_without_persons_has_nothing_apart() {
    let event = complete(read(
        r#"{"class_uid": 6002, "activity_id": 3, "time": 0, "app": {"name": "ledger"}}"#,
    ));
    let sealed = event.seal(|| panic!("no salt is needed")).expect("small");
    assert!(sealed.private.is_empty());
    assert_eq!(Private::decode(&Private::encode(&[])), Ok(Vec::new()));
    assert_eq!(verify_private(&sealed.leaf, &[]), Ok(()));
    assert_eq!(canonical(&Value::from(event.value().clone())), sealed.leaf);
}

#[test]
fn palisade_writes_the_ledgers_own_events() {
    let jane = User {
        uid: "u-7",
        name: "jane",
        email: "",
    };
    let clauses = ["SCSP-8.2".parse().expect("a clause")];
    let hold = Draft::new(Class::EntityManagement, activity::entity::ENABLE, 5)
        .set("entity.name", "hold-3")
        .set("entity.type", "legal hold");
    let erased = Draft::new(Class::EntityManagement, activity::entity::DELETE, 5)
        .set("entity.type", "personal fields")
        .user("entity.user", &jane);
    let read = Draft::new(Class::DatastoreActivity, activity::datastore::READ, 5)
        .set("database.name", "ledger")
        .set("database.type_id", 1)
        .set("src_endpoint.name", "local");
    let opened = Draft::new(Class::ApplicationLifecycle, activity::lifecycle::START, 5)
        .set("app.name", "Palisade ledger")
        .set("app.version", "0.1.0");
    for draft in [hold, erased, read, opened] {
        let event = draft
            .actor(&User {
                name: "admin",
                ..User::default()
            })
            .clauses(&clauses)
            .correlation("c-1")
            .trace("4bf92f3577b34da6a3ce929d0e0e4736")
            .status(Status::Success)
            .message("done")
            .build()
            .unwrap_or_else(|errors| panic!("{errors:#?}"));
        let event = complete(event);
        assert_eq!(event.value()["status"], "Success");
        assert_eq!(event.value()["metadata"]["correlation_uid"], "c-1");
        assert_eq!(event.value()["palisade"]["clauses"], json!(["SCSP-8.2"]));
        let sealed = event.seal(salts()).expect("small");
        let people = subjects(&sealed.private);
        assert_eq!(people[0].names.iter().collect::<Vec<_>>(), ["admin"]);
    }
    let api = Draft::new(Class::ApiActivity, 2, 5)
        .actor(&jane)
        .set("api.operation", "Invoke")
        .set("src_endpoint.ip", "10.0.0.1")
        .trace("4bf92f3577b34da6a3ce929d0e0e4736");
    let api = complete(api.build().expect("valid"));
    assert_eq!(
        api.value()["trace"]["uid"],
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    let half = Draft::new(Class::ApiActivity, 2, 5)
        .set("api", 1)
        .set("api.operation", "x");
    let errors = half.build().expect_err("no actor");
    let paths: Vec<&str> = errors
        .iter()
        .map(palisade_event::EventError::path)
        .collect();
    assert_eq!(paths, ["/actor", "/src_endpoint"]);
}
