//! What the page tells, by one way in: [`capture_event`](super::capture_event) with
//! the number of what is told. A closure for each would be a fiftieth of the module.

use js_sys::Function;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Event, EventTarget};

use super::{app::App, clock, controls, copies, object, prompts, scan, view};

#[wasm_bindgen(module = "/js/attach.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = listen)]
    fn attach(target: &EventTarget, event: &str, listener: &Function) -> Result<(), JsValue>;
    pub(super) fn detach();
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    // By events that no script made.
    Visibility,
    PageHide,
    PageShow,
    Focus,
    Online,
    Menu,
    Press,
    Input,
    Prompt,
    Copy,
    Paste,
    Act,
    Key,
    // By observers, patches and answers.
    Rested,
    Wrote,
    Changed,
    Seen,
    Answered,
    // By timers.
    Pass,
    Slice,
    Tick,
    Send,
    CopyTold,
    Effect,
    Visitor,
}

/// In their order.
const ALL: [What; 25] = [
    What::Visibility,
    What::PageHide,
    What::PageShow,
    What::Focus,
    What::Online,
    What::Menu,
    What::Press,
    What::Input,
    What::Prompt,
    What::Copy,
    What::Paste,
    What::Act,
    What::Key,
    What::Rested,
    What::Wrote,
    What::Changed,
    What::Seen,
    What::Answered,
    What::Pass,
    What::Slice,
    What::Tick,
    What::Send,
    What::CopyTold,
    What::Effect,
    What::Visitor,
];

/// The numbers that [`App::hearing`] was given besides.
pub(super) type More = (u32, usize, usize);

impl App {
    /// A guarded JavaScript function that tells `what`.
    pub(super) fn hearing(&self, what: What) -> Function {
        self.host.hearing(what as u8, 0, 0, 0)
    }

    /// Listens in the capture phase, before the page can stop the event.
    pub(super) fn on(&self, target: &EventTarget, event: &str, what: What) {
        // A target that refuses is one that tells nothing.
        let _ = attach(target, event, &self.hearing(what));
    }

    /// What is told arrives here.
    pub(super) fn hear(&'static self, what: u8, value: &JsValue, more: More) {
        let Some(what) = ALL.get(usize::from(what)) else {
            return;
        };
        let event: &Event = value.unchecked_ref();
        let is_event = (*what as u8) < What::Rested as u8;
        if is_event && !event.is_trusted() {
            return;
        }
        match what {
            What::Visibility if !self.is_visible() => self.depart(),
            What::PageHide => {
                scan::settle_guesses(self);
                self.depart();
            }
            What::Visibility | What::PageShow => {
                if self.is_visible() {
                    self.come_back();
                }
            }
            What::Focus => self.look_at_focus(),
            What::Online => self.online(),
            What::Menu => self.pressed(true),
            What::Press => {
                self.pressed(false);
                self.input();
            }
            What::Input => self.input(),
            What::Prompt => prompts::on_event(self, event),
            What::Copy => copies::on_copy(self, event),
            What::Paste => copies::on_paste(self, event),
            What::Act => controls::on_act(self, event, false),
            What::Key => controls::on_act(self, event, true),
            What::Rested => copies::rested(self),
            What::Wrote => copies::wrote(self, &object::text(value)),
            What::Changed => scan::changed(self),
            What::Seen => view::seen(self, value, more),
            What::Answered => self.heard_answer(value.unchecked_ref(), more),
            What::Pass => scan::due(self),
            What::Slice => scan::read_next(self),
            What::Tick => self.tick(),
            What::Send => self.send_soon(),
            What::CopyTold => copies::tell_copy(self),
            What::Effect => self.settle_act(),
            What::Visitor => self.know_visitor(),
        }
    }

    /// Tells `what` in `wait_ms`, unless the timer is dropped before.
    pub(super) fn later(&self, wait_ms: u64, what: What) -> clock::Timer {
        clock::later(wait_ms, &self.hearing(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_at_its_number() {
        for (place, what) in ALL.iter().enumerate() {
            assert_eq!(usize::from(*what as u8), place);
        }
    }
}
