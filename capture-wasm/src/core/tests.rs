use tacit_signals::{Event, Id, SessionId, Share, Signal, codec::Header, signal::ContentRole};

use super::*;
use crate::{
    adapter::Control,
    config::Content,
    detect::{copied::Trace, turns::Present},
    texts::{Texts, Told},
};

mod acts;
mod memory;
mod prompts;

const ANSWER: &str = "The sky is blue today because short waves scatter more than long ones.";

/// The core and the module for texts, as the shells put them together.
struct Page {
    core: Core,
    texts: Texts,
    now: Now,
}

fn id(name: &str) -> Id {
    Id::parse("output", name).unwrap()
}

fn sighting(name: &str, turn: u32, variant: u32, text: &str) -> Sighting {
    Sighting {
        present: Present {
            id: id(name),
            conversation: Some(id("c-1")),
            turn: Some(turn),
            held_before: None,
        },
        variant: Some(variant),
        token: Some("t".into()),
        glance: Some(text.into()),
        is_guess: false,
        age: 0,
        still: 0,
    }
}

/// A core of a page that was just opened, and the moment.
pub(super) fn started(content: Content, sketch: bool) -> (Core, Now) {
    let config = Config {
        content,
        sketch,
        sample: Share::ONE,
        flush_after_ms: 10_000,
    };
    let now = Now {
        wall: 1_763_890_000_000,
        mono: 1_000,
    };
    let header = Header {
        key: "pk_x".into(),
        session: SessionId([1; 16]),
        subject: None,
        sample: config.sample,
        automated: false,
        lang: String::new(),
        device: String::new(),
        surface: String::new(),
        sdk: String::new(),
    };
    let session = Session::new(now, config.sample, 0);
    let outbox = Outbox::new(header.encode(), config.flush_after_ms, 0);
    let dwell = Dwell::new(now.mono, true, true);
    (Core::new(config, session, outbox, dwell), now)
}

impl Page {
    fn new(content: &str) -> Self {
        let content = match content {
            "off" => Content::Off,
            "edits" => Content::Edits,
            _ => Content::Full,
        };
        let (core, now) = started(content, false);
        let texts = Texts::new(content);
        Self { core, texts, now }
    }

    /// An editor comes into use; whether it is followed.
    fn open(&mut self, editor: u32, text: &str) -> bool {
        let known = self.core.known();
        let is_followed = self.texts.editor_opened(&known, editor, None, text);
        assert!(!is_followed || self.core.is_seed(text));
        is_followed
    }

    /// A followed editor is changed.
    fn edit(&mut self, editor: u32, text: &str, is_final: bool) {
        let known = self.core.known();
        let redacted = |text: &str| text.replace("red", "[x]");
        let change = (editor, text, is_final);
        let told = self
            .texts
            .editor_changed(self.now.wall, &known, change, redacted);
        self.found(told);
    }

    fn found(&mut self, told: Vec<Told>) {
        for told in told {
            self.core
                .found(self.now, &told.output, told.token, told.signal);
        }
    }

    fn wait(&mut self, ms: u64) {
        self.now.wall += ms;
        self.now.mono += ms;
    }

    /// The answer appears, rests, is read.
    fn show(&mut self, name: &str, turn: u32, variant: u32) {
        for text in ["", ANSWER] {
            let seen = [sighting(name, turn, variant, text)];
            assert_eq!(
                self.core.look(self.now, self.now.mono, &seen),
                Vec::<usize>::new()
            );
            self.wait(400);
        }
        self.wait(500);
        let seen = [sighting(name, turn, variant, ANSWER)];
        let to_read = self.core.look(self.now, self.now.mono, &seen);
        assert_eq!(to_read, [0]);
        let reading = Reading {
            text: ANSWER.into(),
            code: Vec::new(),
        };
        self.core.settled(self.now, &id(name), reading);
    }

    fn heard(&mut self) -> Vec<(String, String)> {
        let name = |event: Rc<Event>| (event.output.to_string(), event.signal.name().to_owned());
        self.core.take_heard().into_iter().map(name).collect()
    }
}

