//! Which output an element shows, where the page does not name it.
//!
//! An output is an element and the lineage of its text. Frameworks draw an
//! answer anew, re-use its element for another, or take it away and bring it
//! back; so it is the text that tells: one that goes on is the same output, one
//! that begins differently is another, and one that was here before has returned.

use tacit_signals::Id;

/// Letters and digits of a beginning or an end that are remembered.
const PART: usize = 48;

/// A text this short says little of what it is part of.
const SHORT: usize = 24;

/// An answer on the page, found by what it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The output that its element showed so far.
    pub held: Option<Id>,
    /// The message's id in the markup.
    pub named: Option<Id>,
    /// Its text, if it may have changed.
    pub text: Option<String>,
    /// The person's turn before it.
    pub prompt: String,
    /// The number of its chat: two may stand on one page.
    pub chat: u32,
}

/// The output it is, and where that belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The output.
    pub id: Id,
    /// Its conversation.
    pub conversation: Id,
    /// Number of the person's turn in it, from 0.
    pub turn: u32,
    /// How many answers this turn had before.
    pub variant: u32,
    chat: u32,
    prompt: Box<str>,
    print: Print,
    /// Its text was taken away after it had been complete.
    is_restarted: bool,
    /// The look in which it was on the page last.
    here: u32,
}

/// What is remembered of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Print {
    head: String,
    tail: String,
    chars: usize,
}

/// What else has to be known.
pub struct Context<'a> {
    /// The output that another answer was asked for.
    pub asked: Option<&'a Id>,
    /// Whether the output was told to be complete.
    pub is_shown: &'a dyn Fn(&Id) -> bool,
    /// A new id.
    pub mint: &'a mut dyn FnMut() -> Id,
}

/// All answers that were on the page without a name.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    versions: Vec<Version>,
    look: u32,
    /// A question was sent whose answer has not been seen: the output it follows.
    open: Option<Option<Id>>,
}

impl Lineage {
    /// A question was sent after the output `after`: the next new answer begins
    /// a turn, in the same conversation if there is one.
    pub fn prompted(&mut self, after: Option<&Id>) {
        self.open = Some(after.cloned());
    }

    /// The outputs that are `seen` now: all there are, in their order.
    pub fn identify(&mut self, seen: &[Seen], context: &mut Context<'_>) -> Vec<Version> {
        self.look = self.look.wrapping_add(1);
        let mut places = Vec::new();
        for one in seen {
            places.push(self.as_before(one, context));
        }
        let mut found = Vec::new();
        for (one, place) in seen.iter().zip(places) {
            let place = place.unwrap_or_else(|| self.another(one, context));
            if let Some(version) = self.versions.get_mut(place) {
                version.here = self.look;
                found.push(version.clone());
            }
        }
        found
    }

    /// The place of the version, if the element still shows the one it showed.
    fn as_before(&mut self, seen: &Seen, context: &Context<'_>) -> Option<usize> {
        let place = self.place(seen.held.as_ref()?)?;
        let version = self.versions.get_mut(place)?;
        if let Some(text) = &seen.text {
            let is_shown = (context.is_shown)(&version.id);
            let is_asked = context.asked == Some(&version.id);
            if !version.goes_on(&Print::of(text), is_shown, is_asked) {
                return None;
            }
            version.prompt = seen.prompt.as_str().into();
        }
        version.here = self.look;
        Some(place)
    }

    /// The place of the version that an element shows from now on.
    fn another(&mut self, seen: &Seen, context: &mut Context<'_>) -> usize {
        let print = Print::of(seen.text.as_deref().unwrap_or_default());
        if let Some(place) = self.returned(seen, &print, context) {
            if let Some(version) = self.versions.get_mut(place)
                && print.chars > 0
            {
                version.print = print;
            }
            return place;
        }
        let (conversation, turn) = match self.turn_of(seen, context.asked) {
            Some(known) => known,
            None => self.next_turn(seen, context),
        };
        let siblings = (self.versions.iter())
            .filter(|one| one.conversation == conversation && one.turn == turn)
            .count();
        let named = seen.named.clone().filter(|id| self.place(id).is_none());
        self.versions.push(Version {
            id: named.unwrap_or_else(|| (context.mint)()),
            conversation,
            turn,
            variant: u32::try_from(siblings).unwrap_or(u32::MAX),
            chat: seen.chat,
            prompt: seen.prompt.as_str().into(),
            print,
            is_restarted: false,
            here: self.look,
        });
        self.versions.len() - 1
    }

