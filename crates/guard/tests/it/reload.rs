//! What stays when another configuration takes the place of the one before.

use crate::chain::{ANSWERED, admit};
use crate::fixture::{Records, call, route};
use palisade_guard::{Admitted, Guard};

async fn get(guard: &Guard, path: &str) -> Result<Admitted, &'static str> {
    let admitted = admit(guard, call("GET", path), b"").await;
    admitted.map_err(|denied| denied.reason().code())
}

fn limited(limits: &str, paths: &[&str]) -> String {
    let routes = paths
        .iter()
        .map(|path| route(path, "[\"GET\"]", "public = true\nlimits = [\"some\"]"));
    format!("\n{limits}{}", routes.collect::<String>())
}

#[tokio::test]
async fn rates_go_on_where_they_were() {
    let records = Records::new("reload-rates");
    for per in ["all", "route", "address"] {
        let some = |rate: &str| format!("[limits.some]\nper = \"{per}\"\n{rate}\n");
        let config = limited(&some("rate = \"2/h\"\nburst = 3"), &["/a"]);
        let before = records.guard(&config, &[]);
        get(&before, "/a").await.unwrap().finish(&ANSWERED);
        // Another route, and the same limit.
        let config = limited(&some("rate = \"2/h\"\nburst = 3"), &["/b", "/a"]);
        let after = before.with(records.config(&config, &[])).unwrap();
        // Who began before counts in the same bucket.
        get(&after, "/a").await.unwrap().finish(&ANSWERED);
        get(&before, "/a").await.unwrap().finish(&ANSWERED);
        for guard in [&after, &before] {
            assert_eq!(get(guard, "/a").await.unwrap_err(), "limited", "{per}");
        }
        // Another rate takes what was used for what it is.
        let config = limited(&some("rate = \"60/min\"\nburst = 2"), &["/a"]);
        let after = after.with(records.config(&config, &[])).unwrap();
        assert_eq!(get(&after, "/a").await.unwrap_err(), "limited", "{per}");
        records.jump(3);
        get(&after, "/a").await.unwrap().finish(&ANSWERED);
        records.jump(3600 * 3);
    }
}

#[tokio::test]
async fn what_is_under_way_still_counts() {
    let records = Records::new("reload-concurrency");
    for per in ["all", "route", "address"] {
        let some = |most: u32| format!("[limits.some]\nper = \"{per}\"\nconcurrent = {most}\n");
        let before = records.guard(&limited(&some(2), &["/a"]), &[]);
        let (first, second) = (get(&before, "/a").await.unwrap(), get(&before, "/a").await);
        let second = second.unwrap();
        let config = limited(&some(2), &["/b", "/a"]);
        let same = before.with(records.config(&config, &[])).unwrap();
        assert_eq!(get(&same, "/a").await.unwrap_err(), "limited", "{per}");
        let more = records.config(&limited(&some(3), &["/a"]), &[]);
        let more = same.with(more).unwrap();
        let third = get(&more, "/a").await.unwrap();
        assert_eq!(get(&more, "/a").await.unwrap_err(), "limited", "{per}");
        first.finish(&ANSWERED);
        second.finish(&ANSWERED);
        let fourth = get(&same, "/a").await.unwrap();
        assert_eq!(get(&same, "/a").await.unwrap_err(), "limited", "{per}");
        third.finish(&ANSWERED);
        fourth.finish(&ANSWERED);
    }
}

#[tokio::test]
async fn what_is_counted_by_route_is_counted_for_each() {
    let records = Records::new("by-route");
    let limits = "[limits.some]\nper = \"route\"\nconcurrent = 1\n";
    let guard = records.guard(&limited(limits, &["/a", "/b"]), &[]);
    let first = get(&guard, "/a").await.unwrap();
    assert_eq!(get(&guard, "/a").await.unwrap_err(), "limited");
    get(&guard, "/b").await.unwrap().finish(&ANSWERED);
    first.finish(&ANSWERED);
}

#[tokio::test]
async fn what_contracts_refer_to_is_known() {
    let records = Records::new("referred");
    let order = route("/a", "[\"POST\"]", "public = true\ncontract = \"order\"");
    let config = format!("\n[contracts.order]\nschema = \"order.json\"\n{order}");
    let files: [(&str, &[u8]); 2] = [
        ("order.json", br##"{"$ref": "more.json#/$defs/order"}"##),
        ("more.json", br#"{"$defs": {"order": {"type": "object"}}}"#),
    ];
    let guard = records.guard(&config, &files);
    assert_eq!(guard.referred().collect::<Vec<_>>(), ["more.json"]);
}
