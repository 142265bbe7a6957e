//! The one way to write a JSON value down: RFC 8785 (JSON Canonicalization Scheme).

use serde_json::{Map, Number, Value};

/// The canonical text of a value: members sorted, no spaces, numbers as ECMAScript prints them.
#[must_use]
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

/// Appends the canonical text of a value.
pub(crate) fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(true) => out.extend(b"true"),
        Value::Bool(false) => out.extend(b"false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_text(text, out),
        Value::Array(list) => {
            let mut before = b'[';
            for value in list {
                out.push(before);
                write(value, out);
                before = b',';
            }
            close(before, b"[]", out);
        }
        Value::Object(map) => members(map, out, |_, value, out| write(value, out)),
    }
}

/// Appends an object whose values are written by `each`.
pub(crate) fn members<'a>(
    map: &'a Map<String, Value>,
    out: &mut Vec<u8>,
    mut each: impl FnMut(&'a str, &'a Value, &mut Vec<u8>),
) {
    let mut before = b'{';
    let mut one = |name: &'a String, value: &'a Value| {
        out.push(before);
        write_text(name, out);
        out.push(b':');
        each(name, value, out);
        before = b',';
    };
    // Sorted by UTF-16 units. That is the order of bytes, unless there are names beyond ASCII.
    let is_ascii = map.keys().all(|name| name.is_ascii());
    if is_ascii && map.keys().is_sorted() {
        map.iter().for_each(|(name, value)| one(name, value));
    } else {
        let mut members: Vec<_> = map.iter().collect();
        match is_ascii {
            true => members.sort_unstable_by_key(|(name, _)| *name),
            false => members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16())),
        }
        members
            .into_iter()
            .for_each(|(name, value)| one(name, value));
    }
    close(before, b"{}", out);
}

/// Closes a list or an object; an empty one has not been opened.
fn close(before: u8, brackets: &[u8; 2], out: &mut Vec<u8>) {
    if before == brackets[0] {
        out.push(brackets[0]);
    }
    out.push(brackets[1]);
}

/// Appends a text in quotes.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    let special = |b: &u8| (*b < 0x20) | (*b == b'"') | (*b == b'\\');
    // Nearly always there is nothing to escape; without an early end this is done many at a time.
    if !rest.iter().fold(false, |found, b| found | special(b)) {
        out.extend_from_slice(rest);
        out.push(b'"');
        return;
    }
    while let Some(at) = rest.iter().position(special) {
        out.extend(&rest[..at]);
        let escaped = match rest[at] {
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            byte @ (b'"' | b'\\') => byte,
            byte => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.extend(b"\\u00");
                out.push(DIGITS[usize::from(byte >> 4)]);
                out.push(DIGITS[usize::from(byte & 15)]);
                rest = &rest[at + 1..];
                continue;
            }
        };
        out.extend([b'\\', escaped]);
        rest = &rest[at + 1..];
    }
    out.extend(rest);
    out.push(b'"');
}

/// Appends a whole number.
pub(crate) fn write_whole(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let (mut at, mut rest) = (digits.len(), number.unsigned_abs());
    loop {
        at -= 1;
        // INVARIANT: one digit fits.
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

fn write_number(number: &Number, out: &mut Vec<u8>) {
    if let Some(whole) = number.as_i64() {
        write_whole(whole, out);
    } else {
        // INVARIANT: numbers without `arbitrary_precision` are integers or finite floats.
        let float = number.as_f64().unwrap_or_default();
        out.extend(ecmascript(float).as_bytes());
    }
}

/// A finite number as ECMAScript's `Number::toString` prints it.
fn ecmascript(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = shortest(number);
    let (sign, scientific) = match scientific.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", &*scientific),
    };
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let digits = digits.replace('.', "");
    // The point stands after so many digits.
    let point = exponent.parse().unwrap_or(0_isize) + 1;
    let count = digits.len();
    let text = match usize::try_from(point) {
        Ok(point @ 1..=21) if count <= point => digits + &"0".repeat(point - count),
        Ok(point @ 1..=21) => format!("{}.{}", &digits[..point], &digits[point..]),
        _ if (-5..=0).contains(&point) => format!("0.{}{digits}", "0".repeat(point.unsigned_abs())),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            format!("{first}{dot}{rest}e{:+}", point - 1)
        }
    };
    format!("{sign}{text}")
}

/// The fewest digits that read back as this number, in scientific form; of several the nearest, and
/// of two equally near the even one. The standard library's are the fewest; rounding to as many
/// settles which.
fn shortest(number: f64) -> String {
    let fewest = format!("{number:e}");
    let digits = fewest
        .bytes()
        .take_while(|b| *b != b'e')
        .filter(u8::is_ascii_digit);
    let rounded = format!("{number:.*e}", digits.count() - 1);
    match rounded.parse() == Ok(number) {
        true => rounded,
        false => fewest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RFC 8785, appendix B, and borders of the four forms.
    #[test]
    fn numbers_are_printed_as_ecmascript_does() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(ecmascript(f64::from_bits(bits)), expected);
        }
        for (number, expected) in [
            (0.1, "0.1"),
            (123.456, "123.456"),
            (2_f64.powi(-44), "5.684341886080802e-14"),
        ] {
            assert_eq!(ecmascript(number), expected);
        }
    }

    /// RFC 8785, sections 3.2.2 to 3.2.4.
    #[test]
    fn values_are_written_as_the_rfc_shows() {
        let value: Value = serde_json::from_str(
            r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals": [null, true, false]}"#,
        )
        .expect("JSON");
        assert_eq!(
            String::from_utf8(canonical(&value)).expect("text"),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    /// RFC 8785, section 3.2.3.
    #[test]
    fn members_are_sorted_by_utf_16_units() {
        let value = json!({
            "€": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "😀": "Emoji: Grinning Face", "\u{80}": "Control", "ö": "Latin Small",
        });
        let text = String::from_utf8(canonical(&value)).expect("text");
        assert_eq!(
            text,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small\",\
             \"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\
             \"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        );
    }

    #[test]
    fn empty_ones_and_controls() {
        let value = json!([[], {}, "\u{0}\u{8}\t\u{c}\u{1f}\u{7f}", -1, u64::MAX]);
        assert_eq!(
            canonical(&value),
            b"[[],{},\"\\u0000\\b\\t\\f\\u001f\x7f\",-1,18446744073709552000]"
        );
    }
}
