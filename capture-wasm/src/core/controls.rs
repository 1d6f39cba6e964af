//! Controls of the page, and what became of a turn after one was used.

use tacit_signals::Id;

use super::Core;
use crate::{
    adapter::Control,
    detect::{rated, regenerated, stopped::StopAsked, switched, turns::Change},
    session::Now,
};

impl Core {
    /// A control with a known meaning was used; `owner` is the output it belongs to.
    pub fn control(
        &mut self,
        now: Now,
        control: Control,
        owner: Option<&Id>,
        pressed: Option<bool>,
    ) {
        match (control, owner) {
            (Control::Regenerate, Some(owner)) => self.turns.asked(now.mono, owner),
            (Control::Stop, _) => {
                for (_, output) in self.outputs.all_mut() {
                    if output.growth.is_growing() {
                        output.stop_asked = Some(StopAsked::new(now.mono));
                    }
                }
            }
            (Control::Rate(thumb), Some(owner)) => {
                if let Some(signal) = rated::signal(thumb, pressed) {
                    self.emit(now, owner, signal);
                }
            }
            (Control::Regenerate | Control::Rate(_), None) | (Control::Cancel, _) => {}
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
