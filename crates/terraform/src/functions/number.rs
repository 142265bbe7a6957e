//! Numbers as the language knows them: exact decimals, as far as 38 digits reach.

use palisade_app::Data;
use palisade_app::value::Number;
use std::cmp::Ordering;
use std::sync::Arc;

/// Powers of ten beyond this are not written out.
const MAX_EXPONENT: i32 = 400;
/// Digits beyond this are not looked at.
const MAX_DIGITS: usize = 1_000;

/// A decimal number: `digits` divided by ten to the power of `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

/// A number as Terraform writes it: no exponent, no zeros that say nothing.
pub(super) fn canonical(text: &str) -> Option<String> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !plain || digits.len() > MAX_DIGITS || exponent.abs() > MAX_EXPONENT {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let Ok(mut point) = usize::try_from(point) else {
        let zeros = usize::try_from(-point).ok()?;
        return Some(written(
            negative,
            "",
            &format!("{}{digits}", "0".repeat(zeros)),
        ));
    };
    if point > digits.len() {
        digits.push_str(&"0".repeat(point - digits.len()));
    }
    point = point.min(digits.len());
    let (whole, fraction) = digits.split_at(point);
    Some(written(negative, whole, fraction))
}

fn written(negative: bool, whole: &str, fraction: &str) -> String {
    let (whole, fraction) = (
        whole.trim_start_matches('0'),
        fraction.trim_end_matches('0'),
    );
    let sign = if negative && !(whole.is_empty() && fraction.is_empty()) {
        "-"
    } else {
        ""
    };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// The text of a number that a value holds.
pub(super) fn shown(number: &Number) -> String {
    canonical(&number.text).unwrap_or_else(|| number.value.to_string())
}

/// A number of this text.
pub(super) fn data(text: String) -> Data {
    Data::Number(Number {
        value: text.parse().unwrap_or(f64::NAN),
        text: Arc::from(text),
    })
}

/// A number that a function of floating point gives; nothing when it is none.
pub(super) fn float(value: f64) -> Option<Data> {
    value.is_finite().then(|| data(written_float(value)))
}

fn written_float(value: f64) -> String {
    let text = value.to_string();
    canonical(&text).unwrap_or(text)
}

impl Decimal {
    /// The number that a text writes; nothing when it is none, or has too many digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = canonical(text)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        Some(Self {
            digits: format!("{whole}{fraction}").parse().ok()?,
            scale: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// A whole number.
    pub(crate) fn whole(digits: i128) -> Self {
        Self { digits, scale: 0 }
    }

    /// The number as a value.
    pub(crate) fn data(self) -> Data {
        data(self.text())
    }

    /// The number as Terraform writes it.
    pub(crate) fn text(self) -> String {
        let text = format!("{}e-{}", self.digits, self.scale);
        canonical(&text).unwrap_or(text)
    }

    /// The number, when it is whole.
    pub(crate) fn integer(self) -> Option<i128> {
        let unit = 10_i128.checked_pow(self.scale)?;
        (self.digits % unit == 0).then_some(self.digits / unit)
    }

    /// As near as a double comes.
    pub(crate) fn float(self) -> f64 {
        self.text().parse().unwrap_or(f64::NAN)
    }

    /// The sum; nothing when it has too many digits.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let digits = self.at(scale)?.checked_add(other.at(scale)?)?;
        Some(Self { digits, scale })
    }

    /// The product; nothing when it has too many digits.
    pub(crate) fn times(self, factor: i128) -> Option<Self> {
        let digits = self.digits.checked_mul(factor)?;
        Some(Self { digits, ..self })
    }

    /// The number with its sign turned.
    pub(crate) fn negated(self) -> Self {
        Self {
            digits: self.digits.saturating_neg(),
            ..self
        }
    }

    /// The next whole number towards minus infinity.
    pub(crate) fn floor(self) -> Option<Self> {
        let unit = 10_i128.checked_pow(self.scale)?;
        Some(Self::whole(self.digits.div_euclid(unit)))
    }

    /// The number without its sign and with so many digits behind the point, halves to even.
    pub(super) fn fixed(self, places: usize) -> Option<String> {
        let wanted = u32::try_from(places).ok()?;
        let digits = match self.scale.checked_sub(wanted) {
            Some(more) => {
                let unit = 10_i128.checked_pow(more)?;
                let (whole, rest) = (self.digits.checked_abs()? / unit, self.digits.abs() % unit);
                let half = unit - rest;
                whole + i128::from(rest > half || rest == half && whole % 2 == 1)
            }
            None => self.at(wanted)?.checked_abs()?,
        };
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        Some(if places > 0 {
            format!("{whole}.{fraction}")
        } else {
            whole.to_owned()
        })
    }

    /// -1, 0 or 1.
    pub(crate) fn sign(self) -> i128 {
        self.digits.signum()
    }

    /// Which one is greater.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        match (self.at(scale), other.at(scale)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.float().total_cmp(&other.float()),
        }
    }

    fn at(self, scale: u32) -> Option<i128> {
        let factor = 10_i128.checked_pow(scale.checked_sub(self.scale)?)?;
        self.digits.checked_mul(factor)
    }
}
