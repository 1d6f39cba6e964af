//! A prompt after an answer, compared with the one that brought the answer.

use tacit_signals::signal::Intent;

use super::*;

/// As `js/followed.js`, but only the words that both have count.
fn compare(before: &str, next: &str) -> u32 {
    let words = |text: &str| text.to_lowercase().replace(['?', ',', '!'], "");
    let (before, next) = (words(before), words(next));
    let (mut all, mut both) = (0, 0);
    for word in next.split(' ') {
        all += 1;
        both += u32::from(before.split(' ').any(|known| known == word));
    }
    let alike = 1_000 * both / all;
    let intent = match alike {
        _ if next.contains("wrong") => Intent::Correction,
        600.. => Intent::Rephrase,
        _ => Intent::Other,
    };
    4 * alike + u32::from(intent.code())
}

/// What was told of a prompt: of which answer, how long after it, how alike, and
/// what it does.
type Followed = (String, u32, u16, Intent);

impl Page {
    fn ask(&mut self, after: Option<&str>, prompt: &str) {
        let after = after.map(id);
        self.core.compare_by(compare);
        self.core
            .prompted(self.now, self.now.mono, after.as_ref(), prompt);
        self.wait(100);
    }

    fn followed(&mut self) -> Vec<Followed> {
        let mut told = Vec::new();
        for event in self.core.take_heard() {
            if let Signal::FollowedUp {
                gap_ms,
                similarity,
                intent,
            } = event.signal
            {
                let output = event.output.as_str().to_owned();
                told.push((output, gap_ms, similarity.thousandths(), intent));
            }
        }
        told
    }
}

const ASKED: &str = "Why is the sky blue during the day?";

#[test]
fn a_rephrased_prompt_tells_of_the_answer_before_it() {
    let mut page = Page::new("off");
    page.ask(None, ASKED);
    page.show("a", 0, 0);
    page.wait(20_000);
    page.ask(Some("a"), "Why is the daytime sky blue?");
    let told = page.followed();
    let [(output, gap_ms, similarity, intent)] = &told[..] else {
        panic!("{told:?}");
    };
    // 900 ms from the last word until the answer was read.
    assert_eq!(
        (output.as_str(), *gap_ms, *intent),
        ("a", 20_900, Intent::Rephrase)
    );
    assert!(*similarity >= 600, "{similarity}");
}

#[test]
fn each_answer_is_followed_once_and_its_own_prompt_is_compared() {
    let mut page = Page::new("off");
    page.ask(None, ASKED);
    page.show("a", 0, 0);
    page.ask(Some("a"), "Thanks! And what makes sunsets red?");
    assert_eq!(page.followed()[0].3, Intent::Other);
    // Sent again before the answer is there, as by an impatient double press.
    page.ask(Some("a"), "Thanks! And what makes sunsets red?");
    assert_eq!(page.followed(), []);
    page.show("b", 1, 0);
    page.ask(Some("b"), "And what makes the sunsets red, please?");
    assert_eq!(page.followed()[0].3, Intent::Rephrase);
    page.show("c", 2, 0);
    page.ask(Some("c"), ASKED);
    assert_eq!(
        page.followed()[0].3,
        Intent::Other,
        "not what was asked last"
    );
}

#[test]
fn a_prompt_that_is_known_a_moment_late_is_still_its_answers() {
    let mut page = Page::new("off");
    let seen = [sighting("a", 0, 0, "")];
    page.core.look(page.now, page.now.mono, &seen);
    page.wait(300);
    page.ask(None, ASKED);
    page.show("a", 0, 0);
    page.ask(Some("a"), ASKED);
    assert_eq!(page.followed()[0].2, 1_000);
}

#[test]
fn a_regeneration_is_no_prompt_and_leaves_the_one_before() {
    let mut page = Page::new("off");
    page.ask(None, ASKED);
    page.show("a", 0, 0);
    page.show("a2", 0, 1);
    assert_eq!(page.followed(), []);
    page.ask(Some("a2"), ASKED);
    let told = page.followed();
    assert_eq!((told[0].0.as_str(), told[0].2), ("a2", 1_000));
}

#[test]
fn without_the_prompt_before_only_words_tell() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    page.ask(Some("a"), "That's wrong, it is violet");
    page.show("b", 1, 0);
    page.ask(None, "Another chat");
    let told = page.followed();
    assert_eq!(
        (told.len(), told[0].2, told[0].3),
        (1, 0, Intent::Correction)
    );
}

#[test]
fn without_consent_prompts_are_not_kept() {
    let mut page = Page::new("off");
    page.ask(None, ASKED);
    page.show("a", 0, 0);
    page.core.consent(false);
    page.core.consent(true);
    page.ask(Some("a"), ASKED);
    assert_eq!(page.followed()[0].2, 0);
}
