//! Networks, as lists of addresses name them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A network: an address and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Why a text names no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// It is something else.
    #[error("neither an address nor a network")]
    Form,
    /// Bits behind the prefix are set: it may mean another network than it seems to.
    #[error("the address has bits behind the prefix")]
    Host,
    /// An IPv4 address in the clothes of IPv6, which would match neither.
    #[error("an IPv4 address written as IPv6")]
    Mapped,
}

impl Network {
    /// Whether an address is in it. An IPv4 address in the clothes of IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (_, network) = number(self.address);
        let (width, number) = number(address.to_canonical());
        let same_kind = self.address.is_ipv4() == (width == 32);
        same_kind && shifted(network ^ number, width - self.bits) == 0
    }
}

/// How many bits an address has, and which.
fn number(address: IpAddr) -> (u8, u128) {
    match address {
        IpAddr::V4(address) => (32, u128::from(address.to_bits())),
        IpAddr::V6(address) => (128, address.to_bits()),
    }
}

fn shifted(number: u128, by: u8) -> u128 {
    number.checked_shr(u32::from(by)).unwrap_or(0)
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Form)?;
        if address.to_canonical() != address {
            return Err(NetworkError::Mapped);
        }
        let (width, number) = number(address);
        let bits = match bits {
            None => width,
            Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => {
                let bits: u8 = bits.parse().map_err(|_| NetworkError::Form)?;
                (bits <= width).then_some(bits).ok_or(NetworkError::Form)?
            }
            Some(_) => return Err(NetworkError::Form),
        };
        let behind = width - bits;
        let prefix = shifted(number, behind).checked_shl(u32::from(behind));
        if prefix.unwrap_or(0) != number {
            return Err(NetworkError::Host);
        }
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses() {
        for (network, address, inside) in [
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "a00::1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.9", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::1", "2001:db8::1", true),
        ] {
            let parsed: Network = network.parse().unwrap();
            let address = address.parse().unwrap();
            assert_eq!(parsed.contains(address), inside, "{network} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for (text, error) in [
            ("", NetworkError::Form),
            ("10.0.0.0/33", NetworkError::Form),
            ("10.0.0.0/", NetworkError::Form),
            ("10.0.0.0/+8", NetworkError::Form),
            ("10.0.0/8", NetworkError::Form),
            ("010.0.0.1", NetworkError::Form),
            ("::/129", NetworkError::Form),
            ("::/256", NetworkError::Form),
            ("example.com", NetworkError::Form),
            ("10.0.0.1/8", NetworkError::Host),
            ("2001:db8::1/64", NetworkError::Host),
            ("1.0.0.0/0", NetworkError::Host),
            ("8000::/0", NetworkError::Host),
            ("::ffff:10.0.0.0/104", NetworkError::Mapped),
        ] {
            assert_eq!(text.parse::<Network>().err(), Some(error), "{text}");
        }
    }
}
