//! What pages say they had to drop unsent, counted once: each batch of a session
//! says how many events it was so far.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use tacit_signals::SessionId;

use crate::{control::ProjectId, limits::DROPPED_SESSIONS_MAX};

/// Whose events were dropped.
pub type Dropper = (ProjectId, SessionId);

/// The last word of the sessions that dropped any. After a restart, or when a session
/// was silent while very many others dropped, its events are counted again: a count of
/// losses is rather too high than too low.
#[derive(Debug, Default)]
pub struct Dropped(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    totals: HashMap<Dropper, u32>,
    /// Oldest first.
    order: VecDeque<Dropper>,
}

impl Dropped {
    /// How many more `total` is than what was heard before.
    pub fn rise(&self, who: Dropper, total: u32) -> u32 {
        if total == 0 {
            return 0;
        }
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = heard.totals.get(&who).copied();
        if before.is_none() {
            heard.order.push_back(who);
            if heard.order.len() > DROPPED_SESSIONS_MAX
                && let Some(oldest) = heard.order.pop_front()
            {
                heard.totals.remove(&oldest);
            }
        }
        let before = before.unwrap_or_default();
        heard.totals.insert(who, before.max(total));
        total.saturating_sub(before)
    }

    /// Takes a rise back: what said so was not kept, and will be said again.
    pub fn fall(&self, who: Dropper, rise: u32) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(total) = heard.totals.get_mut(&who) {
            *total = total.saturating_sub(rise);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(number: u32) -> Dropper {
        let mut session = [0; 16];
        session[..4].copy_from_slice(&number.to_le_bytes());
        (ProjectId(1), SessionId(session))
    }

    #[test]
    fn a_total_counts_by_what_it_rose() {
        let dropped = Dropped::default();
        let told: Vec<u32> = [0, 12, 12, 20, 12]
            .into_iter()
            .map(|total| dropped.rise(who(1), total))
            .collect();
        assert_eq!(told, [0, 12, 0, 8, 0]);
        assert_eq!(dropped.rise((ProjectId(2), who(1).1), 5), 5);
    }

    #[test]
    fn what_was_not_kept_counts_when_it_is_said_again() {
        let dropped = Dropped::default();
        assert_eq!(dropped.rise(who(1), 12), 12);
        assert_eq!(dropped.rise(who(1), 20), 8);
        dropped.fall(who(1), 8);
        assert_eq!(dropped.rise(who(1), 20), 8);
    }

    #[test]
    fn the_oldest_sessions_are_forgotten() {
        let dropped = Dropped::default();
        let last = u32::try_from(DROPPED_SESSIONS_MAX).unwrap();
        for number in 0..=last {
            assert_eq!(dropped.rise(who(number), 1), 1);
        }
        assert_eq!(dropped.rise(who(last), 1), 0);
        assert_eq!(dropped.rise(who(0), 1), 1);
        let heard = dropped.0.lock().unwrap();
        assert_eq!(heard.totals.len(), DROPPED_SESSIONS_MAX);
    }
}
