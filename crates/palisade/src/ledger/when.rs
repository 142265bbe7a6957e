//! Times on the command line: as RFC 3339 has them, in milliseconds as events have them, or so long
//! ago.

use palisade_core::Date;
use std::str::FromStr;

/// A time that somebody gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// In milliseconds since 1970.
    At(i64),
    /// A day in UTC, by its first millisecond.
    Day(i64),
    /// So many milliseconds before now.
    Ago(i64),
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl When {
    /// Its first millisecond, since 1970.
    pub(crate) fn at(self, now: u64) -> i64 {
        match self {
            Self::At(time) | Self::Day(time) => time,
            Self::Ago(time) => i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(time),
        }
    }

    /// Its last millisecond: a day ends a day later.
    pub(super) fn end(self, now: u64) -> i64 {
        match self {
            Self::Day(begin) => begin + DAY - 1,
            other => other.at(now),
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let millis = || {
            text.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| text.parse().ok())?
        };
        let time = ago(text).map(Self::Ago).or_else(|| at(text));
        time.or_else(|| millis().map(Self::At)).ok_or_else(|| {
            "a time is a day (2026-11-22, in UTC), a time as RFC 3339 has it (2026-11-22T10:00:00Z), milliseconds since 1970, or so long ago (30s, 90m, 1h, 7d, 2w)".to_owned()
        })
    }
}

fn ago(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    let number: u32 = is_number.then(|| number.parse().ok())??;
    Some(i64::from(number) * unit)
}

fn at(text: &str) -> Option<When> {
    let (date, rest) = text.split_at_checked(10)?;
    let date: Date = date.parse().ok()?;
    let day = i64::try_from(date.unix_days()).ok()? * DAY;
    if rest.is_empty() {
        return Some(When::Day(day));
    }
    let (hour, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(2)?;
    let (minute, rest) = rest.strip_prefix(':')?.split_at_checked(2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => rest.split_at_checked(2)?,
        None => ("00", rest),
    };
    let (hour, minute) = (two_digits(hour, 23)?, two_digits(minute, 59)?);
    // A leap second is the first one of the next minute.
    let second = two_digits(second, 60)?;
    let (millis, zone) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, zone) = rest.split_at_checked(end).filter(|_| end > 0)?;
            let three: String = digits.chars().chain("00".chars()).take(3).collect();
            (three.parse::<i64>().ok()?, zone)
        }
    };
    let offset = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign @ ("+" | "-"), zone) => {
            let (hours, minutes) = zone.split_once(':')?;
            let offset = two_digits(hours, 23)? * HOUR + two_digits(minutes, 59)? * MINUTE;
            if sign == "+" { offset } else { -offset }
        }
        _ => return None,
    };
    let time = day + hour * HOUR + minute * MINUTE + second * SECOND;
    Some(When::At(time + millis - offset))
}

fn two_digits(text: &str, most: i64) -> Option<i64> {
    let is_number = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let number = is_number.then(|| text.parse().ok())??;
    (number <= most).then_some(number)
}

/// A time as people read it, to the second.
pub(crate) fn show(millis: i64) -> String {
    let seconds = u64::try_from(millis.div_euclid(SECOND)).unwrap_or(0);
    let (day, rest) = (Date::from_unix_seconds(seconds), seconds % 86_400);
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{day}T{hours:02}:{minutes:02}:{seconds:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("1970-01-02", When::Day(DAY)),
            ("1772323200001", When::At(1_772_323_200_001)),
            ("2026-03-01T08:30Z", When::At(1_772_353_800_000)),
            ("2024-02-29T12:34:56.789Z", When::At(1_709_210_096_789)),
            (
                "2024-02-29t14:34:56.78912+02:00",
                When::At(1_709_210_096_789),
            ),
            ("2024-02-29 12:04:56.7-00:30", When::At(1_709_210_096_700)),
            ("1970-01-01T00:00:60Z", When::At(MINUTE)),
            ("90m", When::Ago(90 * MINUTE)),
            ("7d", When::Ago(7 * DAY)),
            ("2w", When::Ago(14 * DAY)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "d",
            "-5",
            "18446744073709551615",
            "2026-03-01T08:30",
            "2026-03-01T+8:30Z",
            "-1d",
            "1y",
            "é",
            "1é",
            "2026-02-30",
            "2026-11-22T",
            "2026-11-22T10:00:00",
            "2026-11-22T24:00:00Z",
            "2026-11-22T1:00:000Z",
            "2026-11-22T10:00:00.Z",
            "2026-11-22T10:00:00Zx",
            "2026-11-22T10:00:00+1:00",
            "99999999999d",
            "2026-11-22T10:00:00é",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
        assert_eq!(When::Ago(DAY).at(0), -DAY);
        assert_eq!(When::Day(DAY).end(0), 2 * DAY - 1);
        assert_eq!(show(1_772_353_805_999), "2026-03-01T08:30:05Z");
    }
}