fn said(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(output, kind): &(&str, &str)| ((*output).to_owned(), (*kind).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn an_answer_is_shown_once_with_its_chain() {
    let mut page = Page::new("off");
    page.show("a1", 3, 0);
    let heard = page.core.take_heard();
    let Signal::Shown(shown) = &heard[0].signal else {
        panic!("{heard:?}")
    };
    assert_eq!((shown.turn, shown.variant), (Some(3), Some(0)));
    assert_eq!(shown.conversation, Some(id("c-1")));
    assert_eq!((shown.chars, shown.words, shown.stream_ms), (70, 13, 400));
    assert!(shown.sketch.is_empty());
    assert_eq!(heard[0].token.as_deref(), Some("t"));
    page.wait(5_000);
    let seen = [sighting("a1", 3, 0, ANSWER)];
    page.core.look(page.now, page.now.mono, &seen);
    assert_eq!(page.heard(), []);
}

#[test]
fn the_next_look_is_due_when_a_text_has_come_to_rest() {
    let mut page = Page::new("off");
    let mut next = |wait, text: &str, is_busy| {
        page.wait(wait);
        page.core.busy(is_busy);
        page.core
            .look(page.now, page.now.mono, &[sighting("a1", 0, 0, text)]);
        page.core.rests_at()
    };
    assert_eq!(next(0, "", false), 0, "new");
    assert_eq!(next(150, "", false), 0, "blank");
    assert_eq!(next(150, ANSWER, true), 0, "the page may say more");
    assert_eq!(next(150, ANSWER, false), 1_300 + 850);
    assert_eq!(next(850, ANSWER, false), Ms::MAX, "at rest");
    assert_eq!(next(0, "Another.", false), 2_300 + 850);
}

#[test]
fn regenerate_then_switch_back() {
    let mut page = Page::new("off");
    page.show("a1", 1, 0);
    page.core.in_view(page.now, &id("a1"), true, Share::ONE);
    page.wait(4_000);
    let regenerate = Some(Control::Regenerate);
    page.core.clicked(page.now, regenerate, Some(&id("a1")));
    page.core.look(page.now, page.now.mono, &[]);
    page.wait(500);
    page.heard();
    page.show("a2", 1, 1);
    let heard = page.core.take_heard();
    let kinds: Vec<_> = heard
        .iter()
        .map(|e| (e.output.as_str(), e.signal.name()))
        .collect();
    assert_eq!(
        kinds,
        [("a1", "dwell"), ("a1", "regenerated"), ("a2", "shown")]
    );
    let Signal::Regenerated { after_ms, ordinal } = heard[1].signal else {
        panic!()
    };
    assert_eq!(
        (after_ms, ordinal),
        (4_900, 1),
        "900 ms of rest and 4 s of reading"
    );
    let Signal::Shown(shown) = &heard[2].signal else {
        panic!()
    };
    assert_eq!(shown.replaces, Some(id("a1")));
    let seen = [sighting("a1", 1, 0, ANSWER)];
    page.core.look(page.now, page.now.mono, &seen);
    assert_eq!(
        page.heard(),
        said(&[("a1", "dwell"), ("a2", "switched")][1..])
    );
}

#[test]
fn a_copy_is_one_signal_whichever_way_it_shows_up() {
    let mut page = Page::new("off");
    page.show("a1", 1, 0);
    page.heard();
    page.core
        .copied_text(page.now, Some((&id("a1"), 0)), Trace::Write, ANSWER);
    page.core.copied_selection(page.now, &id("a1"), ANSWER);
    assert_eq!(page.heard(), said(&[("a1", "copied")]));
    page.wait(1_000);
    page.core
        .copied_text(page.now, None, Trace::Write, "https://example.org");
    assert_eq!(page.heard(), []);
    page.core.copied_text(
        page.now,
        None,
        Trace::Write,
        "The sky is blue today because",
    );
    assert_eq!(
        page.heard(),
        said(&[("a1", "copied")]),
        "found without an owner"
    );
}

#[test]
fn a_copy_before_the_text_settled_counts() {
    let mut page = Page::new("off");
    let seen = [sighting("a1", 1, 0, ANSWER)];
    page.core.look(page.now, page.now.mono, &seen);
    page.core.copied_text(page.now, None, Trace::Write, ANSWER);
    assert_eq!(page.heard(), [], "nothing is known of its text yet");
    let reading = Reading {
        text: ANSWER.into(),
        code: Vec::new(),
    };
    page.core.read_early(&id("a1"), reading);
    page.core.copied_text(page.now, None, Trace::Write, ANSWER);
    assert_eq!(page.heard(), said(&[("a1", "copied")]));
}

#[test]
fn two_answers_in_one_document_are_edited_apart() {
    let mut page = Page::new("off");
    page.show("a1", 1, 0);
    let other = "A hash map gives you constant-time look-ups, at the price of memory.";
    let seen = [sighting("b1", 2, 0, other)];
    page.core.look(page.now, page.now.mono, &seen);
    let reading = Reading {
        text: other.into(),
        code: Vec::new(),
    };
    page.core.read_early(&id("b1"), reading);
    page.heard();
    let document = format!("{ANSWER}\n\n{other}");
    assert!(page.open(1, &document));
    let edited = document.replace("constant-time", "quick");
    page.edit(1, &edited, true);
    assert_eq!(page.heard(), said(&[("b1", "edited")]));
    let edited = edited.replace("blue", "red");
    page.edit(1, &edited, true);
    assert_eq!(page.heard(), said(&[("a1", "edited")]));
}

#[test]
fn an_edit_is_followed_and_its_text_leaves_only_if_the_site_said_so() {
    for (content, expected) in [
        ("off", vec![("a1", "edited")]),
        ("edits", vec![("a1", "edited"), ("a1", "content")]),
    ] {
        let mut page = Page::new(content);
        page.show("a1", 1, 0);
        page.heard();
        assert!(!page.open(1, "Why is the sky blue?"));
        assert!(page.open(2, ANSWER));
        let edited = ANSWER.replace("blue", "red");
        page.edit(2, &edited, false);
        assert_eq!(page.heard(), said(&[("a1", "edited")]));
        page.edit(2, &edited, true);
        let heard = page.core.take_heard();
        let kinds: Vec<_> = heard
            .iter()
            .map(|e| (e.output.as_str(), e.signal.name()))
            .collect();
        assert_eq!(kinds, expected);
        if let Some(Signal::Content { text, .. }) = heard.get(1).map(|event| &event.signal) {
            assert!(text.starts_with("The sky is [x] today"), "redacted: {text}");
        }
        let told = page.texts.editor_cancelled(2);
        page.found(told);
        assert_eq!(page.heard(), said(&[("a1", "edited")]), "taken back");
    }
}

#[test]
fn nothing_leaves_outside_the_sample() {
    let mut page = Page::new("off");
    page.core.session = Session::new(page.now, Share::ZERO, 0);
    page.show("a1", 1, 0);
    page.core.told(
        page.now,
        &id("elsewhere"),
        Signal::Accepted(Default::default()),
    );
    assert_eq!(page.heard(), []);
    assert!(page.core.outbox().is_empty());
}

/// The texts that left, with their outputs.
fn told_texts(page: &mut Page) -> Vec<(String, ContentRole, String)> {
    let text = |event: Rc<Event>| match &event.signal {
        Signal::Content { role, text } => Some((event.output.to_string(), *role, text.clone())),
        _ => None,
    };
    page.core
        .take_heard()
        .into_iter()
        .filter_map(text)
        .collect()
}

#[test]
fn answers_and_prompts_leave_redacted_where_the_site_said_full() {
    let mut page = Page::new("full");
    page.core.redact_by(|text| text.replace("blue", "[colour]"));
    page.show("a1", 0, 0);
    let answer = ANSWER.replace("blue", "[colour]");
    let told = |id: &str, role, text: &str| (id.to_owned(), role, text.to_owned());
    assert_eq!(
        told_texts(&mut page),
        [told("a1", ContentRole::Answer, &answer)]
    );
    page.core
        .prompted(page.now, page.now.mono, None, "Why is it blue?");
    // An answer that was there before goes on, and answers nothing new.
    let grown = Reading {
        text: format!("{ANSWER} More."),
        code: Vec::new(),
    };
    page.core.settled(page.now, &id("a1"), grown);
    assert_eq!(
        told_texts(&mut page),
        [told("a1", ContentRole::Answer, &format!("{answer} More."))]
    );
    page.show("a2", 1, 0);
    let both = [
        told("a2", ContentRole::Prompt, "Why is it [colour]?"),
        told("a2", ContentRole::Answer, &answer),
    ];
    assert_eq!(told_texts(&mut page), both);
    page.show("a3", 2, 0);
    assert_eq!(told_texts(&mut page).len(), 1, "a prompt is told once");
}

#[test]
fn no_answer_and_no_prompt_leaves_otherwise() {
    for content in ["off", "edits"] {
        let mut page = Page::new(content);
        page.core.redact_by(str::to_owned);
        page.core
            .prompted(page.now, page.now.mono, None, "Why is it blue?");
        page.show("a1", 0, 0);
        assert_eq!(told_texts(&mut page), []);
    }
    let mut page = Page::new("full");
    page.core.redact_by(|_| "x".repeat(40_000));
    page.show("a1", 0, 0);
    assert_eq!(told_texts(&mut page), [], "too long for a frame");
}
