//! Which of several servers is asked, and when none is.
//!
//! All of them are ways to one database. One that cannot be reached is passed over, and the
//! next one is asked from then on. What must not be done twice is repeated elsewhere only
//! where the first server was not even told.
//!
//! A server that holds its connections and says nothing costs everybody who asks as long as
//! they wait. So once somebody waited in vain nobody else does: for a moment nobody is let
//! through, and then one, until that one is answered.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::store::{Host, StoreError};

/// Whoever waited that long and was not answered waited in vain.
const VAIN: Duration = Duration::from_secs(2);
/// Until the next one is let through.
const MOMENT: Duration = Duration::from_millis(250);

/// A server.
pub(super) struct Server {
    pub(super) address: String,
    pub(super) host: Host,
    /// Settings for it, once it was asked what it is.
    pub(super) settings: Mutex<Option<Settings>>,
}

/// Names and values.
pub(super) type Settings = Vec<(&'static str, &'static str)>;

/// How asking one of them failed.
pub(super) enum Failed {
    /// It was not even told.
    Unheard(StoreError),
    /// It was told, and what it did is unknown.
    Unanswered(StoreError),
    /// It refused.
    Refused(StoreError),
}

/// Servers of one database.
pub(super) struct Hosts {
    servers: Vec<Server>,
    current: AtomicUsize,
    silence: Mutex<Option<Silence>>,
}

/// Nobody answers.
struct Silence {
    since: Instant,
    /// Somebody tries again.
    is_tried: bool,
}

impl Hosts {
    pub(super) fn new(hosts: &[Host], secure: bool) -> Self {
        let scheme = if secure { "https" } else { "http" };
        let server = |host: &Host| Server {
            address: format!("{scheme}://{host}/"),
            host: host.clone(),
            settings: Mutex::default(),
        };
        Self {
            servers: hosts.iter().map(server).collect(),
            current: AtomicUsize::new(0),
            silence: Mutex::default(),
        }
    }

    /// Asks one of them; others where that one cannot be reached, and, unless it is to be
    /// done `once`, where it did not answer.
    pub(super) fn ask<T>(
        &self,
        once: bool,
        mut ask: impl FnMut(&Server) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        self.admit()?;
        let (began, first) = (Instant::now(), self.current.load(Ordering::Acquire));
        let mut last = StoreError::Unreachable("no host is named".into());
        for step in 0..self.servers.len() {
            let at = (first + step) % self.servers.len();
            let Some(server) = self.servers.get(at) else {
                break;
            };
            match ask(server) {
                Ok(answer) => {
                    self.answered(at);
                    return Ok(answer);
                }
                Err(Failed::Refused(error)) => {
                    self.answered(at);
                    return Err(error);
                }
                Err(Failed::Unanswered(error)) if once => {
                    last = error;
                    break;
                }
                Err(Failed::Unheard(error) | Failed::Unanswered(error)) => last = error,
            }
        }
        self.in_vain(began.elapsed());
        Err(last)
    }

    fn admit(&self) -> Result<(), StoreError> {
        match &mut *self.silence() {
            Some(silence) if silence.is_tried || silence.since.elapsed() < MOMENT => Err(
                StoreError::Unreachable("it did not answer a moment ago".into()),
            ),
            Some(silence) => {
                silence.is_tried = true;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn answered(&self, at: usize) {
        *self.silence() = None;
        self.current.store(at, Ordering::Release);
    }

    fn in_vain(&self, took: Duration) {
        let mut silence = self.silence();
        // Being refused at once costs nobody anything.
        *silence = (took >= VAIN).then(|| Silence {
            since: Instant::now(),
            is_tried: false,
        });
    }

    fn silence(&self) -> MutexGuard<'_, Option<Silence>> {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        let host = |name: &str| Host {
            name: name.into(),
            port: std::num::NonZeroU16::MIN,
        };
        Hosts::new(&[host("a"), host("b")], false)
    }

    fn lost() -> StoreError {
        StoreError::Unreachable("lost".into())
    }

    #[test]
    fn the_next_one_is_asked_where_the_first_cannot_be_reached() {
        let hosts = hosts();
        let mut asked = Vec::new();
        let answer = hosts.ask(true, |server| {
            asked.push(server.host.name.clone());
            match &*server.host.name {
                "a" => Err(Failed::Unheard(lost())),
                _ => Ok(7),
            }
        });
        assert_eq!(answer.unwrap(), 7);
        // The one that answered is asked first from now on.
        let refused = hosts.ask::<()>(false, |server| {
            asked.push(server.host.name.clone());
            Err(Failed::Refused(StoreError::Foreign))
        });
        assert!(matches!(refused, Err(StoreError::Foreign)));
        assert_eq!(asked, ["a", "b", "b"]);
    }

    #[test]
    fn what_may_be_done_already_is_repeated_only_where_it_does_no_harm() {
        for (once, most) in [(true, 1), (false, 2)] {
            let mut asked = 0;
            let answer = hosts().ask::<()>(once, |_| {
                asked += 1;
                Err(Failed::Unanswered(lost()))
            });
            assert!(answer.is_err());
            assert_eq!(asked, most);
        }
    }

    #[test]
    fn after_somebody_waited_in_vain_one_at_a_time_tries() {
        let hosts = hosts();
        let ago = Instant::now().checked_sub(MOMENT).unwrap();
        hosts.in_vain(VAIN);
        assert!(hosts.admit().is_err(), "a moment ago");
        hosts.silence().as_mut().unwrap().since = ago;
        hosts.admit().unwrap();
        assert!(hosts.admit().is_err(), "somebody tries");
        hosts.answered(0);
        hosts.admit().unwrap();
        hosts.admit().unwrap();
        hosts.in_vain(Duration::from_millis(1));
        hosts.admit().unwrap();
    }
}
