use super::*;

const FIRST: &str = "The sky is blue because short waves scatter more than long ones.";
const SECOND: &str = "Air molecules scatter blue light about six times as much as red light.";

/// Answers on the page: which element holds what, and what was told complete.
#[derive(Default)]
struct Page {
    lineage: Lineage,
    shown: Vec<Id>,
    asked: Option<Id>,
    made: u32,
}

fn id(name: &str) -> Id {
    Id::parse("output", name).unwrap()
}

fn seen<'a>(held: Option<&'a str>, prompt: &'a str, text: &'a str) -> Facts<'a> {
    let (named, chat) = (None, 0);
    Facts {
        held,
        named,
        prompt,
        text,
        chat,
    }
}

#[derive(Clone, Copy)]
struct Facts<'a> {
    held: Option<&'a str>,
    named: Option<&'a str>,
    prompt: &'a str,
    text: &'a str,
    chat: u32,
}

impl Page {
    fn look(&mut self, seen: &[Facts<'_>]) -> Vec<String> {
        let shown = self.shown.clone();
        let mut made = self.made;
        let mut context = Context {
            asked: self.asked.as_ref(),
            is_shown: &|id| shown.contains(id),
            mint: &mut || {
                made += 1;
                id(&format!("m{made}"))
            },
        };
        let mut found = Vec::new();
        self.lineage.begin();
        for is_first in [true, false] {
            for one in seen {
                let (held, named) = (one.held.map(id), one.named.map(id));
                let facts = Seen {
                    held: held.as_ref(),
                    named: named.as_ref(),
                    text: Some(one.text),
                    prompt: one.prompt,
                    chat: one.chat,
                };
                if is_first {
                    self.lineage.still(facts, &context);
                    continue;
                }
                let one = self.lineage.which(facts, &mut context);
                let (turn, variant) = (one.turn, one.variant);
                found.push(format!("{} {} {turn}.{variant}", one.id, one.conversation));
            }
        }
        self.made = made;
        found
    }

    /// One answer grew and is complete.
    fn answered(&mut self, prompt: &str, text: &str) {
        self.lineage.prompted(None);
        assert_eq!(self.look(&[seen(None, prompt, text)]), ["m2 m1 0.0"]);
        self.shown.push(id("m2"));
    }
}

#[test]
fn a_text_that_grows_is_one_output() {
    let mut page = Page::default();
    page.lineage.prompted(None);
    assert_eq!(page.look(&[seen(None, "why", "")]), ["m2 m1 0.0"]);
    for text in ["**Th", "The sky", FIRST] {
        assert_eq!(page.look(&[seen(Some("m2"), "why", text)]), ["m2 m1 0.0"]);
    }
}

#[test]
fn a_placeholder_is_the_beginning_of_the_answer() {
    let mut page = Page::default();
    page.look(&[seen(None, "why", "Thinking…")]);
    assert_eq!(page.look(&[seen(Some("m2"), "why", FIRST)]), ["m2 m1 0.0"]);
}

#[test]
fn another_beginning_in_the_same_element_is_another_variant() {
    let mut page = Page::default();
    page.answered("why", FIRST);
    assert_eq!(page.look(&[seen(Some("m2"), "why", "")]), ["m2 m1 0.0"]);
    assert_eq!(page.look(&[seen(Some("m2"), "why", "Air")]), ["m3 m1 0.1"]);
    assert_eq!(page.look(&[seen(Some("m3"), "why", SECOND)]), ["m3 m1 0.1"]);
    page.shown.push(id("m3"));
    assert_eq!(
        page.look(&[seen(Some("m3"), "why", FIRST)]),
        ["m2 m1 0.0"],
        "an earlier version is back"
    );
}

#[test]
fn a_regeneration_that_begins_alike_is_known_by_its_restart() {
    let mut page = Page::default();
    page.answered("why", FIRST);
    let alike = "The sky is blue because short waves scatter more, said Rayleigh.";
    assert_eq!(page.look(&[seen(Some("m2"), "why", "The")]), ["m2 m1 0.0"]);
    let half = &alike[..50];
    assert_eq!(page.look(&[seen(Some("m2"), "why", half)]), ["m3 m1 0.1"]);
    // One that was folded up and is unfolded is the same.
    page.shown.push(id("m3"));
    page.look(&[seen(Some("m3"), "why", alike)]);
    page.look(&[seen(Some("m3"), "why", "")]);
    assert_eq!(page.look(&[seen(Some("m3"), "why", alike)]), ["m3 m1 0.1"]);
}

#[test]
fn a_label_that_changes_in_the_text_changes_nothing() {
    let mut page = Page::default();
    page.answered("why", &format!("pythonCopy {FIRST}"));
    let copied = format!("pythonCopied! {FIRST}");
    assert_eq!(
        page.look(&[seen(Some("m2"), "why", &copied)]),
        ["m2 m1 0.0"]
    );
}

#[test]
fn a_new_sibling_in_the_place_of_the_old_is_a_variant() {
    let mut page = Page::default();
    page.answered("why", FIRST);
    page.asked = Some(id("m2"));
    assert_eq!(page.look(&[]), [""; 0]);
    assert_eq!(page.look(&[seen(None, "why", "Air")]), ["m3 m1 0.1"]);
    page.asked = None;
    page.shown.push(id("m3"));
    page.look(&[seen(Some("m3"), "why", SECOND)]);
    assert_eq!(
        page.look(&[seen(None, "why", FIRST)]),
        ["m2 m1 0.0"],
        "drawn anew by a branch control"
    );
}

#[test]
fn what_a_framework_draws_anew_is_the_same() {
    let mut page = Page::default();
    page.look(&[seen(None, "why", "The sky")]);
    assert_eq!(page.look(&[seen(None, "why", FIRST)]), ["m2 m1 0.0"]);
    page.shown.push(id("m2"));
    assert_eq!(page.look(&[]), [""; 0], "unmounted by a virtualised list");
    assert_eq!(page.look(&[seen(None, "why", FIRST)]), ["m2 m1 0.0"]);
}

#[test]
fn a_question_asked_twice_is_two_turns() {
    let mut page = Page::default();
    page.answered("continue", FIRST);
    page.lineage.prompted(Some(&id("m2")));
    let both = [
        seen(Some("m2"), "continue", FIRST),
        seen(None, "continue", "And"),
    ];
    assert_eq!(page.look(&both), ["m2 m1 0.0", "m3 m1 1.0"]);
}

#[test]
fn a_conversation_switch_is_no_regeneration() {
    let mut page = Page::default();
    page.answered("why", FIRST);
    // Elements are re-used, and both texts changed.
    let other = seen(Some("m2"), "how", SECOND);
    assert_eq!(page.look(&[other]), ["m4 m3 0.0"]);
    page.shown.push(id("m4"));
    let back = seen(Some("m4"), "why", FIRST);
    assert_eq!(page.look(&[back]), ["m2 m1 0.0"]);
    // A new chat that begins with the same question.
    page.look(&[]);
    page.lineage.prompted(None);
    assert_eq!(page.look(&[seen(None, "why", "Air")]), ["m6 m5 0.0"]);
}

#[test]
fn a_question_that_is_edited_begins_a_turn_of_the_conversation() {
    let mut page = Page::default();
    page.answered("why", FIRST);
    page.lineage.prompted(Some(&id("m2")));
    assert_eq!(page.look(&[]), [""; 0]);
    assert_eq!(page.look(&[seen(None, "why not", SECOND)]), ["m3 m1 1.0"]);
}

#[test]
fn a_question_edited_in_its_place_is_another_turn_of_the_same_element() {
    let mut page = Page::default();
    page.answered("why", FIRST);
    assert_eq!(page.look(&[seen(Some("m2"), "why not", "")]), ["m2 m1 0.0"]);
    page.lineage.prompted(Some(&id("m2")));
    let other = [seen(Some("m2"), "why not", "Air")];
    assert_eq!(page.look(&other), ["m3 m1 1.0"]);
}

#[test]
fn two_chats_have_a_conversation_each() {
    let mut page = Page::default();
    page.answered("why", FIRST);
    page.lineage.prompted(None);
    let other = Facts {
        chat: 1,
        ..seen(None, "why", SECOND)
    };
    assert_eq!(
        page.look(&[seen(Some("m2"), "why", FIRST), other]),
        ["m2 m1 0.0", "m4 m3 0.0"]
    );
}

#[test]
fn the_name_in_the_markup_is_used_once() {
    let mut page = Page::default();
    fn named<'a>(held: Option<&'a str>, text: &'a str) -> Facts<'a> {
        Facts {
            named: Some("msg-1"),
            ..seen(held, "why", text)
        }
    }
    page.lineage.prompted(None);
    assert_eq!(page.look(&[named(None, FIRST)]), ["msg-1 m1 0.0"]);
    page.shown.push(id("msg-1"));
    assert_eq!(
        page.look(&[named(None, SECOND)]),
        ["msg-1 m1 0.0"],
        "drawn anew, edited"
    );
    let regenerated = page.look(&[named(Some("msg-1"), FIRST)]);
    assert_eq!(
        regenerated,
        ["m2 m1 0.1"],
        "a name that stays tells nothing"
    );
}
