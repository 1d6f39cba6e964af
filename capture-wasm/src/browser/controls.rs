//! Clicks on controls, by mouse or key, named by their accessible names.

use gloo_timers::callback::Timeout;
use tacit_signals::Id;
use web_sys::{Element, Event};

use super::{app::App, clock, object, page};
use crate::{
    adapter::{Control, classify},
    detect::Ms,
};

/// A clipboard write this soon after a click came from it.
const CLICK_MS: Ms = 1_500;

/// The last click, and ratings whose effect is not visible yet.
#[derive(Default)]
pub(super) struct Clicks {
    last: Option<(Id, Ms)>,
    rating: Option<Rating>,
}

struct Rating {
    control: Element,
    meaning: Control,
    owner: Id,
    _later: Timeout,
}

impl Clicks {
    /// The output whose control was clicked just now.
    pub(super) fn owner(&self, now: Ms) -> Option<Id> {
        let (id, at) = self.last.as_ref()?;
        (now.saturating_sub(*at) <= CLICK_MS).then(|| id.clone())
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

pub(super) fn listen(app: &'static App) {
    let listeners = &app.listeners;
    listeners.on(app, &app.document, "click", on_click);
}

fn on_click(app: &'static App, event: &Event) {
    if !event.is_trusted() {
        return;
    }
    let Some(control) = page::control_of(event) else {
        return;
    };
    let now = clock::now();
    let owner = page::id(&app.outputs.owner(&control));
    if let Some(owner) = &owner {
        app.clicks.borrow_mut().last = Some((owner.clone(), now.mono));
    }
    match (classify(&object::text(&page::name_of(&control))), owner) {
        (Some(Control::Cancel), _) => app.cancel_edit(),
        (Some(meaning @ Control::Rate(_)), Some(owner)) => rate_soon(app, control, meaning, owner),
        (Some(meaning), owner) => {
            app.core(|core| core.control(now, meaning, owner.as_ref(), None));
        }
        (None, _) => {}
    }
}

/// A toggle's new state is there only after the page's own handlers ran.
fn rate_soon(app: &'static App, control: Element, meaning: Control, owner: Id) {
    app.settle_rating();
    app.clicks.borrow_mut().rating = Some(Rating {
        control,
        meaning,
        owner,
        _later: clock::later(0, Box::new(|| app.settle_rating())),
    });
}

impl App {
    /// Tells a rating that waits for its effect; also called when the page is left.
    pub(super) fn settle_rating(&'static self) {
        let Some(rating) = self.clicks.borrow_mut().rating.take() else {
            return;
        };
        let pressed = rating.control.get_attribute("aria-pressed");
        let pressed = pressed.map(|pressed| pressed == "true");
        self.core(|core| {
            core.control(clock::now(), rating.meaning, Some(&rating.owner), pressed);
        });
    }
}