    /// A version that was here before and is again: by its name, or by its text
    /// after the same question.
    fn returned(&self, seen: &Seen, print: &Print, context: &Context<'_>) -> Option<usize> {
        let is_free = |one: &Version| one.here != self.look && seen.held.as_ref() != Some(&one.id);
        if let Some(place) = seen.named.as_ref().and_then(|id| self.place(id)) {
            return Some(place).filter(|place| self.versions.get(*place).is_some_and(is_free));
        }
        let is_it = |one: &Version| {
            let is_same = if (context.is_shown)(&one.id) {
                one.print.is_same(print)
            } else {
                one.print.goes_on(print)
            };
            is_same && (one.prompt.as_ref() == seen.prompt || print.chars >= SHORT)
        };
        self.versions.iter().rposition(|one| {
            let is_asked = context.asked == Some(&one.id);
            one.chat == seen.chat && is_free(one) && !is_asked && is_it(one)
        })
    }

    /// The turn of which this is another answer.
    fn turn_of(&self, seen: &Seen, asked: Option<&Id>) -> Option<(Id, u32)> {
        if self.open.is_some() {
            return None;
        }
        let conversation = self.conversation_of(seen.chat);
        let is_it = |one: &&Version| {
            let is_asked = asked == Some(&one.id);
            let is_gone =
                one.here != self.look && conversation.is_none_or(|id| *id == one.conversation);
            let is_held = seen.held.as_ref() == Some(&one.id);
            let is_same = *one.prompt == *seen.prompt && (is_held || !seen.prompt.is_empty());
            one.chat == seen.chat && (is_asked || is_gone && is_same)
        };
        let one = self.versions.iter().rev().find(is_it)?;
        Some((one.conversation.clone(), one.turn))
    }

    /// A turn that was not there before.
    fn next_turn(&mut self, seen: &Seen, context: &mut Context<'_>) -> (Id, u32) {
        let follows = self.open.take().flatten();
        let conversation = follows.and_then(|id| self.place(&id));
        let conversation = conversation.and_then(|place| self.versions.get(place));
        let conversation = conversation.map(|one| &one.conversation);
        let conversation = match conversation.or_else(|| self.conversation_of(seen.chat)) {
            Some(id) => id.clone(),
            None => (context.mint)(),
        };
        let in_it = (self.versions.iter()).filter(|one| one.conversation == conversation);
        let turn = in_it
            .map(|one| one.turn.saturating_add(1))
            .max()
            .unwrap_or_default();
        (conversation, turn)
    }

    /// The conversation that a chat shows now.
    fn conversation_of(&self, chat: u32) -> Option<&Id> {
        let here = |one: &&Version| one.chat == chat && one.here == self.look;
        Some(&self.versions.iter().rev().find(here)?.conversation)
    }

    fn place(&self, id: &Id) -> Option<usize> {
        self.versions.iter().rposition(|one| one.id == *id)
    }
}

impl Version {
    /// Whether `now` is a later state of the same text. It is remembered if so.
    fn goes_on(&mut self, now: &Print, is_shown: bool, is_asked: bool) -> bool {
        let is_start = self.print.head.starts_with(&now.head);
        if self.is_restarted {
            if self.print.is_same(now) {
                self.is_restarted = false;
            }
            // As long as it is as it began before, all is open.
            return !self.is_restarted || is_start && now.chars < SHORT;
        }
        if is_shown && now.chars * 10 < self.print.chars {
            self.is_restarted = true;
            return is_start;
        }
        // What was not complete may have been a placeholder.
        if !self.print.goes_on(now) && (is_shown || is_asked) {
            return false;
        }
        if now.chars > 0 {
            self.print = now.clone();
        }
        true
    }
}

impl Print {
    /// Letters and digits: Markdown that is drawn at last changes the rest.
    fn of(text: &str) -> Self {
        let mut bare = String::new();
        let mut chars = 0;
        for char in text.chars().filter(|char| char.is_alphanumeric()) {
            bare.push(char);
            chars += 1;
        }
        let part = |from: usize| bare.chars().skip(from).take(PART).collect();
        Self {
            head: part(0),
            tail: part(usize::saturating_sub(chars, PART)),
            chars,
        }
    }

    /// Both begin alike, or end alike: a label in the text may have changed.
    fn goes_on(&self, now: &Self) -> bool {
        let begins = now.head.starts_with(&self.head) || self.head.starts_with(&now.head);
        begins || (self.tail == now.tail && self.chars.min(now.chars) >= SHORT)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.head == other.head && self.tail == other.tail && self.chars.abs_diff(other.chars) <= 2
    }
}

#[cfg(test)]
mod tests;
