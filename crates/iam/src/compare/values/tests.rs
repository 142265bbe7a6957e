use super::*;
use crate::condition::{parse_date, parse_number};

#[test]
fn dates_are_written_as_they_are_read() {
    for micros in [
        0,
        1,
        -1,
        1_795_689_000_123_456,
        -62_167_219_200_000_000,
        253_402_300_799_999_999,
        253_402_300_800_000_000,
    ] {
        let text = date_text(micros).expect("representable");
        assert_eq!(parse_date(&text), Some(micros), "{text}");
    }
    assert_eq!(date_text(-62_167_219_200_000_001), None);
}

#[test]
fn numbers_have_points_and_gaps() {
    let operands = [3.0, 0.5, 3.0, 4.0].map(Operand::Number);
    let values = numbers(&operands.iter().collect::<Vec<_>>());
    let mut values: Vec<f64> = values.iter().filter_map(|v| parse_number(v)).collect();
    values.sort_by(f64::total_cmp);
    assert_eq!(values, [-0.5, 0.5, 1.0, 3.0, 3.5, 4.0, 8.0]);
}

#[test]
fn addresses_have_one_of_each_stretch() {
    let network = |text| Operand::Network(crate::condition::Network::parse(text).expect("network"));
    let operands = [
        network("10.0.0.0/8"),
        network("255.255.255.255"),
        network("2001:db8::/32"),
    ];
    let values = addresses(&operands.iter().collect::<Vec<_>>());
    for expected in [
        "10.0.0.0",
        "11.0.0.0",
        "0.0.0.0",
        "255.255.255.255",
        "2001:db9::",
        "2001:db8::7",
    ] {
        assert!(values.iter().any(|v| &**v == expected), "{expected}");
    }
}
