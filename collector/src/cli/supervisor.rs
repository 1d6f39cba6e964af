//! What a supervisor such as systemd is told: that the process is ready, that it lives,
//! that it stops. Without one (no `NOTIFY_SOCKET`) nobody is told anything.

use std::{sync::Arc, thread};

use sd_notify::NotifyState;

use crate::pulse::Pulse;

/// It listens; from now on it lives as long as `pulse` does.
pub(super) fn ready(pulse: &Arc<Pulse>, url: &str) {
    let status = format!("listening on {url}");
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let pulse = Arc::clone(pulse);
    // A thread of its own: it has to go on where those that serve do not. Nothing waits
    // for it, it ends with the process.
    let watchdog = thread::Builder::new().name("watchdog".into());
    let started = watchdog.spawn(move || {
        loop {
            if pulse.is_alive(limit / 2) {
                tell(&[NotifyState::Watchdog]);
            } else {
                tracing::error!("a thread that serves requests is stuck");
            }
            thread::sleep(limit / 4);
        }
    });
    if let Err(error) = started {
        tracing::error!(%error, "the watchdog could not be started");
    }
}

/// It ends.
pub(super) fn stopping(pulse: &Pulse) {
    pulse.end();
    tell(&[NotifyState::Stopping]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the supervisor could not be told");
    }
}
