//! How many connections each address holds.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Open connections by the number of their address: an entry each, gone with the last one.
#[derive(Debug)]
pub struct Connections {
    most: usize,
    open: Mutex<HashMap<u64, usize>>,
    refused: AtomicU64,
}

impl Connections {
    /// With none yet; each address may hold `most`, as many as it likes where that is 0.
    #[must_use]
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            open: Mutex::default(),
            refused: AtomicU64::new(0),
        })
    }

    /// One more of `address`, counted until it is dropped; `None` where it holds enough.
    pub fn open(self: &Arc<Self>, address: u64) -> Option<Open> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if self.most > 0 && *count >= self.most {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *count += 1;
        Some(Open {
            address,
            all: Arc::clone(self),
        })
    }

    /// Connections that were closed because their address held enough.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// A connection that is open.
#[derive(Debug)]
pub struct Open {
    address: u64,
    all: Arc<Connections>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.all.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_holds_so_many_and_what_ends_makes_room() {
        let all = Connections::new(2);
        let (one, _two) = (all.open(7).unwrap(), all.open(7).unwrap());
        assert!(all.open(7).is_none());
        assert!(all.open(8).is_some());
        drop(one);
        assert!(all.open(7).is_some());
        assert_eq!(all.refused(), 1);
        drop(_two);
        assert!(all.open.lock().unwrap().is_empty(), "nothing is kept");
        let any = Connections::new(0);
        let many: Vec<_> = (0..100).map(|_| any.open(7).unwrap()).collect();
        assert_eq!(many.len(), 100);
    }
}
