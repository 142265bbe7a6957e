//! How many connections there may be: in all, and of one address.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

#[derive(Debug)]
pub(crate) struct Slots {
    most: usize,
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: BTreeMap<IpAddr, u32>,
}

/// One connection; it makes room when it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    inner: Arc<Inner>,
    of: IpAddr,
}

impl Slots {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            inner: Arc::default(),
        }
    }

    /// Room for a connection of an address that may have so many.
    pub(crate) fn take(&self, address: IpAddr, most: u32) -> Option<Slot> {
        let of = network(address);
        let mut taken = self.inner.lock();
        if taken.all >= self.most {
            return None;
        }
        let count = taken.of.entry(of).or_default();
        if *count >= most {
            // An address that may have none leaves nothing behind.
            if *count == 0 {
                taken.of.remove(&of);
            }
            return None;
        }
        *count += 1;
        taken.all += 1;
        Some(Slot {
            inner: self.inner.clone(),
            of,
        })
    }

    pub(crate) fn taken(&self) -> usize {
        self.inner.lock().all
    }

    /// Waits until there is no connection.
    pub(crate) async fn all_free(&self) {
        loop {
            let freed = self.inner.freed.notified();
            tokio::pin!(freed);
            // Before looking, so that what happens between is not missed.
            freed.as_mut().enable();
            if self.taken() == 0 {
                return;
            }
            freed.await;
        }
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.inner.lock();
        taken.all = taken.all.saturating_sub(1);
        if let Some(count) = taken.of.get_mut(&self.of) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.of.remove(&self.of);
            }
        }
        drop(taken);
        self.inner.freed.notify_waiters();
    }
}

/// Whoever has one IPv6 address has its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let bits = six.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many() {
        let slots = Slots::new(3);
        let [a, b]: [IpAddr; 2] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap());
        let first = slots.take(a, 2).unwrap();
        let _second = slots.take(a, 2).unwrap();
        assert!(slots.take(a, 2).is_none());
        let _third = slots.take(b, 2).unwrap();
        assert!(slots.take(b, 2).is_none(), "three in all");
        drop(first);
        assert!(slots.take(a, 2).is_some());
        assert!(slots.take(b, 0).is_none());
        assert_eq!(slots.taken(), 2);
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let slots = Slots::new(9);
        let _one = slots.take("2001:db8::1".parse().unwrap(), 1).unwrap();
        assert!(slots.take("2001:db8::ffff:1".parse().unwrap(), 1).is_none());
        assert!(slots.take("2001:db8:0:1::1".parse().unwrap(), 1).is_some());
    }
}
