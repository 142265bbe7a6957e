//! A calendar day: expiry dates of exceptions, ends of life of runtimes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, written `YYYY-MM-DD` (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date; write it as YYYY-MM-DD")]
pub struct ParseDateError {
    text: String,
}

impl Date {
    /// The day, or nothing when the calendar has no such day.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        if day == 0 || day > days || year > 9999 {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// The month that the day is in, from 1, and its year before it.
    #[must_use]
    pub const fn year_and_month(self) -> (u16, u8) {
        (self.year, self.month)
    }

    /// The day so many days later; the calendar's last one at most.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self::from_unix_seconds((self.unix_days() + u64::from(days)) * 86_400)
    }

    /// Days since 1970-01-01; zero for earlier days. The inverse of `from_unix_seconds`
    /// (`days_from_civil` of the same source).
    #[must_use]
    pub fn unix_days(self) -> u64 {
        let (month, day) = (u64::from(self.month), u64::from(self.day));
        let year = u64::from(self.year) - u64::from(month <= 2 && self.year > 0);
        let (era, yoe) = (year / 400, year % 400);
        let mp = (month + 9) % 12;
        let doy = (153 * mp + 2) / 5 + day - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        (era * 146_097 + doe).saturating_sub(719_468)
    }

    /// The day on which a Unix time falls in UTC; the calendar's last one at most.
    #[must_use]
    pub fn from_unix_seconds(seconds: u64) -> Self {
        const LAST: Date = Date {
            year: 9999,
            month: 12,
            day: 31,
        };
        let days = i64::try_from(seconds / 86_400);
        days.ok().and_then(Self::from_unix_days).unwrap_or(LAST)
    }

    /// The day so many days after 1970-01-01, or before it; nothing when the calendar has no such
    /// day. Algorithm: Howard Hinnant, "chrono-compatible low-level date algorithms",
    /// `civil_from_days`.
    #[must_use]
    pub fn from_unix_days(days: i64) -> Option<Self> {
        let days = days.checked_add(719_468)?;
        let (era, doe) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = u8::try_from(doy - (153 * mp + 2) / 5 + 1).ok()?;
        let month = u8::try_from(if mp < 10 { mp + 3 } else { mp - 9 }).ok()?;
        let year = u16::try_from(yoe + era * 400 + i64::from(month <= 2)).ok()?;
        Self::new(year, month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let bytes = text.as_bytes();
            if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
                return None;
            }
            let number = |range: std::ops::Range<usize>| {
                let digits = text.get(range)?;
                digits
                    .bytes()
                    .all(|b| b.is_ascii_digit())
                    .then(|| digits.parse::<u16>().ok())?
            };
            let small = |n: u16| u8::try_from(n).ok();
            Self::new(number(0..4)?, small(number(5..7)?)?, small(number(8..10)?)?)
        };
        parse().ok_or_else(|| ParseDateError {
            text: text.to_owned(),
        })
    }
}

impl TryFrom<String> for Date {
    type Error = ParseDateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_written_and_compared() {
        let day: Date = "2026-11-22".parse().unwrap();
        assert_eq!(day.to_string(), "2026-11-22");
        assert!(day < "2027-01-01".parse().unwrap());
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "20260101",
            "2026-00-10",
            "ä026-01-01",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2024-02-29".parse::<Date>().is_ok());
    }

    #[test]
    fn days_are_added() {
        let check = |day: &str, days, expected: &str| {
            let day: Date = day.parse().unwrap();
            assert_eq!(day.plus_days(days).to_string(), expected);
        };
        check("2026-11-22", 0, "2026-11-22");
        check("2026-11-22", 365, "2027-11-22");
        check("2024-02-28", 1, "2024-02-29");
        check("2026-12-31", 1, "2027-01-01");
        check("1970-01-01", 1, "1970-01-02");
    }

    #[test]
    fn unix_seconds_give_the_day_in_utc() {
        assert_eq!(Date::from_unix_seconds(0).to_string(), "1970-01-01");
        assert_eq!(
            Date::from_unix_seconds(951_782_400).to_string(),
            "2000-02-29"
        );
        assert_eq!(
            Date::from_unix_seconds(1_795_305_600).to_string(),
            "2026-11-22"
        );
    }
}
