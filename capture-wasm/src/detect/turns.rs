//! Which outputs are variants of one turn, and which of them is on the page.
//!
//! A framework may re-use an element, replace it, or take the old answer away
//! long before the new one comes. So a turn remembers its variants and the last
//! visible one; what the change means is told by [`super::regenerated`] and
//! [`super::switched`].

#![expect(
    clippy::indexing_slicing,
    reason = "a place is one of a list from which nothing is ever taken out"
)]

use std::borrow::Borrow;

use tacit_signals::Id;

use super::Ms;

/// An asked-for regeneration that brought nothing for this long was forgotten.
const ASKED_MS: Ms = 30_000;

/// Another variant is there at once.
const SWITCH_MS: Ms = 3_000;

/// What a control that was used asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Another answer.
    Another,
    /// Perhaps another answer: nothing tells what the control is for.
    Perhaps,
    /// Another variant of those that there are.
    Switch,
    /// Neither.
    Nothing,
}

/// An output now on the page, as its markup names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// The output.
    pub id: Id,
    /// Its conversation, where the page says so.
    pub conversation: Option<Id>,
    /// Its turn, where the page says so.
    pub turn: Option<u32>,
    /// The output its element held before, if it was another.
    pub held_before: Option<Id>,
}

/// What became of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new variant took the place of `old`.
    Replaced {
        /// The variant that was visible.
        old: Id,
        /// The one that is now.
        new: Id,
        /// When the person asked for it, if a control told.
        asked_at: Option<Ms>,
        /// How many variants the turn had before.
        variants: u32,
    },
    /// A variant that was there before is visible again.
    Returned {
        /// The variant that was visible.
        from: Id,
        /// The one that is now.
        to: Id,
    },
}

/// All turns of the page.
#[derive(Debug, Clone, Default)]
pub struct Turns {
    turns: Vec<Turn>,
    asked: Option<(Id, Asked, Ms)>,
}

#[derive(Debug, Clone)]
struct Turn {
    conversation: Option<Id>,
    number: Option<u32>,
    variants: Vec<Id>,
    /// The place of the one on the page among the variants.
    visible: usize,
}

impl Turns {
    /// A control was used, of `output` if it belongs to one. What it asks for is
    /// waited for through a menu or a dialog; a mere perhaps ends with the next
    /// click on something that says what it does, or is no part of an output.
    pub fn asked(&mut self, now: Ms, asked: Asked, output: Option<&Id>) {
        let waits = self.asked_for(now).is_some();
        match (asked, output) {
            (Asked::Another | Asked::Switch, Some(output)) => {
                self.asked = Some((output.clone(), asked, now));
            }
            (Asked::Perhaps, Some(output)) if !waits => {
                self.asked = Some((output.clone(), asked, now));
            }
            _ if !waits => self.asked = None,
            _ => {}
        }
    }

    /// Something was copied: that is what the control was for that said nothing.
    pub fn copied(&mut self) {
        if matches!(self.asked, Some((_, Asked::Perhaps, _))) {
            self.asked = None;
        }
    }

    /// The output for which another answer is awaited.
    #[must_use]
    pub fn asked_for(&self, now: Ms) -> Option<&Id> {
        let (id, asked, at) = self.asked.as_ref()?;
        let is_awaited = *asked == Asked::Another && now.saturating_sub(*at) <= ASKED_MS;
        is_awaited.then_some(id)
    }

    /// Another question was asked, so what comes now answers that one.
    pub fn prompted(&mut self) {
        self.asked = None;
    }

    /// The outputs on the page now, all of them.
    pub fn present<P: Borrow<Present>>(&mut self, now: Ms, present: &[P]) -> Vec<Change> {
        let mut changes = Vec::new();
        // Put in their order one by one: a sort of their own would be another one in the module.
        let mut ids: Vec<&Id> = Vec::with_capacity(present.len());
        for output in present {
            let id = &output.borrow().id;
            if let Err(place) = ids.binary_search(&id) {
                ids.insert(place, id);
            }
        }
        for output in present {
            if let Some(change) = self.appear(now, output.borrow(), &ids) {
                changes.push(change);
            }
        }
        changes
    }

