//! Dates and times as RFC 3339 writes them.

use super::number::Decimal;
use super::{Answer, Call, Function, hashes, other, text};
use palisade_app::{Reason, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    text("formatdate", (2, 2), formatdate),
    text("plantimestamp", (0, 0), |call, _| hashes::unknown(call)),
    text("timeadd", (2, 2), timeadd),
    other("timecmp", (2, 2), timecmp),
    text("timestamp", (0, 0), |call, _| hashes::unknown(call)),
];

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A time, and where on earth its clock stands.
#[derive(Clone, Copy)]
struct Time {
    /// Seconds of the local clock since 1970-01-01.
    local: i64,
    nanos: i64,
    /// Minutes that the local clock is before UTC.
    offset: i64,
}

/// A calendar day by its number since 1970-01-01. Algorithms: Howard Hinnant, "chrono-compatible
/// low-level date algorithms".
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, doe) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, yoe) = (year.div_euclid(400), year.rem_euclid(400));
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

impl Time {
    fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<i64>().ok().filter(|_| plain)
        };
        let mark = |at: usize, wanted: u8| text.as_bytes().get(at) == Some(&wanted);
        let marks =
            mark(4, b'-') && mark(7, b'-') && mark(10, b'T') && mark(13, b':') && mark(16, b':');
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let rest = text.get(19..)?;
        let (nanos, zone) = match rest.strip_prefix('.') {
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit())?;
                let digits = format!("{:0<9}", &rest[..end]);
                (
                    digits.get(..9)?.parse().ok().filter(|_| end > 0)?,
                    &rest[end..],
                )
            }
            None => (0, rest),
        };
        let offset = match zone.split_at_checked(1)? {
            ("Z", "") => 0,
            (sign @ ("+" | "-"), clock) => {
                let (hours, minutes) = clock.split_once(':')?;
                let two = |text: &str| {
                    text.parse::<u8>()
                        .ok()
                        .filter(|_| text.len() == 2 && !text.starts_with('+'))
                };
                let minutes = two(minutes).filter(|minutes| *minutes < 60)?;
                let hours = two(hours).filter(|hours| *hours < 24)?;
                let all = i64::from(hours) * 60 + i64::from(minutes);
                if sign == "-" { -all } else { all }
            }
            _ => return None,
        };
        let day_number = days(year, month, day);
        let real = (1..=12).contains(&month) && civil(day_number) == (year, month, day);
        let clock = hour < 24 && minute < 60 && second < 60;
        (marks && real && clock).then_some(Self {
            local: day_number * 86_400 + hour * 3_600 + minute * 60 + second,
            nanos,
            offset,
        })
    }

    /// The moment: seconds and billionths.
    fn moment(self) -> (i64, i64) {
        (self.local - self.offset * 60, self.nanos)
    }

    /// Hour, minute and second.
    fn clock(self) -> (i64, i64, i64) {
        let seconds = self.local.rem_euclid(86_400);
        (seconds / 3_600, seconds / 60 % 60, seconds % 60)
    }

    fn zone(self, between: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }

    fn text(self) -> Option<String> {
        let (year, month, day) = civil(self.local.div_euclid(86_400));
        let (hour, minute, second) = self.clock();
        let zone = if self.offset == 0 {
            "Z".to_owned()
        } else {
            self.zone(":")
        };
        (0..=9_999).contains(&year).then(|| {
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
        })
    }

    /// What a sequence of the same letter stands for.
    fn field(self, letter: char, length: usize) -> Option<String> {
        let (year, month, day) = civil(self.local.div_euclid(86_400));
        let (hour, minute, second) = self.clock();
        let index = |number: i64| usize::try_from(number).unwrap_or(0);
        let month_name = MONTHS.get(index(month - 1)).copied().unwrap_or_default();
        let weekday = (self.local.div_euclid(86_400) + 4).rem_euclid(7);
        let day_name = DAYS.get(index(weekday)).copied().unwrap_or_default();
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        Some(match (letter, length) {
            ('Y', 4) => format!("{year:04}"),
            ('Y', 2) => format!("{:02}", year % 100),
            ('M', 4) => month_name.to_owned(),
            ('M', 3) => month_name.chars().take(3).collect(),
            ('M', 1 | 2) => format!("{month:0length$}"),
            ('D', 1 | 2) => format!("{day:0length$}"),
            ('E', 4) => day_name.to_owned(),
            ('E', 3) => day_name.chars().take(3).collect(),
            ('h', 1 | 2) => format!("{hour:0length$}"),
            ('H', 1 | 2) => format!("{twelve:0length$}"),
            ('A', 2) => (if hour < 12 { "AM" } else { "PM" }).to_owned(),
            ('a', 2) => (if hour < 12 { "am" } else { "pm" }).to_owned(),
            ('m', 1 | 2) => format!("{minute:0length$}"),
            ('s', 1 | 2) => format!("{second:0length$}"),
            ('Z', 5) => self.zone(":"),
            ('Z', 4) => self.zone(""),
            ('Z', 3) if self.offset == 0 => "UTC".to_owned(),
            ('Z', 3) => self.zone(""),
            ('Z', 1) if self.offset == 0 => "Z".to_owned(),
            ('Z', 1) => self.zone(":"),
            _ => return None,
        })
    }
}

