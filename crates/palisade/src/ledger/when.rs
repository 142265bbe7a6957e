//! Times on the command line: days and times of day in UTC, or milliseconds since 1970 as events
//! have them.

use palisade_core::Date;

const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;

/// The first and the last millisecond of what a text names.
pub(super) fn parse(text: &str) -> Result<(i64, i64), String> {
    let wrong = || {
        format!(
            "`{text}` is not a time: write it in UTC as 2026-03-01, 2026-03-01T08:30Z or 2026-03-01T08:30:00Z, or as milliseconds since 1970"
        )
    };
    if is_digits(text) {
        let millis = text.parse().map_err(|_| wrong())?;
        return Ok((millis, millis));
    }
    let (day, time) = match text.split_once('T') {
        None => (text, None),
        Some((day, time)) => (day, Some(time)),
    };
    let day: Date = day.parse().map_err(|_| wrong())?;
    let begin = i64::try_from(day.unix_days()).unwrap_or(0) * DAY;
    match time {
        None => Ok((begin, begin + DAY - 1)),
        Some(time) => {
            let at = time_of_day(time).ok_or_else(wrong)?;
            Ok((begin + at, begin + at))
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Milliseconds of `08:30Z`, `08:30:00Z`.
fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.strip_suffix('Z')?.split(':');
    let mut part = |below: i64| {
        let part = parts.next()?;
        let number = (part.len() == 2 && is_digits(part)).then(|| part.parse::<u8>().ok())??;
        Some(i64::from(number)).filter(|number| *number < below)
    };
    let (hours, minutes) = (part(24)?, part(60)?);
    let seconds = match text.len() {
        6 => 0,
        _ => part(60)?,
    };
    let rest = parts.next();
    rest.is_none()
        .then_some(((hours * 60 + minutes) * 60 + seconds) * SECOND)
}

/// A time as people read it, to the second.
pub(super) fn show(millis: i64) -> String {
    let seconds = u64::try_from(millis.div_euclid(SECOND)).unwrap_or(0);
    let (day, rest) = (Date::from_unix_seconds(seconds), seconds % 86_400);
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{day}T{hours:02}:{minutes:02}:{seconds:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_days_times_of_day_and_milliseconds() {
        let day = 1_772_323_200_000;
        for (text, expected) in [
            ("2026-03-01", (day, day + DAY - 1)),
            ("2026-03-01T08:30Z", (day + 30_600_000, day + 30_600_000)),
            ("2026-03-01T08:30:05Z", (day + 30_605_000, day + 30_605_000)),
            ("1772323200001", (day + 1, day + 1)),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "2026-02-30",
            "2026-3-1",
            "2026-03-01T",
            "2026-03-01T08:30",
            "2026-03-01T8:30Z",
            "2026-03-01T24:00Z",
            "2026-03-01T08:30:61Z",
            "2026-03-01T08:30:00:00Z",
            "2026-03-01T+8:30Z",
            "-5",
            "18446744073709551615",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(show(day + 30_605_999), "2026-03-01T08:30:05Z");
    }
}
