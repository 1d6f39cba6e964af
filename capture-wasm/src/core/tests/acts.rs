//! Acts upon outputs, through the whole core.

use tacit_signals::signal::CopyVia;

use super::*;
use crate::detect::rated::Click;

impl Page {
    fn click(&mut self, control: Option<Control>, owner: Option<&str>) -> bool {
        let owner = owner.map(id);
        self.core.clicked(self.now, control, owner.as_ref())
    }

    /// A control of `owner` is used, and what it did is looked at.
    fn used(&mut self, owner: &str, control: Control, looks: [&str; 2]) {
        let at = self.now.mono;
        self.wait(300);
        self.core.used(
            self.now,
            &Used {
                at,
                owner: &id(owner),
                via: "button",
                click: Click {
                    control,
                    star: None,
                    before: looks[0],
                    after: looks[1],
                },
            },
        );
    }

    fn look(&mut self, seen: &[(&str, u32, u32, &str)]) {
        let mut sightings = Vec::new();
        for (name, turn, variant, text) in seen {
            sightings.push(sighting(name, *turn, *variant, text));
        }
        self.core.look(self.now, self.now.mono, &sightings);
    }

    /// An answer begins to stream, and is clicked on half a second later.
    fn stream(&mut self) {
        self.look(&[("a1", 1, 0, "")]);
        self.wait(500);
        self.look(&[("a1", 1, 0, "The sky")]);
        self.wait(100);
    }

    /// It ends where it is.
    fn rest(&mut self) {
        self.wait(900);
        self.look(&[("a1", 1, 0, "The sky")]);
        let reading = Reading {
            text: "The sky".into(),
            code: Vec::new(),
        };
        self.core.settled(self.now, &id("a1"), reading);
    }
}

fn signals(page: &mut Page, kind: &str) -> Vec<Signal> {
    let heard = page.core.take_heard().into_iter();
    let of = |event: Rc<Event>| (event.signal.name() == kind).then(|| event.signal.clone());
    heard.filter_map(of).collect()
}

#[test]
fn a_stop_control_tells_by_its_name() {
    let mut page = Page::new("off");
    page.stream();
    assert!(
        !page.click(Some(Control::Stop), None),
        "nothing is left to ask"
    );
    page.rest();
    let stopped = Signal::Stopped {
        after_ms: 600,
        chars: 7,
    };
    assert_eq!(signals(&mut page, "stopped"), [stopped]);
    page.click(Some(Control::Stop), None);
    page.core.stops(page.now);
    assert_eq!(page.heard(), [], "nothing streams");
}

#[test]
fn a_nameless_one_by_what_became_of_it() {
    let mut page = Page::new("off");
    page.stream();
    assert!(page.click(None, None));
    page.rest();
    assert_eq!(signals(&mut page, "stopped"), []);
    page.core.stops(page.now);
    assert_eq!(signals(&mut page, "stopped").len(), 1);
    for (control, owner) in [(Some(Control::Share), None), (None, Some("a1"))] {
        let mut page = Page::new("off");
        page.stream();
        assert!(!page.click(control, owner), "{control:?} {owner:?}");
    }
}

#[test]
fn an_older_answer_that_changes_is_not_what_is_stopped() {
    let mut page = Page::new("off");
    page.stream();
    page.rest();
    let both = [("a1", 1, 0, "The sky. Why?"), ("a2", 2, 0, "It")];
    page.look(&both);
    page.click(Some(Control::Stop), None);
    page.wait(900);
    page.look(&both);
    for (name, _, _, text) in both {
        let reading = Reading {
            text: text.into(),
            code: Vec::new(),
        };
        page.core.settled(page.now, &id(name), reading);
    }
    let heard = page.heard().into_iter();
    let stopped: Vec<_> = heard.filter(|(_, kind)| *kind == "stopped").collect();
    assert_eq!(stopped, said(&[("a2", "stopped")]));
}

