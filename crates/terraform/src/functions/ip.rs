//! Networks and addresses, of version 4 and 6.

use super::{Answer, Call, Function, MANY, MAX_ITEMS, other, text};
use palisade_app::{Reason, Value};
use std::net::{Ipv4Addr, Ipv6Addr};

pub(super) const FUNCTIONS: &[Function] = &[
    text("cidrhost", (2, 2), cidrhost),
    text("cidrnetmask", (1, 1), cidrnetmask),
    text("cidrsubnet", (3, 3), cidrsubnet),
    other("cidrsubnets", (1, MANY), cidrsubnets),
];

/// A network: its first address, and how many bits all its addresses share.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    /// How many bits an address has: 32 or 128.
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (address, bits) = if address.contains(':') {
            let address: Ipv6Addr = address.parse().ok()?;
            // What has a place in version 4 is written in two ways, and not followed.
            address
                .to_ipv4_mapped()
                .is_none()
                .then_some((u128::from(address), 128))?
        } else {
            // Zeros in front are allowed, and say nothing.
            let bytes = address
                .split('.')
                .map(|byte| byte.parse::<u8>().ok().filter(|_| !byte.starts_with('+')))
                .collect::<Option<Vec<u8>>>()?;
            let bytes: [u8; 4] = bytes.try_into().ok()?;
            (u128::from(u32::from(Ipv4Addr::from(bytes))), 32)
        };
        let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 = prefix
            .parse()
            .ok()
            .filter(|prefix| digits && *prefix <= bits)?;
        let address = address & !low(bits - prefix);
        Some(Self {
            address,
            prefix,
            bits,
        })
    }

    /// The network of which the address's last bits are these.
    fn part(self, prefix: u32, number: u128) -> Option<Self> {
        let free = self.bits.checked_sub(prefix)?;
        let fits = number <= low(prefix - self.prefix);
        let address = self.address | number.checked_shl(free).unwrap_or(0);
        fits.then_some(Self {
            address,
            prefix,
            bits: self.bits,
        })
    }

    fn text(self) -> String {
        format!("{}/{}", shown(self.address, self.bits), self.prefix)
    }
}

/// A number of which the last bits are set.
fn low(bits: u32) -> u128 {
    u128::MAX.checked_shr(128 - bits.min(128)).unwrap_or(0)
}

fn shown(address: u128, bits: u32) -> String {
    match u32::try_from(address) {
        Ok(address) if bits == 32 => Ipv4Addr::from(address).to_string(),
        _ => Ipv6Addr::from(address).to_string(),
    }
}

fn network(call: &Call<'_>, value: &Value) -> Result<Network, Reason> {
    Network::parse(&call.text(value)?).ok_or_else(|| call.wrong("the text is not a network"))
}

fn too_small(call: &Call<'_>) -> Reason {
    call.wrong("the network has not so many bits")
}

fn cidrsubnet(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let network = network(call, &arguments[0])?;
    let (bits, number) = (call.integer(&arguments[1])?, call.integer(&arguments[2])?);
    let (Ok(bits), Ok(number)) = (u32::try_from(bits), u128::try_from(number)) else {
        return Err(call.wrong("a number below zero"));
    };
    let prefix = network.prefix.saturating_add(bits);
    let part = network
        .part(prefix, number)
        .filter(|_| prefix <= network.bits);
    Ok(call.say(part.ok_or_else(|| too_small(call))?.text()))
}

fn cidrhost(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let network = network(call, &arguments[0])?;
    let number = call.integer(&arguments[1])?;
    let last = low(network.bits - network.prefix);
    let distance = u128::from(number.unsigned_abs());
    let host = if number < 0 {
        (last + 1).checked_sub(distance)
    } else {
        Some(distance)
    };
    let host = host
        .filter(|host| *host <= last)
        .ok_or_else(|| too_small(call))?;
    Ok(call.say(shown(network.address | host, network.bits)))
}

fn cidrnetmask(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let network = network(call, &arguments[0])?;
    if network.bits != 32 {
        return Err(call.wrong("networks of version 6 have no mask"));
    }
    let mask = low(32) & !low(32 - network.prefix);
    Ok(call.say(shown(mask, 32)))
}

fn cidrsubnets(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let network = network(call, &arguments[0])?;
    let mut items = Vec::new();
    let mut next: Option<u128> = Some(network.address);
    let last = network.address | low(network.bits - network.prefix);
    if arguments.len() > MAX_ITEMS {
        return Err(call.limit());
    }
    for bits in &arguments[1..] {
        let bits = u32::try_from(call.integer(bits)?)
            .ok()
            .filter(|bits| (1..=32).contains(bits));
        let bits = bits.ok_or_else(|| call.wrong("bits that are not from 1 to 32"))?;
        let prefix = network.prefix + bits;
        let free = network
            .bits
            .checked_sub(prefix)
            .ok_or_else(|| too_small(call))?;
        // The next address at which a network of this size may begin.
        let address = next
            .and_then(|next| next.checked_add(low(free)))
            .map(|next| next & !low(free))
            .filter(|address| *address <= last)
            .ok_or_else(|| too_small(call))?;
        next = address
            .checked_add(low(free))
            .and_then(|end| end.checked_add(1));
        items.push(
            call.say(
                Network {
                    address,
                    prefix,
                    bits: network.bits,
                }
                .text(),
            ),
        );
    }
    Ok(call.items(items))
}
