//! Accepted text is looked for again.

use tacit_signals::signal::Act;

use super::*;

impl Page {
    /// What a look at one editor that holds `text` told: output, age, share.
    fn look_back(&mut self, text: &str) -> Vec<(String, u32, u16)> {
        self.core.take_heard();
        self.core.memory().stir();
        let mut places = [self.core.memory().place("editor", text)];
        self.core.look_back(self.now, &mut places);
        let heard = self.core.take_heard();
        let told = heard.into_iter().map(|event| match event.signal {
            Signal::Survived { age_s, share } => {
                assert_eq!(event.token.as_deref(), Some("t"));
                (event.output.as_str().to_owned(), age_s, share.thousandths())
            }
            other => panic!("{other:?}"),
        });
        told.collect()
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
    assert!(page.core.editor_opened(1, None, ANSWER));
    let edited = format!("{ANSWER} Or so they say, and they have measured it.");
    page.core
        .editor_changed(page.now, 1, &edited, true, str::to_owned);
    page.wait(30_000);
    assert_eq!(page.look_back(&edited), [("a".to_owned(), 30, 1_000)]);
    page.wait(100_000);
    assert!(page.look_back(ANSWER)[0].2 < 700);
}

#[test]
fn without_consent_or_outside_the_sample_nothing_is_remembered() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    page.core.told(page.now, &id("a"), accepted());
    page.core.consent(false);
    assert_eq!(page.core.memory().due_in(page.now.wall), None);
    page.core.told(page.now, &id("a"), accepted());
    assert_eq!(page.core.memory().due_in(page.now.wall), None);
    page.core.consent(true);
    page.core.told(page.now, &id("a"), accepted());
    assert!(page.core.memory().due_in(page.now.wall).is_some());
}

#[test]
fn what_went_into_the_composer_and_was_sent_is_forgotten() {
    let mut page = Page::new("off");
    page.show("a", 0, 0);
    page.core.told(page.now, &id("a"), accepted());
    page.core.prompted(
        page.now,
        page.now.mono,
        Some(&id("a")),
        &format!("Say it in French: {ANSWER}"),
    );
    assert_eq!(page.core.memory().due_in(page.now.wall), None);
}