fn time(call: &Call<'_>, value: &Value) -> Result<Time, Reason> {
    let text = call.text(value)?;
    Time::parse(&text).ok_or_else(|| call.wrong("the text is not a time of RFC 3339"))
}

fn formatdate(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (format, time) = (call.text(&arguments[0])?, time(call, &arguments[1])?);
    let mut out = String::new();
    let mut rest: &str = &format;
    while let Some(letter) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix('\'') {
            let (literal, after) =
                literal(quoted).ok_or_else(|| call.wrong("a quote is not closed"))?;
            out.push_str(&literal);
            rest = after;
            continue;
        }
        let after = rest.trim_start_matches(letter);
        let length = rest.len() - after.len();
        if letter.is_ascii_alphabetic() {
            let field = time.field(letter, length);
            out.push_str(&field.ok_or_else(|| call.wrong("a format that is not known"))?);
        } else {
            out.push_str(&rest[..length]);
        }
        rest = after;
    }
    Ok(call.say(out))
}

/// What stands between quotes, where two quotes are one; and what follows.
fn literal(quoted: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = quoted;
    loop {
        let (inside, after) = rest.split_once('\'')?;
        out.push_str(inside);
        match after.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Some((out, after)),
        }
    }
}

/// A duration as Go writes it (`1h30m`, `-1.5h`), in billionths of a second.
fn duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    loop {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = Decimal::parse(&rest[..rest.len() - after.len()])?;
        let units = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("m", 60_000_000_000),
            ("h", 3_600_000_000_000_i128),
        ];
        let (unit, size) = units.iter().find(|(unit, _)| after.starts_with(unit))?;
        total = total.checked_add(number.times(*size)?.floor()?.integer()?)?;
        rest = &after[unit.len()..];
        if rest.is_empty() {
            return Some(if negative { -total } else { total });
        }
    }
}

fn timeadd(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let time = time(call, &arguments[0])?;
    let text = call.text(&arguments[1])?;
    let duration = duration(&text).and_then(|nanos| i64::try_from(nanos).ok());
    let duration = duration.ok_or_else(|| call.wrong("the text is not a duration"))?;
    let nanos = time.nanos + duration % 1_000_000_000;
    let local = time.local + duration / 1_000_000_000 + nanos.div_euclid(1_000_000_000);
    let later = Time {
        local,
        nanos: nanos.rem_euclid(1_000_000_000),
        ..time
    };
    Ok(call.say(
        later
            .text()
            .ok_or_else(|| call.wrong("beyond the calendar"))?,
    ))
}

fn timecmp(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (a, b) = (time(call, &arguments[0])?, time(call, &arguments[1])?);
    let order = a.moment().cmp(&b.moment()) as i8;
    Ok(call.value(Decimal::whole(i128::from(order)).data()))
}
