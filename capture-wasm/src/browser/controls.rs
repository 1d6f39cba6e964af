//! Clicks on controls, by mouse or key, named by their accessible names.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use tacit_signals::Id;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::{app::App, clock, page};
use crate::{
    adapter::{Control, classify},
    detect::Ms,
};

/// What a person clicks on; leaves only, so that text in a clickable message is none.
const CONTROLS: &str = "button,[role=button],[role=menuitem],[role=radio],a[role]";

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

pub(super) fn listen(app: &Rc<App>) {
    let Some(document) = page::document() else {
        return;
    };
    let clicked = app.clone();
    app.listeners.borrow_mut().on(
        &document,
        "click",
        Box::new(move |event| on_click(&clicked, event)),
    );
}

fn on_click(app: &Rc<App>, event: &Event) {
    if !event.is_trusted() {
        return;
    }
    let Some(target) = target(event) else { return };
    let Some(control) = target.closest(CONTROLS).ok().flatten() else {
        return;
    };
    let now = clock::now();
    let owner = app.scan.owner_of(&control);
    if let Some(owner) = &owner {
        app.clicks.borrow_mut().last = Some((owner.clone(), now.mono));
    }
    match (classify(&name(&control)), owner) {
        (Some(Control::Cancel), _) => app.cancel_edit(),
        (Some(meaning @ Control::Rate(_)), Some(owner)) => rate_soon(app, control, meaning, owner),
        (Some(meaning), owner) => {
            app.core(|core| core.control(now, meaning, owner.as_ref(), None));
        }
        (None, _) => {}
    }
}

/// A toggle's new state is there only after the page's own handlers ran.
fn rate_soon(app: &Rc<App>, control: Element, meaning: Control, owner: Id) {
    app.settle_rating();
    let later = app.clone();
    app.clicks.borrow_mut().rating = Some(Rating {
        control,
        meaning,
        owner,
        _later: clock::later(0, Box::new(move || later.settle_rating())),
    });
}

impl App {
    /// Tells a rating that waits for its effect; also called when the page is left.
    pub(super) fn settle_rating(self: &Rc<Self>) {
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

/// Where the event really happened, also inside open shadow roots.
pub(super) fn target(event: &Event) -> Option<Element> {
    event.composed_path().get(0).dyn_into().ok()
}

/// The accessible name, by the strongest sources of the computation (WAI-ARIA
/// accname 1.2): `aria-label`, own text, `title`.
fn name(control: &Element) -> String {
    let attribute = |name| {
        control
            .get_attribute(name)
            .filter(|text| !text.trim().is_empty())
    };
    attribute("aria-label")
        .or_else(|| {
            control
                .text_content()
                .filter(|text| !text.trim().is_empty())
        })
        .or_else(|| attribute("title"))
        .unwrap_or_default()
}
