//! Controls of the page, and what became of a turn after one was used.

use tacit_signals::Id;

use super::Core;
use crate::{
    adapter::Control,
    detect::{
        Ms, accepted,
        copied::OneAct,
        rated::{Click, Rated},
        regenerated,
        selected::Largest,
        stopped::StopAsked,
        switched,
        turns::{Asked, Change},
    },
    session::Now,
};

/// What a person did with an output so far, as far as the next act needs it.
#[derive(Debug, Clone, Default)]
pub(super) struct Acts {
    pub(super) selected: Largest,
    pub(super) copied: OneAct,
    pub(super) rated: Rated,
    pub(super) told: accepted::Told,
}

/// A control that was used, after its effect could show.
#[derive(Debug, Clone, Copy)]
pub struct Used<'a> {
    /// When.
    pub at: Ms,
    /// The output it belongs to.
    pub owner: &'a Id,
    /// `button` or `key`.
    pub via: &'a str,
    /// What it says, and how it looked before and after.
    pub click: Click<'a>,
}

impl Core {
    /// A control was clicked, and what it does at once; `control` where its names
    /// told, `owner` the output it belongs to. What is known by a later effect is
    /// for [`Core::used`]. Whether it may be a stop control all the same: then
    /// [`Core::stops`] is to be told when it turned out to be one.
    pub fn clicked(&mut self, now: Now, control: Option<Control>, owner: Option<&Id>) -> bool {
        let asked = match control {
            Some(Control::Regenerate) => Asked::Another,
            Some(Control::Previous | Control::Next) => Asked::Switch,
            None => Asked::Perhaps,
            _ => Asked::Nothing,
        };
        self.turns.asked(now.mono, asked, owner);
        let is_sure = control == Some(Control::Stop);
        if !is_sure && (owner.is_some() || !matches!(control, None | Some(Control::Cancel))) {
            return false;
        }
        let mut may_stop = false;
        // An older answer also changes when a form opens in it; what is stopped is the new one.
        let mut all = self.outputs.all_mut().iter();
        let is_new = all.any(|(_, output)| output.growth.is_growing() && !output.shown);
        for (_, output) in self.outputs.all_mut() {
            let known = output.stop_asked.as_ref().is_some_and(StopAsked::is_sure);
            let is_older = output.followed_at < now.mono || (is_new && output.shown);
            if output.growth.is_growing() && !is_older && (is_sure || !known) {
                output.stop_asked = Some(StopAsked::new(now.mono, is_sure));
                may_stop = !is_sure;
            }
        }
        may_stop
    }

    /// The control of which [`Core::clicked`] was not sure changed as one that
    /// stops does.
    pub fn stops(&mut self, now: Now) {
        let mut told = Vec::new();
        for (id, output) in self.outputs.all_mut() {
            let stop = output.stop_asked.as_mut();
            if let Some(signal) = stop.and_then(StopAsked::confirmed) {
                told.push((id.clone(), signal));
            }
        }
        self.emit_all(now, told);
    }

    /// A control of an output was used that rates, accepts, shares and the like.
    pub fn used(&mut self, now: Now, used: &Used<'_>) {
        let Some(output) = self.outputs.get_mut(used.owner) else {
            return;
        };
        let acts = &mut output.acts;
        let named = accepted::signal(used.click.control, used.via);
        // What put the answer on the clipboard copied it, whatever it is called.
        let named = named.filter(|_| !acts.copied.since(used.at));
        let Some(signal) = named.or_else(|| acts.rated.clicked(&used.click)) else {
            return;
        };
        let is_told = |kind| acts.told.since(used.at, kind);
        if !signal.kind().is_some_and(is_told) {
            self.emit(now, used.owner, signal);
        }
    }

    pub(super) fn turn_changed(&mut self, now: Now, change: Change) {
        match change {
            Change::Replaced {
                old,
                new,
                asked_at,
                variants,
            } => {
                self.tell_dwell(now, &old);
                let ended_at = self.outputs.get(&old).map(|o| o.growth.last_change_at());
                if let Some(output) = self.outputs.get_mut(&new) {
                    output.replaces = Some(old.clone());
                }
                let ended_at = ended_at.unwrap_or(now.mono);
                let signal = regenerated::signal(ended_at, asked_at, now.mono, variants);
                self.emit(now, &old, signal);
            }
            Change::Returned { from, to } => {
                self.tell_dwell(now, &from);
                self.emit(now, &from, switched::signal(from.clone(), to));
            }
        }
    }
}