/// A page that is looked at so seldom that the next question was sent, at `sent_at` of
/// the answer's time, and is answered before the end of the answer was seen; and whose
/// only button is pressed at `pressed_at`. Which answers it stopped.
fn stopped_by_one_button(sent_at: u64, pressed_at: u64, control: Option<Control>) -> Vec<String> {
    let mut page = Page::new("off");
    page.core.busy(true);
    page.stream();
    let began = page.now.mono;
    page.wait(sent_at);
    if pressed_at <= sent_at {
        page.click(control, None);
    }
    let sent = page.now.mono;
    page.wait(700);
    let old = ("a1", 1, 0, "The sky is blue.");
    page.core
        .prompted(page.now, sent, Some(&id("a1")), "And then?");
    page.look(&[old]);
    page.wait(300);
    // The button shows again that an answer is given.
    page.core.busy(true);
    page.look(&[old, ("a2", 2, 0, "")]);
    page.wait(500);
    page.look(&[old, ("a2", 2, 0, "It")]);
    if pressed_at > sent_at {
        page.wait(pressed_at.saturating_sub(page.now.mono - began));
        page.click(control, None);
    }
    page.wait(100);
    page.core.busy(false);
    page.wait(900);
    page.core.stops(page.now);
    page.look(&[old, ("a2", 2, 0, "It")]);
    for (name, _, _, text) in [old, ("a2", 2, 0, "It")] {
        let reading = Reading {
            text: text.into(),
            code: Vec::new(),
        };
        page.core.settled(page.now, &id(name), reading);
    }
    let heard = page.heard().into_iter();
    heard
        .filter_map(|(output, kind)| (kind == "stopped").then_some(output))
        .collect()
}

#[test]
fn one_button_that_sends_and_stops() {
    for control in [Some(Control::Stop), None] {
        let sends = stopped_by_one_button(2_000, 2_000, control);
        assert_eq!(sends, [""; 0], "{control:?}: it sent the question");
        let stops = stopped_by_one_button(2_000, 4_000, control);
        assert_eq!(stops, ["a2"], "{control:?}: only the newer is stopped");
    }
}

#[test]
fn an_answer_that_was_stopped_before_the_next_question_was() {
    let mut page = Page::new("off");
    page.stream();
    page.click(Some(Control::Stop), None);
    page.wait(400);
    page.core
        .prompted(page.now, page.now.mono, Some(&id("a1")), "Shorter.");
    page.rest();
    assert_eq!(signals(&mut page, "stopped").len(), 1);
}

#[test]
fn what_is_busy_is_the_answer_to_the_last_question() {
    let mut page = Page::new("off");
    page.stream();
    page.core.busy(true);
    page.wait(2_000);
    page.look(&[("a1", 1, 0, "The sky")]);
    assert!(page.core.is_growing(&id("a1")), "its tools are called");
    page.core
        .prompted(page.now, page.now.mono, Some(&id("a1")), "And then?");
    page.look(&[("a1", 1, 0, "The sky")]);
    assert!(!page.core.is_growing(&id("a1")), "it is over");
}

#[test]
fn stop_and_then_regenerate() {
    let mut page = Page::new("off");
    page.stream();
    page.click(Some(Control::Stop), None);
    page.rest();
    page.wait(2_000);
    page.click(Some(Control::Regenerate), Some("a1"));
    page.look(&[]);
    page.wait(500);
    page.look(&[("a2", 1, 1, "It")]);
    assert_eq!(
        page.heard(),
        said(&[("a1", "shown"), ("a1", "stopped"), ("a1", "regenerated")])
    );
}

#[test]
fn another_answer_is_waited_for_through_a_menu_and_no_longer_after_a_prompt() {
    for (prompted, expected) in [(false, 1), (true, 0)] {
        let mut page = Page::new("off");
        let answer = |name: &str, turn| Sighting {
            present: Present {
                conversation: None,
                turn,
                ..sighting(name, 0, 0, "").present
            },
            ..sighting(name, 0, 0, "An answer")
        };
        page.core.look(page.now, 0, &[answer("a1", None)]);
        page.click(Some(Control::Regenerate), Some("a1"));
        page.wait(1_000);
        page.click(None, Some("a1"));
        page.wait(1_000);
        page.click(Some(Control::Edit), None);
        if prompted {
            page.core
                .prompted(page.now, page.now.mono, None, "And now?");
        }
        page.wait(1_000);
        page.core.look(page.now, 0, &[answer("a2", None)]);
        assert_eq!(signals(&mut page, "regenerated").len(), expected);
    }
}

#[test]
fn a_nameless_click_is_a_regeneration_only_if_a_new_answer_takes_the_place() {
    type Then = fn(&mut Page);
    let thens: [(Then, usize); 4] = [
        (|_| {}, 1),
        (
            |page| {
                page.core
                    .copied_text(page.now, None, Trace::Write, "copied")
            },
            0,
        ),
        (
            |page| {
                page.core
                    .prompted(page.now, page.now.mono, None, "And now?")
            },
            0,
        ),
        (
            |page| {
                page.click(None, None);
            },
            0,
        ),
    ];
    for (number, (then, expected)) in thens.into_iter().enumerate() {
        let mut page = Page::new("off");
        let nameless = |name: &str| Sighting {
            present: Present {
                id: id(name),
                conversation: None,
                turn: None,
                held_before: None,
            },
            ..sighting(name, 0, 0, "An answer")
        };
        page.core.look(page.now, 0, &[nameless("a1")]);
        page.click(None, Some("a1"));
        then(&mut page);
        page.core
            .look(page.now, 0, &[nameless("a1"), nameless("toast")]);
        page.core.look(page.now, 0, &[nameless("a2")]);
        assert_eq!(
            signals(&mut page, "regenerated").len(),
            expected,
            "{number}"
        );
    }
}

