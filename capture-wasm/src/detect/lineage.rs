//! Which output an element shows, where the page does not name it.
//!
//! An output is an element and the lineage of its text. Frameworks draw an
//! answer anew, re-use its element for another, or take it away and bring it
//! back; so it is the text that tells: one that goes on is the same output, one
//! that begins differently is another, and one that was here before has returned.

#![expect(
    clippy::indexing_slicing,
    reason = "a place is one of a list from which nothing is ever taken out"
)]

use tacit_signals::{Id, text};

/// Letters and digits of a beginning or an end that are remembered.
const PART: usize = 48;

/// A text this short says little of what it is part of.
const SHORT: usize = 24;

/// An answer on the page, found by what it does.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The output that its element showed so far.
    pub held: Option<&'a Id>,
    /// The message's id in the markup.
    pub named: Option<&'a Id>,
    /// Its text, if it may have changed.
    pub text: Option<&'a str>,
    /// The person's turn before it.
    pub prompt: &'a str,
    /// The number of its chat: two may stand on one page.
    pub chat: u32,
}

/// The output it is, and where that belongs.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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

    /// The page is looked at: of each answer on it first whether it is
    /// [`still`](Self::still) there, then [`which`](Self::which) it is.
    pub fn begin(&mut self) {
        self.look = self.look.wrapping_add(1);
    }

    /// Notes whether an element still shows what it showed.
    pub fn still(&mut self, seen: Seen<'_>, context: &Context<'_>) {
        let Some(place) = seen.held.and_then(|id| self.place(id)) else {
            return;
        };
        let version = &mut self.versions[place];
        if let Some(text) = seen.text {
            let is_shown = (context.is_shown)(&version.id);
            let is_asked = context.asked == Some(&version.id);
            if !version.goes_on(Print::of(text), is_shown, is_asked) {
                return;
            }
            // While the text is away nobody knows whether the question is another.
            if !version.is_restarted {
                version.prompt = seen.prompt.into();
            }
        }
        version.here = self.look;
    }

    /// The version that an element shows.
    pub fn which(&mut self, seen: Seen<'_>, context: &mut Context<'_>) -> &Version {
        let held = seen.held.and_then(|id| self.place(id));
        let place = held.filter(|place| self.is_here(*place));
        let place = place.unwrap_or_else(|| self.another(seen, context));
        let version = &mut self.versions[place];
        version.here = self.look;
        version
    }

    /// The place of the version that an element shows from now on.
    fn another(&mut self, seen: Seen<'_>, context: &mut Context<'_>) -> usize {
        let print = Print::of(seen.text.unwrap_or_default());
        if let Some(place) = self.returned(seen, &print, context) {
            if print.chars > 0 {
                self.versions[place].print = print;
            }
            return place;
        }
        let (conversation, turn) = match self.turn_of(seen, context.asked) {
            Some(known) => known,
            None => self.next_turn(seen, context),
        };
        let mut variant = 0;
        for one in &self.versions {
            variant += u32::from(one.conversation == conversation && one.turn == turn);
        }
        let named = seen.named.filter(|id| self.place(id).is_none());
        self.versions.push(Version {
            id: named.cloned().unwrap_or_else(|| (context.mint)()),
            conversation,
            turn,
            variant,
            chat: seen.chat,
            prompt: seen.prompt.into(),
            print,
            is_restarted: false,
            here: self.look,
        });
        self.versions.len() - 1
    }

    /// A version that was here before and is again: by its name, or by its text
    /// after the same question.
    fn returned(&self, seen: Seen<'_>, print: &Print, context: &Context<'_>) -> Option<usize> {
        let is_held = |one: &Version| seen.held == Some(&one.id);
        if let Some(place) = seen.named.and_then(|id| self.place(id)) {
            let is_free = !self.is_here(place) && !is_held(&self.versions[place]);
            return is_free.then_some(place);
        }
        let is_it = |one: &Version| {
            let is_free = one.here != self.look && !is_held(one) && context.asked != Some(&one.id);
            let is_alike = *one.prompt == *seen.prompt || print.chars >= SHORT;
            let is_same = |is_shown| match is_shown {
                true => one.print.is_same(print),
                false => one.print.goes_on(print),
            };
            let is_near = one.chat == seen.chat && is_free && is_alike;
            is_near && is_same((context.is_shown)(&one.id))
        };
        self.versions.iter().rposition(is_it)
    }

    /// The turn of which this is another answer.
    fn turn_of(&self, seen: Seen<'_>, asked: Option<&Id>) -> Option<(Id, u32)> {
        if self.open.is_some() {
            return None;
        }
        let conversation = self.conversation_of(seen.chat);
        let one = self.versions.iter().rfind(|one| {
            let is_gone =
                one.here != self.look && conversation.is_none_or(|id| *id == one.conversation);
            let is_known = seen.held == Some(&one.id) || !seen.prompt.is_empty();
            let is_same = is_known && *one.prompt == *seen.prompt;
            one.chat == seen.chat && (asked == Some(&one.id) || is_gone && is_same)
        })?;
        Some((one.conversation.clone(), one.turn))
    }

    /// A turn that was not there before.
    fn next_turn(&mut self, seen: Seen<'_>, context: &mut Context<'_>) -> (Id, u32) {
        let follows = self.open.take().flatten();
        let follows = follows.and_then(|id| self.place(&id));
        let follows = follows.map(|place| &self.versions[place].conversation);
        let conversation = match self.conversation_of(seen.chat).or(follows) {
            Some(id) => id.clone(),
            None => (context.mint)(),
        };
        let mut turn = 0;
        for one in &self.versions {
            if one.conversation == conversation {
                turn = turn.max(one.turn.saturating_add(1));
            }
        }
        (conversation, turn)
    }

    /// The conversation that a chat shows now.
    fn conversation_of(&self, chat: u32) -> Option<&Id> {
        let here = |one: &&Version| one.chat == chat && one.here == self.look;
        Some(&self.versions.iter().rfind(here)?.conversation)
    }

    fn is_here(&self, place: usize) -> bool {
        self.versions[place].here == self.look
    }

    fn place(&self, id: &Id) -> Option<usize> {
        self.versions.iter().rposition(|one| one.id == *id)
    }
}

impl Version {
    /// Whether `now` is a later state of the same text. It is remembered if so.
    fn goes_on(&mut self, now: Print, is_shown: bool, is_asked: bool) -> bool {
        let is_start = self.print.head.starts_with(&now.head);
        if self.is_restarted {
            if self.print.is_same(&now) {
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
        if !self.print.goes_on(&now) && (is_shown || is_asked) {
            return false;
        }
        if now.chars > 0 {
            self.print = now;
        }
        true
    }
}

impl Print {
    /// Letters and digits: Markdown that is drawn at last changes the rest.
    fn of(text: &str) -> Self {
        let bare = text::letters(text);
        let mut places = bare.char_indices();
        let head = places.nth(PART).map_or(bare.len(), |(place, _)| place);
        let chars = bare.chars().count();
        let mut places = bare.char_indices();
        let tail = places.nth(chars.saturating_sub(PART));
        let tail = tail.map_or(0, |(place, _)| place);
        Self {
            head: bare.get(..head).unwrap_or_default().into(),
            tail: bare.get(tail..).unwrap_or_default().into(),
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
