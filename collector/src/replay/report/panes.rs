//! One case: the old answer, the new one, and what people kept, side by side.

use maud::{Markup, html};

use super::{
    Report, Why,
    diff::{Stretch, after_words, diff},
    example::Example,
    wording::bare,
};
use crate::{
    cadence::period::instant,
    replay::{
        How,
        compare::{Score, Side, Still, Verdict},
        judge::Ruling,
    },
};

/// Words of a stretch that both texts share, or that one has alone, before it is folded.
const SHARED_WORDS: usize = 60;
const ALONE_WORDS: usize = 250;

/// Words of a question, and of a rejected text, before it is folded.
const QUESTION_WORDS: usize = 60;

/// A case with its number on the page.
pub(super) fn case(report: &Report, why: Why, number: usize, example: &Example) -> Markup {
    let found = &example.found;
    html! {
        article.case {
            h4 { (number) ". " (headline(why, example)) }
            p.note {
                code { (found.output) }
                " · label " (found.state.name())
                @if let Some(version) = &found.prompt_version { " · prompt " code { (version) } }
                @if let Some(month) = &found.stratum.month { " · " (month) }
                (facts(report, example))
            }
            (question(example))
            (panes(example))
        }
    }
}

/// What makes it worth a look.
fn headline(why: Why, example: &Example) -> String {
    let found = &example.found;
    match (why, found.score) {
        (Why::Loss | Why::Win, Score::Race(race)) => {
            let verdict = match race.verdict {
                Verdict::Win => "nearer",
                Verdict::Tie => "as near",
                Verdict::Loss => "farther",
            };
            let (old, new) = (bare(race.old), bare(race.new));
            format!(
                "{verdict} by {}: likeness {old} → {new}",
                bare(race.counted.abs())
            )
        }
        (Why::Lost, Score::Check { survival, .. }) => {
            format!("{} of what people used is still there", bare(survival))
        }
        (Why::Refusal, _) => "declines; the old answer did not".into(),
        (Why::Format, _) => {
            let lost = found.lost.iter().filter(|feature| feature.is_relied_on());
            let lost: Vec<_> = lost.map(|feature| feature.name()).collect();
            format!("lost {}", lost.join(", "))
        }
        _ => String::new(),
    }
}

fn facts(report: &Report, example: &Example) -> Markup {
    let found = &example.found;
    let sides = found.sides.map(|sides| match sides.with {
        Side::Kept => "sides with what people kept",
        Side::Neither => "sides with neither",
        Side::Rejected => "sides with what people rejected",
    });
    let ruling = report.ruling(&found.output).map(|ruling| match ruling {
        Ruling::Better => "judge: the new answer",
        Ruling::Worse => "judge: the old answer",
        Ruling::Tie => "judge: neither",
        Ruling::Swayed => "judge: whichever stood in one place",
    });
    let check = match found.score {
        Score::Check {
            still: Still::Partly,
            ..
        } => Some("part of what people used is left"),
        _ => None,
    };
    html! {
        @for told in [sides, ruling, check].into_iter().flatten() { " · " (told) }
        " · " (found.old.words) " → " (found.new.words) " words"
        @if found.truncated { " · cut at the limit of tokens" }
    }
}

fn question(example: &Example) -> Markup {
    let before = example.input.len().saturating_sub(1);
    html! {
        div.asked {
            p.who { "What was asked" }
            div.text { (folded(example.question(), QUESTION_WORDS)) }
            @if before > 0 {
                details {
                    summary { "What was said before (" (before) ")" }
                    @for message in example.input.iter().take(before) {
                        p.who { (message.role) }
                        div.text { (folded(&message.content, QUESTION_WORDS)) }
                    }
                }
            }
        }
    }
}

fn panes(example: &Example) -> Markup {
    let [old, new] = compared(&example.old, &example.new);
    let unlike = |stretches: &[Stretch]| stretches.iter().all(|stretch| !stretch.alone);
    let strange = example.old != example.new && unlike(&old) && unlike(&new);
    let kept = example.kept.as_ref().map(|kept| {
        let [kept_side, _] = compared(&kept.text, &example.new);
        (kept.how, kept_side)
    });
    let old_was_kept = example.found.kept == Some(How::Output);
    html! {
        div.panes {
            section.pane {
                p.who { "Old answer" @if old_was_kept { ", which people kept" } }
                div.text { (stretches(&old, Mark::Gone)) }
            }
            section.pane {
                p.who { "New answer" @if strange { ", hardly a word of it the same" } }
                div.text {
                    @if example.new.is_empty() { em { "nothing" } }
                    (stretches(&new, Mark::Come))
                }
            }
            @if let Some((how, kept)) = &kept {
                section.pane {
                    p.who { (kept_as(*how)) }
                    div.text { (stretches(kept, Mark::Missed)) }
                }
            }
        }
        @if !example.rejected.is_empty() {
            details {
                summary { "What people rejected besides (" (example.rejected.len()) ")" }
                @for text in &example.rejected { div.text { (folded(text, ALONE_WORDS)) } }
            }
        }
    }
}

/// Both texts in stretches. Where nearly all is marked a mark says nothing, and makes the
/// text hard to read: there is none.
fn compared(one: &str, other: &str) -> [Vec<Stretch>; 2] {
    let mut sides = diff(one, other);
    let chars = |stretch: &Stretch| stretch.text.chars().count();
    let all: usize = sides.iter().flatten().map(chars).sum();
    let alone = sides.iter().flatten().filter(|stretch| stretch.alone);
    let alone: usize = alone.map(chars).sum();
    if alone * 10 >= all * 9 {
        for stretch in sides.iter_mut().flatten() {
            stretch.alone = false;
        }
    }
    sides
}

const fn kept_as(how: How) -> &'static str {
    match how {
        How::Edit => "What a person made of it",
        How::Sibling => "The variant people kept",
        How::Output => "What people kept",
    }
}

/// What a stretch that stands alone means. Each is told by more than its colour: struck
/// through, underlined, dotted.
#[derive(Clone, Copy)]
enum Mark {
    /// In the old answer, not in the new one.
    Gone,
    /// In the new answer, not in the old one.
    Come,
    /// In the kept text, not in the new answer.
    Missed,
}

fn stretches(stretches: &[Stretch], mark: Mark) -> Markup {
    html! {
        @for stretch in stretches {
            @if stretch.alone {
                @match mark {
                    Mark::Gone => del { (folded(&stretch.text, ALONE_WORDS)) },
                    Mark::Come => ins { (folded(&stretch.text, ALONE_WORDS)) },
                    Mark::Missed => mark { (folded(&stretch.text, ALONE_WORDS)) },
                }
            } @else {
                (folded(&stretch.text, SHARED_WORDS))
            }
        }
    }
}

/// A text; after so many words the rest is folded.
fn folded(text: &str, most: usize) -> Markup {
    // A fold of a few words hides less than it takes.
    let rest = after_words(text, most).filter(|(_, rest)| after_words(rest, most / 2).is_some());
    match rest {
        None => html! { (text) },
        Some((shown, rest)) => {
            let words = tacit_signals::text::words(rest);
            html! { (shown) details.fold { summary { (words) " more words" } (rest) } }
        }
    }
}

/// When something was, for people.
pub(super) fn when(at: u64) -> String {
    instant(at).unwrap_or_else(|_| at.to_string())
}
