//! Clicks on controls, by mouse or key: which control it was, whose, and how it
//! looked before and after.

use tacit_signals::Id;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::{
    app::App,
    clock,
    host::Hint,
    listen,
    object::{self, whole},
    page, scan,
};
use crate::{
    adapter::Control,
    core::Used,
    detect::{Ms, rated::Click},
};

/// A clipboard write this soon after a click came from it.
const CLICK_MS: Ms = 1_500;

/// A menu is part of the output that it was opened from, for this long.
const MENU_MS: Ms = 30_000;

/// What a page shows after a click is there by then.
const EFFECT_MS: Ms = 300;

/// And after a stream was ended.
const STOP_MS: Ms = 1_000;

/// The last click, and the control whose effect is not visible yet.
#[derive(Default)]
pub(super) struct Clicks {
    last: Option<(Id, Ms)>,
    waiting: Option<Waiting>,
}

struct Waiting {
    element: Element,
    at: Ms,
    before: String,
    what: What,
    _later: clock::Timer,
}

enum What {
    /// An act upon an output.
    Act {
        owner: Id,
        control: Control,
        star: Option<(u32, u32)>,
        /// What was pressed, where it was no click.
        key: Option<Event>,
    },
    /// It may be a stop control.
    Stop,
}

impl Clicks {
    /// The output whose control was clicked just now, and when.
    pub(super) fn just_now(&self, now: Ms) -> Option<(Id, Ms)> {
        self.last_since(now, CLICK_MS)
    }

    fn last_since(&self, now: Ms, ms: Ms) -> Option<(Id, Ms)> {
        let (_, at) = self.last.as_ref()?;
        (now.saturating_sub(*at) <= ms).then(|| self.last.clone())?
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

pub(super) fn listen(app: &'static App) {
    let [act, key] = [listen::What::Act, listen::What::Key].map(|what| app.hearing(what));
    app.outputs.acts(&act, &key);
}

pub(super) fn on_act(app: &'static App, event: &Event, is_key: bool) {
    let now = clock::now();
    let Some(used) = app.outputs.used(event) else {
        if !is_key {
            app.core(|core| core.clicked(now, None, None));
        }
        return;
    };
    app.settle_act();
    let element: Element = used.get(0).unchecked_into();
    let control = whole(&used.get(1)).and_then(Control::at);
    let is_lone = is_key || control == Some(Control::Regenerate);
    let owner = owner(app, &element, is_lone, now.mono);
    if let (Some(Control::Regenerate), Some(owner)) = (control, &owner) {
        scan::settle(app, owner);
    }
    app.clicks.borrow_mut().last = owner.clone().map(|owner| (owner, now.mono));
    if control == Some(Control::Cancel) {
        app.host.tell(Hint::Cancelled);
    }
    let may_stop = app.core(|core| core.clicked(now, control, owner.as_ref())) == Some(true);
    let (what, wait) = match (control, owner) {
        (Some(control), Some(owner)) if control.is_act() => {
            let star = whole(&used.get(3)).zip(whole(&used.get(4)));
            let act = What::Act {
                owner,
                control,
                star,
                key: is_key.then(|| event.clone()),
            };
            (act, EFFECT_MS)
        }
        _ if may_stop && page::may_stop(&element) => (What::Stop, STOP_MS),
        _ => return,
    };
    app.clicks.borrow_mut().waiting = Some(Waiting {
        before: object::text(&used.get(2)),
        element,
        at: now.mono,
        what,
        _later: app.later(wait, listen::What::Effect),
    });
}

/// The output a control belongs to. A menu hangs anywhere in the page; a shortcut
/// and a control for another answer may stand alone, and are about the last one.
fn owner(app: &'static App, element: &Element, is_lone: bool, now: Ms) -> Option<Id> {
    let mut owner = page::id(&app.outputs.owner(element));
    // An answer may be there that no pass has seen.
    if owner.is_none() && scan::catch_up(app) {
        owner = page::id(&app.outputs.owner(element));
    }
    if owner.is_some() {
        return owner;
    }
    if page::is_in_menu(element) {
        let opened = app.clicks.borrow().last_since(now, MENU_MS);
        return opened.map(|(owner, _)| owner);
    }
    is_lone.then(|| app.scan.latest())?
}

impl App {
    /// Looks at what the last control did; also when the page is left.
    pub(super) fn settle_act(&'static self) {
        let Some(waiting) = self.clicks.borrow_mut().waiting.take() else {
            return;
        };
        let after = object::text(&page::state_of(&waiting.element));
        let now = clock::now();
        match waiting.what {
            What::Stop if after != waiting.before => {
                self.core(|core| core.stops(now));
            }
            What::Stop => {}
            What::Act {
                owner,
                control,
                star,
                key,
            } => {
                // A key is one if the page took it, or the output went away by it.
                let is_taken = |key: &Event| key.default_prevented() || !self.scan.holds(&owner);
                if !key.as_ref().is_none_or(is_taken) {
                    return;
                }
                let via = if key.is_some() { "key" } else { "button" };
                let used = Used {
                    at: waiting.at,
                    owner: &owner,
                    via,
                    click: Click {
                        control,
                        star,
                        before: &waiting.before,
                        after: &after,
                    },
                };
                self.core(|core| core.used(now, &used));
            }
        }
    }
}
