//! How rates, sizes and times are written: `100/s`, `64 KiB`, `30s`.

use super::Rate;

/// Calls in so many milliseconds: `100/s`, `1000/min`, `10/h`.
pub(super) fn rate(text: &str) -> Option<(u32, u32)> {
    let (calls, unit) = text.split_once('/')?;
    let period = match unit.trim() {
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some((u32::try_from(whole(calls.trim())?).ok()?, period))
}

/// What may come at once when nobody says it: what the rate gives in a second.
pub(super) fn usual_burst(calls: u32, period: u32) -> u32 {
    let burst = u64::from(calls) * 1_000 / u64::from(period);
    u32::try_from(burst).map_or(Rate::LARGEST_BURST, |burst| {
        burst.clamp(1, Rate::LARGEST_BURST)
    })
}

/// Bytes: `512 B`, `64 KiB`, `1 MiB`, `2 GiB`.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, unit) = parts(text)?;
    let unit: u64 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// Milliseconds: `500ms`, `30s`, `5min`, `8h`, `365d`.
pub(super) fn duration(text: &str) -> Option<u64> {
    let (number, unit) = parts(text)?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// A number and what follows it, with a space between them or none.
fn parts(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    Some((whole(number)?, unit.strip_prefix(' ').unwrap_or(unit)))
}

fn whole(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        for (text, expected) in [
            ("100/s", Some((100, 1_000))),
            ("1000/min", Some((1_000, 60_000))),
            ("10 / h", Some((10, 3_600_000))),
            ("100", None),
            ("/s", None),
            ("+1/s", None),
            ("-1/s", None),
            ("1.5/s", None),
            ("1/2s", None),
            ("4294967296/s", None),
        ] {
            assert_eq!(rate(text), expected, "{text}");
        }
    }

    #[test]
    fn bursts() {
        for (calls, period, burst) in [
            (100, 1_000, 100),
            (1_000, 60_000, 16),
            (10, 3_600_000, 1),
            (u32::MAX, 1_000, 1_000_000),
        ] {
            assert_eq!(usual_burst(calls, period), burst);
        }
    }

    #[test]
    fn sizes_and_durations() {
        for (text, bytes) in [
            ("0 B", Some(0)),
            ("64 KiB", Some(65_536)),
            ("1MiB", Some(1_048_576)),
            ("1 MB", None),
            ("1  MiB", None),
            ("MiB", None),
            ("1.5 MiB", None),
            ("12", None),
            ("18446744073709551615 GiB", None),
            ("99999999999999999999 B", None),
        ] {
            assert_eq!(size(text), bytes, "{text}");
        }
        for (text, milliseconds) in [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("5min", Some(300_000)),
            ("5m", None),
            ("365d", Some(31_536_000_000)),
            ("18446744073709551615d", None),
            ("", None),
            ("s", None),
        ] {
            assert_eq!(duration(text), milliseconds, "{text}");
        }
    }
}
