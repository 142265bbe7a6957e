//! The two ways in which a signed request writes its time.

use palisade_core::Date;

/// `20150830T123600Z`, in seconds since 1970.
pub(super) fn basic(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let date = Date::new(
        u16::try_from(digits(&bytes[..4])?).ok()?,
        u8::try_from(digits(&bytes[4..6])?).ok()?,
        u8::try_from(digits(&bytes[6..8])?).ok()?,
    )?;
    seconds(date, &bytes[9..11], &bytes[11..13], &bytes[13..15])
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7, the form that must be sent).
pub(super) fn http_date(text: &str) -> Option<i64> {
    const MONTHS: [&[u8]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    const DAYS: [&[u8]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
    let bytes = text.as_bytes();
    let shape = b"..., .. ... .... ..:..:.. GMT";
    let fits = |(b, s): (&u8, &u8)| *s == b'.' || b == s;
    if bytes.len() != shape.len() || !bytes.iter().zip(shape).all(fits) {
        return None;
    }
    let month = MONTHS.iter().position(|m| *m == &bytes[8..11])? + 1;
    let date = Date::new(
        u16::try_from(digits(&bytes[12..16])?).ok()?,
        u8::try_from(month).ok()?,
        u8::try_from(digits(&bytes[5..7])?).ok()?,
    )?;
    let day = usize::try_from(date.unix_days() % 7).ok()?;
    (DAYS[day] == &bytes[..3]).then_some(())?;
    seconds(date, &bytes[17..19], &bytes[20..22], &bytes[23..25])
}

/// The time as the string to sign has it.
pub(super) fn write_basic(at: i64) -> Option<String> {
    let date = Date::from_unix_days(at.div_euclid(86_400))?.to_string();
    let second = at.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let date = date.replace('-', "");
    Some(format!("{date}T{hour:02}{minute:02}{second:02}Z"))
}

fn seconds(date: Date, hour: &[u8], minute: &[u8], second: &[u8]) -> Option<i64> {
    let (hour, minute, second) = (digits(hour)?, digits(minute)?, digits(second)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = i64::try_from(date.unix_days()).ok()?;
    Some(days * 86_400 + i64::from(hour * 3_600 + minute * 60 + second))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(basic("20150830T123600Z"), Some(1_440_938_160));
        assert_eq!(
            write_basic(1_440_938_160).as_deref(),
            Some("20150830T123600Z")
        );
        for bad in [
            "",
            "20150830T123600",
            "20150830t123600Z",
            "20150230T123600Z",
            "20150830T246000Z",
            "+0150830T123600Z",
            "20150830T1236 0Z",
            "2015-08-30T12:36",
            "20150830T123600Ž",
        ] {
            assert_eq!(basic(bad), None, "{bad}");
        }
        assert_eq!(
            http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        for bad in [
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(http_date(bad), None, "{bad}");
        }
    }
}
