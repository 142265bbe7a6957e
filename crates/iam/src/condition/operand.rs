//! What condition keys are compared with.

use super::{Compare, Family};
use crate::pattern::{Pattern, Syntax, Text};
use crate::request::Context;
use crate::symbols::is_hole;
use crate::truth::Truth;
use palisade_core::Span;
use std::net::IpAddr;
use std::sync::Arc;

/// One value of a condition, read as its operator reads it.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A text, perhaps with wildcards and variables.
    Text(Text),
    /// A number.
    Number(f64),
    /// A point in time, in microseconds since 1970.
    Date(i64),
    /// A truth value.
    Bool(bool),
    /// A network, or a single address.
    Network(Network),
    /// Not of the kind that the operator reads: it fits no value.
    Invalid(Arc<str>),
    /// Not known: the name of a hole.
    Unknown(char),
}

/// A network of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    /// Its first address.
    pub first: IpAddr,
    /// Its last address.
    pub last: IpAddr,
}

impl Operand {
    /// Reads a value for an operator; `variables` says whether `${…}` means something.
    #[must_use]
    pub fn new(compare: Compare, written: &Arc<str>, span: Span, variables: bool) -> Self {
        let family = compare.family();
        if !matches!(family, Family::String | Family::Arn)
            && let Some(hole) = written.chars().find(|c| is_hole(*c))
        {
            return Self::Unknown(hole);
        }
        let invalid = || Self::Invalid(written.clone());
        match family {
            Family::String | Family::Arn => Self::Text(Text::new(
                written.clone(),
                span,
                Syntax {
                    wildcards: compare.has_wildcards(),
                    variables,
                },
            )),
            Family::Binary => Self::Text(Text::new(
                written.clone(),
                span,
                Syntax {
                    wildcards: false,
                    variables: false,
                },
            )),
            Family::Numeric => parse_number(written).map_or_else(invalid, Self::Number),
            Family::Date => parse_date(written).map_or_else(invalid, Self::Date),
            Family::Bool | Family::Null => match written.to_ascii_lowercase().as_str() {
                "true" => Self::Bool(true),
                "false" => Self::Bool(false),
                _ => invalid(),
            },
            Family::Ip => Network::parse(written).map_or_else(invalid, Self::Network),
        }
    }

    /// Whether a value of the context fits it, before any negation. Nothing when a policy variable
    /// has no value.
    pub(super) fn fits(&self, compare: Compare, value: &str, context: &Context) -> Option<Truth> {
        Some(match self {
            Self::Text(text) => {
                let pattern = text.resolve(context)?;
                if compare.ignores_case() {
                    fits_ignoring_case(&pattern, value)
                } else if compare.family() == Family::Arn {
                    pattern.matches_arn(value)
                } else {
                    pattern.matches(value)
                }
            }
            Self::Number(operand) => parse_number(value)
                .and_then(|number| number.partial_cmp(operand))
                .is_some_and(|order| compare.accepts(order))
                .into(),
            Self::Date(operand) => parse_date(value)
                .is_some_and(|date| compare.accepts(date.cmp(operand)))
                .into(),
            Self::Bool(operand) => value
                .eq_ignore_ascii_case(if *operand { "true" } else { "false" })
                .into(),
            Self::Network(network) => value
                .parse()
                .is_ok_and(|address| network.contains(address))
                .into(),
            Self::Invalid(_) => Truth::No,
            Self::Unknown(_) => Truth::Maybe,
        })
    }
}

fn fits_ignoring_case(pattern: &Pattern, value: &str) -> Truth {
    pattern.to_lowercase().matches(&value.to_ascii_lowercase())
}

impl Network {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or a single address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            None => (text.trim(), None),
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        };
        Some(match address.parse().ok()? {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(bits.unwrap_or(32)).unwrap_or(0);
                let first = u32::from(address) & !host;
                (bits.unwrap_or(0) <= 32).then(|| Self {
                    first: IpAddr::V4(first.into()),
                    last: IpAddr::V4((first | host).into()),
                })?
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(bits.unwrap_or(128)).unwrap_or(0);
                let first = u128::from(address) & !host;
                (bits.unwrap_or(0) <= 128).then(|| Self {
                    first: IpAddr::V6(first.into()),
                    last: IpAddr::V6((first | host).into()),
                })?
            }
        })
    }

    /// Whether an address lies in it; IPv4 and IPv6 are apart.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && (self.first..=self.last).contains(&address)
    }
}

/// A decimal number, as `NumericEquals` reads it.
#[must_use]
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    (text.chars().all(plain))
        .then(|| text.parse().ok())
        .flatten()
        .filter(|number: &f64| number.is_finite())
}

/// A point in time, in microseconds since 1970: a date or date and time of ISO 8601 (W3C profile:
/// `2026`, `2026-11`, `2026-11-22`, `2026-11-22T10:30Z`, `…:15.5+01:00`), or seconds since 1970.
#[must_use]
pub fn parse_date(text: &str) -> Option<i64> {
    let text = text.trim();
    // Four digits are a year; more are seconds.
    if text.len() > 4 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse::<i64>().ok()?.checked_mul(1_000_000);
    }
    let (date, time) = match text.split_once(['T', 't']) {
        None => (text, None),
        Some((date, time)) => (date, Some(time)),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |m| digits(m, 2))?;
    let day = parts.next().map_or(Some(1), |d| digits(d, 2))?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let micros = time.map_or(Some(0), time_of_day)?;
    Some(days_from_civil(year, month, day) * 86_400_000_000 + micros)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Microseconds of `10:30Z`, `10:30:15.5+01:00`; without a zone, UTC.
fn time_of_day(text: &str) -> Option<i64> {
    let zone = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let offset = match text[zone..].chars().next() {
        None | Some('Z' | 'z') if text.len() <= zone + 1 => 0,
        Some(sign @ ('+' | '-')) => {
            let (hours, minutes) = text[zone + 1..].split_once(':')?;
            let minutes = digits(hours, 2)? * 60 + digits(minutes, 2)?;
            if sign == '-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let mut parts = text[..zone].split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let (second, fraction) = match parts.next() {
        None => ("00", ""),
        Some(second) => second.split_once('.').unwrap_or((second, "")),
    };
    let second = digits(second, 2)?;
    let in_range = hour <= 24 && minute < 60 && second <= 60 && parts.next().is_none();
    let fraction = match fraction {
        "" => 0,
        _ if fraction.bytes().all(|b| b.is_ascii_digit()) => {
            let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
            six.parse().ok()?
        }
        _ => return None,
    };
    let seconds = (hour * 60 + minute - offset) * 60 + second;
    in_range.then_some(seconds * 1_000_000 + fraction)
}

/// Days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