    /// `present` are the ids on the page, sorted.
    fn appear(&mut self, now: Ms, output: &Present, present: &[&Id]) -> Option<Change> {
        let on_page = |id: &Id| present.binary_search(&id).is_ok();
        for turn in &mut self.turns {
            if let Some(place) = turn.variants.iter().position(|id| *id == output.id) {
                let from = turn.variants[turn.visible].clone();
                if place == turn.visible || on_page(&from) {
                    return None;
                }
                turn.visible = place;
                let to = output.id.clone();
                return Some(Change::Returned { from, to });
            }
        }
        for turn in &mut self.turns {
            let asked = match &self.asked {
                Some((id, asked, at)) if turn.variants.contains(id) => Some((*asked, *at)),
                _ => None,
            };
            let asked = asked.filter(|(asked, at)| {
                let patience = if *asked == Asked::Switch {
                    SWITCH_MS
                } else {
                    ASKED_MS
                };
                now.saturating_sub(*at) <= patience
            });
            let is_sure = matches!(asked, Some((Asked::Another, _)));
            let old = &turn.variants[turn.visible];
            if on_page(old) && !is_sure {
                continue;
            }
            let is_sibling = match (&output.conversation, output.turn, turn.number) {
                (Some(_), Some(one), Some(other)) => {
                    one == other && output.conversation == turn.conversation
                }
                // Without a conversation the first turn of a new chat looks like this one.
                _ => asked.is_some() || output.held_before.as_ref() == Some(old),
            };
            if is_sibling {
                let old = old.clone();
                turn.visible = turn.variants.len();
                turn.variants.push(output.id.clone());
                let new = output.id.clone();
                if asked.is_some() {
                    self.asked = None;
                }
                if matches!(asked, Some((Asked::Switch, _))) {
                    // One from before this page was opened.
                    return Some(Change::Returned { from: old, to: new });
                }
                return Some(Change::Replaced {
                    old,
                    new,
                    asked_at: asked.map(|(_, at)| at),
                    variants: u32::try_from(turn.visible).unwrap_or(u32::MAX),
                });
            }
        }
        self.turns.push(Turn {
            conversation: output.conversation.clone(),
            number: output.turn,
            variants: vec![output.id.clone()],
            visible: 0,
        });
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Id {
        Id::parse("output", name).unwrap()
    }

    fn at(name: &str, conversation: Option<&str>, turn: Option<u32>) -> Present {
        Present {
            id: id(name),
            conversation: conversation.map(id),
            turn,
            held_before: None,
        }
    }

    fn replaced(old: &str, new: &str, asked_at: Option<Ms>, variants: u32) -> Vec<Change> {
        let (old, new) = (id(old), id(new));
        vec![Change::Replaced {
            old,
            new,
            asked_at,
            variants,
        }]
    }

    fn returned(from: &str, to: &str) -> Vec<Change> {
        let (from, to) = (id(from), id(to));
        vec![Change::Returned { from, to }]
    }

    #[test]
    fn a_new_variant_of_the_same_turn_replaces_the_old() {
        let mut turns = Turns::default();
        let first = at("a1", Some("c"), Some(1));
        let next = at("b1", Some("c"), Some(2));
        assert_eq!(turns.present(0, std::slice::from_ref(&first)), []);
        assert_eq!(
            turns.present(10, &[first.clone(), next]),
            [],
            "another turn"
        );
        turns.asked(100, Asked::Another, Some(&id("a1")));
        assert_eq!(
            turns.present::<Present>(200, &[]),
            [],
            "gone before the new one comes"
        );
        let second = at("a2", Some("c"), Some(1));
        assert_eq!(
            turns.present(900, std::slice::from_ref(&second)),
            replaced("a1", "a2", Some(100), 1)
        );
        assert_eq!(turns.present(950, &[second]), [], "told once");
        assert_eq!(turns.present(960, &[first]), returned("a2", "a1"));
        let third = at("a3", Some("c"), Some(1));
        assert_eq!(turns.present(990, &[third]), replaced("a1", "a3", None, 2));
    }

    #[test]
    fn an_element_that_takes_another_id_tells_the_chain_without_a_turn() {
        let mut turns = Turns::default();
        turns.present(0, &[at("a1", None, None)]);
        let second = Present {
            held_before: Some(id("a1")),
            ..at("a2", None, None)
        };
        assert_eq!(turns.present(10, &[second]), replaced("a1", "a2", None, 1));
        let back = Present {
            held_before: Some(id("a2")),
            ..at("a1", None, None)
        };
        assert_eq!(turns.present(20, &[back]), returned("a2", "a1"));
    }

    #[test]
    fn a_conversation_switch_is_no_regeneration() {
        let mut turns = Turns::default();
        turns.present(0, &[at("a1", Some("c"), Some(1))]);
        assert_eq!(turns.present(10, &[at("x1", Some("d"), Some(1))]), []);
        assert_eq!(
            turns.present(20, &[at("a1", Some("c"), Some(1))]),
            [],
            "back again"
        );
        let mut nameless = Turns::default();
        nameless.present(0, &[at("a1", None, Some(1))]);
        assert_eq!(nameless.present(10, &[at("x1", None, Some(1))]), []);
    }

    #[test]
    fn a_control_tells_where_the_markup_does_not() {
        let mut turns = Turns::default();
        turns.present(0, &[at("a1", None, None)]);
        turns.asked(100, Asked::Another, Some(&id("a1")));
        assert_eq!(
            turns.present(900, &[at("a2", None, None)]),
            replaced("a1", "a2", Some(100), 1)
        );
        turns.asked(1_000, Asked::Another, Some(&id("a2")));
        assert_eq!(
            turns.present(40_000, &[at("z", None, None)]),
            [],
            "too late to be the answer"
        );
    }

    #[test]
    fn two_answers_side_by_side_replace_nothing() {
        let mut turns = Turns::default();
        let (left, right) = (at("l", Some("c"), Some(1)), at("r", Some("c"), Some(1)));
        assert_eq!(turns.present(0, &[left.clone(), right.clone()]), []);
        assert_eq!(turns.present(10, &[left, right]), []);
    }
}