#[test]
fn a_variant_from_before_this_visit_was_switched_to() {
    let mut page = Page::new("off");
    page.look(&[("a2", 1, 1, "The second answer")]);
    page.click(Some(Control::Previous), Some("a2"));
    page.wait(200);
    page.look(&[("a1", 1, 0, "The first answer")]);
    assert_eq!(page.heard(), said(&[("a2", "switched")]));
    page.click(Some(Control::Next), Some("a1"));
    page.wait(200);
    page.look(&[("a2", 1, 1, "The second answer")]);
    assert_eq!(page.heard(), said(&[("a1", "switched")]));
}

#[test]
fn ratings_and_acts_belong_to_a_known_output() {
    let mut page = Page::new("off");
    page.used("a1", Control::Up, ["-", "+"]);
    page.show("a1", 1, 0);
    page.heard();
    page.used("a1", Control::Down, ["-", "+"]);
    page.used("a1", Control::Accept, ["?", "?"]);
    page.used("a1", Control::Share, ["?", "?"]);
    page.used("a1", Control::Edit, ["?", "?"]);
    assert_eq!(
        page.heard(),
        said(&[("a1", "rated"), ("a1", "accepted"), ("a1", "shared")])
    );
}

#[test]
fn what_the_page_says_itself_is_not_said_twice() {
    let mut page = Page::new("off");
    page.show("a1", 1, 0);
    page.heard();
    let by_page = Signal::Accepted(tacit_signals::signal::Act {
        via: "insert".into(),
    });
    let at = page.now.mono;
    page.core.told(page.now, &id("a1"), by_page.clone());
    page.wait(300);
    let used = Used {
        at,
        owner: &id("a1"),
        via: "button",
        click: Click {
            control: Control::Accept,
            star: None,
            before: "?",
            after: "?",
        },
    };
    page.core.used(page.now, &used);
    assert_eq!(signals(&mut page, "accepted"), [by_page]);
}

#[test]
fn a_share_control_that_copies_is_a_copy() {
    let mut page = Page::new("off");
    page.show("a1", 1, 0);
    page.heard();
    let at = page.now.mono;
    page.core
        .copied_text(page.now, Some((&id("a1"), at)), Trace::Write, ANSWER);
    page.wait(300);
    let used = Used {
        at,
        owner: &id("a1"),
        via: "button",
        click: Click {
            control: Control::Share,
            star: None,
            before: "?",
            after: "?",
        },
    };
    page.core.used(page.now, &used);
    assert_eq!(page.heard(), said(&[("a1", "copied")]));
}

#[test]
fn select_copy_and_paste() {
    let mut page = Page::new("off");
    page.show("a1", 1, 0);
    page.heard();
    page.core.selected(page.now, &id("a1"), "The sky");
    page.core.selected(page.now, &id("a1"), "sky");
    page.core.selected(page.now, &id("b1"), "sky");
    page.core.copied_selection(page.now, &id("a1"), "The sky");
    page.core.pasted(page.now, "a sky");
    page.core.pasted(page.now, "The sky\n");
    page.core
        .pasted(page.now, "today because short waves scatter more");
    let heard = page.core.take_heard();
    let kinds: Vec<_> = heard.iter().map(|event| event.signal.name()).collect();
    assert_eq!(kinds, ["selected", "copied", "pasted", "pasted"]);
    let Signal::Pasted(span) = heard[2].signal else {
        panic!("{heard:?}")
    };
    assert_eq!((span.chars, span.share.thousandths()), (7, 105));
}

#[test]
fn text_copied_out_of_a_field_is_a_selection() {
    let mut page = Page::new("off");
    page.show("a1", 1, 0);
    page.heard();
    page.core.copied_text(page.now, None, Trace::Event, ANSWER);
    let heard = signals(&mut page, "copied");
    assert!(matches!(
        heard[..],
        [Signal::Copied {
            via: CopyVia::Selection,
            ..
        }]
    ));
}
