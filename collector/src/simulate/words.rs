//! Texts of simulated people and models, from small vocabularies.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::dice::Dice;

/// One language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    polite: Vec<String>,
    again: Vec<String>,
    closer: Vec<String>,
    wrong: Vec<String>,
    thanks: Vec<String>,
    rewrites: Vec<String>,
    topic: BTreeMap<String, Topic>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Topic {
    things: Vec<String>,
    asks: Vec<String>,
    facts: Vec<String>,
}

/// A question with what it is about.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// What the person wrote.
    pub(crate) text: String,
    core: String,
    thing: String,
}

/// An answer in sentences.
#[derive(Debug, Clone)]
pub(crate) struct AnswerText {
    sentences: Vec<String>,
    /// A code block after the sentences; empty for none.
    pub(crate) code: String,
}

static ALL: LazyLock<BTreeMap<String, Words>> =
    LazyLock::new(|| toml::from_str(include_str!("../../worlds/words.toml")).unwrap_or_default());

/// Whether there are words in a language.
pub(crate) fn known(language: &str) -> bool {
    ALL.contains_key(language)
}

/// The words of a language that is [`known`].
pub(crate) fn of(language: &str) -> Option<&'static Words> {
    ALL.get(language)
}

impl Words {
    /// A topic of this language: the one asked for, else its first.
    fn topic(&self, name: &str) -> Option<&Topic> {
        self.topic.get(name).or_else(|| self.topic.values().next())
    }

    /// A question.
    pub(crate) fn question(&self, topic: &str, dice: &mut Dice) -> Question {
        let topic = self.topic(topic);
        let thing = pick(topic.map(|topic| &*topic.things), dice);
        let core = pick(topic.map(|topic| &*topic.asks), dice).replace("{}", &thing);
        let text = [
            &*pick(Some(&self.polite), dice),
            &core,
            ".",
            &*pick(Some(&self.closer), dice),
        ]
        .concat();
        Question { text, core, thing }
    }

    /// The same question in other words.
    pub(crate) fn again(&self, question: &Question, dice: &mut Dice) -> Question {
        let text = [
            &*pick(Some(&self.again), dice),
            &question.core,
            ".",
            &*pick(Some(&self.closer), dice),
        ]
        .concat();
        Question {
            text,
            ..question.clone()
        }
    }

    /// Says that the answer to a question was wrong.
    pub(crate) fn correction(&self, question: &Question, dice: &mut Dice) -> Question {
        let text = [&*pick(Some(&self.wrong), dice), &*question.thing, "."].concat();
        Question {
            text,
            ..question.clone()
        }
    }

    /// Thanks for the answer.
    pub(crate) fn thanks(&self, question: &Question, dice: &mut Dice) -> Question {
        Question {
            text: pick(Some(&self.thanks), dice),
            ..question.clone()
        }
    }

    /// About `words` words in answer to a question.
    pub(crate) fn answer(
        &self,
        topic: &str,
        question: &Question,
        words: f64,
        code: bool,
        dice: &mut Dice,
    ) -> AnswerText {
        let topic = self.topic(topic);
        let facts = topic.map_or(&[][..], |topic| &topic.facts);
        // One after the other, so that none comes twice before all came once.
        let start = dice.below(facts.len());
        let mut sentences = Vec::new();
        let mut said = 0.0;
        for fact in facts.iter().cycle().skip(start) {
            // Mostly about what was asked.
            let thing = if dice.happens(0.8) {
                question.thing.clone()
            } else {
                pick(topic.map(|topic| &*topic.things), dice)
            };
            let sentence = fact.replace("{}", &thing);
            said += sentence.split(' ').count() as f64;
            sentences.push(sentence);
            if said >= words {
                break;
            }
        }
        let code = if code {
            block(&question.thing, dice)
        } else {
            String::new()
        };
        AnswerText { sentences, code }
    }

    /// The answer as a person edited it, with about `keep` of it left.
    pub(crate) fn edited(&self, answer: &AnswerText, keep: f64, dice: &mut Dice) -> String {
        let sentences = answer.sentences.iter().map(|sentence| {
            if dice.happens(keep) {
                sentence.clone()
            } else {
                pick(Some(&self.rewrites), dice)
            }
        });
        let sentences: Vec<_> = sentences.collect();
        joined(&sentences, &answer.code)
    }
}

impl AnswerText {
    /// Says something first.
    pub(crate) fn open_with(&mut self, sentence: &str) {
        self.sentences.insert(0, sentence.to_owned());
    }

    /// The whole text.
    pub(crate) fn text(&self) -> String {
        joined(&self.sentences, &self.code)
    }
}

fn joined(sentences: &[String], code: &str) -> String {
    let mut text = sentences.join(" ");
    if !code.is_empty() {
        text.push_str("\n\n");
        text.push_str(code);
    }
    text
}

fn block(thing: &str, dice: &mut Dice) -> String {
    let name: String = thing.chars().filter(char::is_ascii_alphanumeric).collect();
    let limit = 10 * (1 + dice.below(20));
    format!(
        "```\nrows = load(\"{name}\")\nrows = [row for row in rows if row.total > {limit}]\nprint(len(rows))\n```"
    )
}

fn pick(of: Option<&[String]>, dice: &mut Dice) -> String {
    dice.one(of.unwrap_or_default())
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tacit_signals::text;

    use super::*;

    #[test]
    fn every_language_has_words_for_everything() {
        let whole: BTreeMap<String, Words> =
            toml::from_str(include_str!("../../worlds/words.toml")).unwrap();
        assert!(whole.len() >= 3);
        for (name, words) in &whole {
            assert!(known(name));
            for topic in words.topic.values() {
                assert!(
                    topic.things.len() > 3 && topic.asks.len() > 2 && topic.facts.len() > 5,
                    "{name}"
                );
                assert!(topic.facts.iter().all(|fact| fact.contains("{}")), "{name}");
            }
        }
    }

    #[test]
    fn the_same_question_again_is_alike_and_a_correction_is_not() {
        let words = of("en").unwrap();
        let mut dice = Dice::new(1, "t", 0);
        let question = words.question("sql", &mut dice);
        let again = words.again(&question, &mut dice);
        let wrong = words.correction(&question, &mut dice);
        let alike = |other: &Question| text::similarity(&question.text, &other.text).thousandths();
        assert!(alike(&again) >= 600, "{} | {}", question.text, again.text);
        assert!(alike(&wrong) < 500, "{}", wrong.text);
    }

    #[test]
    fn an_edit_keeps_about_what_it_should() {
        let words = of("en").unwrap();
        let mut dice = Dice::new(1, "t", 0);
        let question = words.question("email", &mut dice);
        let mut kept = |keep| {
            let mut sum = 0;
            for _ in 0..50 {
                let answer = words.answer("email", &question, 150.0, false, &mut dice);
                let edited = words.edited(&answer, keep, &mut dice);
                sum += u32::from(text::survival(&answer.text(), &edited).thousandths());
            }
            f64::from(sum) / 50_000.0
        };
        assert_eq!(kept(1.0), 1.0);
        let (most, least) = (kept(0.85), kept(0.2));
        assert!(
            (0.75..0.95).contains(&most) && (0.15..0.5).contains(&least),
            "{most} {least}"
        );
    }
}
