//! Accepted text is looked for again.

use tacit_signals::signal::Act;

use super::*;

impl Page {
    /// What a look at one editor that holds `text` told: output, age, share.
    fn look_back(&mut self, text: &str) -> Vec<(String, u32, u16)> {
        self.core.take_heard();
        self.keep();
        let memory = self.texts.memory();
        memory.stir();
        let mut places = [memory.place("editor", text)];
        let told = self.texts.look_back(self.now.wall, &mut places);
        self.found(told);
        let heard = self.core.take_heard();
        let told = heard.into_iter().map(|event| match &event.signal {
            Signal::Survived { age_s, share } => {
                assert_eq!(event.token.as_deref(), Some("t"));
                (
                    event.output.as_str().to_owned(),
                    *age_s,
                    share.thousandths(),
                )
            }
            other => panic!("{other:?}"),
        });
        told.collect()
    }

    /// What the shells do with text that was accepted; whether there was any.
    fn keep(&mut self) -> bool {
        let accepted = self.core.take_accepted();
        let any = !accepted.is_empty();
        for known in accepted {
            self.texts.keep(self.now.wall, known, true);
        }
        any
    }
}

fn accepted() -> Signal {
    Signal::Accepted(Act {
        via: "insert".into(),
    })
}

#[test]
fn accepted_text_is_told_under_its_output() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    page.core.told(page.now, &id("a"), accepted());
    page.keep();
    page.wait(30_000);
    let document = format!("Notes.\n{ANSWER}");
    assert_eq!(page.look_back(&document), [("a".to_owned(), 30, 1_000)]);
    page.wait(600_000);
    let half = &document[..document.len() - ANSWER.len() / 2];
    let told = page.look_back(half);
    assert!(
        told[0].1 == 630 && (480..=520).contains(&told[0].2),
        "{told:?}"
    );
}

#[test]
fn pasted_text_is_remembered_as_far_as_it_was_pasted() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    let part = &ANSWER[..40];
    page.core.pasted(page.now, part);
    page.keep();
    page.wait(30_000);
    assert_eq!(
        page.look_back(&format!("> {part}")),
        [("a".to_owned(), 30, 1_000)]
    );
}

#[test]
fn a_saved_edit_is_remembered_as_it_was_saved() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    assert!(page.open(1, ANSWER));
    let edited = format!("{ANSWER} Or so they say, and they have measured it.");
    page.edit(1, &edited, true);
    page.wait(30_000);
    assert_eq!(page.look_back(&edited), [("a".to_owned(), 30, 1_000)]);
    page.wait(100_000);
    assert!(page.look_back(ANSWER)[0].2 < 700);
}

#[test]
fn what_is_remembered_of_another_page_is_told_with_the_token_it_had() {
    let mut page = Page::new("off");
    let signal = Signal::Survived {
        age_s: 90_000,
        share: Share::ONE,
    };
    page.core
        .found(page.now, &id("elsewhere"), Some("t".into()), signal.clone());
    let heard = page.core.take_heard();
    assert_eq!(heard[0].token.as_deref(), Some("t"));
    page.core.consent(false);
    page.core.found(page.now, &id("elsewhere"), None, signal);
    assert_eq!(page.heard(), []);
}

#[test]
fn without_consent_or_outside_the_sample_nothing_is_remembered() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    page.core.told(page.now, &id("a"), accepted());
    page.core.consent(false);
    assert!(!page.keep());
    page.core.told(page.now, &id("a"), accepted());
    assert!(!page.keep());
    page.core.consent(true);
    page.core.told(page.now, &id("a"), accepted());
    page.texts.consent(false);
    assert!(page.keep());
    assert_eq!(page.texts.memory().due_in(page.now.wall), None);
    page.texts.consent(true);
    page.core.told(page.now, &id("a"), accepted());
    assert!(page.keep());
    assert!(page.texts.memory().due_in(page.now.wall).is_some());
    page.core.session = Session::new(page.now, Share::ZERO, 0);
    page.show("b", 1, 0);
    page.core.told(page.now, &id("b"), accepted());
    assert!(!page.keep() && page.core.known().len() == 1);
}

#[test]
fn what_went_into_the_composer_and_was_sent_is_forgotten() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    page.core.told(page.now, &id("a"), accepted());
    page.keep();
    let memory = page.texts.memory();
    assert!(memory.due_in(page.now.wall).is_some());
    memory.sent(&format!("Say it in French: {ANSWER}"));
    assert_eq!(memory.due_in(page.now.wall), None);
}
