//! The pure heart of the module: facts of the page in, events out.
//!
//! The browser shell tells what it saw (outputs on the page, their text, what
//! came into view, which control was used, what was copied or typed); the core
//! runs the detectors and puts what they found into the outbox.

use tacit_signals::{
    Event, Id, Share, Signal,
    signal::{ContentRole, Shown},
    text,
};

use crate::{
    adapter::Control,
    by_id::ById,
    config::{Config, Content},
    detect::{
        Ms, copied,
        dwell::Dwell,
        edited::{self, Editing},
        rated, regenerated,
        shown::{self, Growth, Look},
        stopped::StopAsked,
        switched,
        turns::{Change, Present, Turns},
    },
    outbox::Outbox,
    session::{Now, Session},
};

/// Texts kept in memory to match copies and edits with: the latest outputs, and
/// not more than this many bytes of them.
const TEXT_BYTES_MAX: usize = 1_024 * 1_024;

/// An output as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The output and its chain.
    pub present: Present,
    /// Number of the variant, where the page says so.
    pub variant: Option<u32>,
    /// The registration's token, where the page has one.
    pub token: Option<Box<str>>,
    /// All text inside the element, as cheaply as it can be read.
    pub glance: Option<String>,
}

/// The text of an output, read with care once it stands still.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The answer's text without the page's controls.
    pub text: String,
    /// The text of each code block.
    pub code: Vec<String>,
}

/// Everything known of one output.
#[derive(Debug, Clone)]
struct Output {
    conversation: Option<Id>,
    turn: Option<u32>,
    variant: Option<u32>,
    token: Option<Box<str>>,
    growth: Growth,
    reading: Reading,
    shown: bool,
    replaces: Option<Id>,
    stop_asked: Option<StopAsked>,
    sampled: bool,
}

impl Output {
    /// What the page says of it now. A token is kept when the page drops it.
    fn take_over(&mut self, sighting: &Sighting) {
        self.conversation.clone_from(&sighting.present.conversation);
        self.turn = sighting.present.turn;
        self.variant = sighting.variant;
        if sighting.token.is_some() {
            self.token.clone_from(&sighting.token);
        }
    }
}

/// An output that an editor's text comes from.
struct Seed {
    id: Id,
    share: Share,
    text: Box<str>,
}

/// The state of one page.
#[derive(Debug)]
pub struct Core {
    config: Config,
    session: Session,
    outbox: Outbox,
    outputs: ById<Output>,
    turns: Turns,
    dwell: Dwell,
    one_copy: copied::OneAct,
    editors: Vec<(u32, Vec<(Id, Editing)>)>,
    consented: bool,
    heard: Vec<Event>,
}

impl Core {
    /// A page that was just loaded.
    #[must_use]
    pub fn new(config: Config, session: Session, outbox: Outbox, dwell: Dwell) -> Self {
        Self {
            config,
            session,
            outbox,
            outputs: ById::default(),
            turns: Turns::default(),
            dwell,
            one_copy: copied::OneAct::default(),
            editors: Vec::new(),
            consented: true,
            heard: Vec::new(),
        }
    }

    /// The configuration it runs with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is to be sent.
    pub fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// Events since the last call, for the host's debugging hook.
    pub fn take_heard(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.heard)
    }

    /// The outputs on the page now, all of them; `changed_at` is when the page
    /// last changed. Answers with the places of those whose text came to rest
    /// and should be read with care.
    pub fn look(&mut self, now: Now, changed_at: Ms, sightings: &[Sighting]) -> Vec<usize> {
        let mut to_read = Vec::new();
        let mut present = Vec::new();
        for (place, sighting) in sightings.iter().enumerate() {
            if self.sight(now, changed_at, sighting) {
                to_read.push(place);
            }
            present.push(&sighting.present);
        }
        for change in self.turns.present(now.mono, &present) {
            self.turn_changed(now, change);
        }
        to_read
    }

    /// Takes one output in; whether its text should be read.
    fn sight(&mut self, now: Now, changed_at: Ms, sighting: &Sighting) -> bool {
        let id = &sighting.present.id;
        let text = sighting.glance.as_deref().unwrap_or_default();
        if let Some(known) = self.outputs.get_mut(id) {
            known.take_over(sighting);
            let looked = |growth: &mut Growth| growth.look(now.mono, changed_at, text);
            return sighting.glance.is_some()
                && matches!(looked(&mut known.growth), Look::Settled { .. });
        }
        let conversation = sighting.present.conversation.as_ref();
        let mut output = Output {
            conversation: None,
            turn: None,
            variant: None,
            token: None,
            growth: Growth::new(now.mono, text),
            reading: Reading::default(),
            shown: false,
            replaces: None,
            stop_asked: None,
            sampled: self.session.is_sampled(conversation),
        };
        output.take_over(sighting);
        self.outputs.get_or_insert(id, output);
        false
    }

    /// Whether its text may still be growing.
    #[must_use]
    pub fn is_growing(&self, id: &Id) -> bool {
        self.outputs
            .get(id)
            .is_some_and(|output| output.growth.is_growing())
    }

    /// Whether any text may still be growing, so that the page must be looked at again.
    #[must_use]
    pub fn any_grows(&self, sightings: &[Sighting]) -> bool {
        sightings.iter().any(|s| self.is_growing(&s.present.id))
    }

    /// The text of an output that came to rest.
    pub fn settled(&mut self, now: Now, id: &Id, reading: Reading) {
        let Some(output) = self.outputs.get_mut(id) else {
            return;
        };
        let clean = text::clean(&reading.text);
        let code_chars = reading.code.iter().map(|code| text::chars(code)).sum();
        let (first_at, ended_at) = (output.growth.first_at(), output.growth.last_change_at());
        let stream_ms = crate::detect::span_ms(first_at, ended_at);
        let measured = shown::measure(&clean, code_chars, stream_ms);
        let chars = measured.chars;
        output.reading = Reading {
            text: clean,
            code: reading.code,
        };
        let stopped = output
            .stop_asked
            .take()
            .and_then(|stop| stop.settled(first_at, ended_at, chars));
        self.dwell.grew(id);
        if let Some(shown) = self.first_shown(id, measured) {
            self.emit(now, id, Signal::Shown(Box::new(shown)));
        }
        if let Some(stopped) = stopped {
            self.emit(now, id, stopped);
        }
        self.forget_old_texts();
    }

    /// The text so far of an output that may still grow: what is copied from it
    /// or typed into an editor now can be matched without waiting for its rest.
    pub fn read_early(&mut self, id: &Id, reading: Reading) {
        if let Some(output) = self.outputs.get_mut(id) {
            output.reading = Reading {
                text: text::clean(&reading.text),
                code: reading.code,
            };
        }
    }

    /// `shown` with its chain, the first time.
    fn first_shown(&mut self, id: &Id, measured: Shown) -> Option<Shown> {
        let output = self.outputs.get_mut(id)?;
        if std::mem::replace(&mut output.shown, true) {
            return None;
        }
        let sketch = if self.config.sketch {
            text::sketch(&output.reading.text)
        } else {
            Vec::new()
        };
        Some(Shown {
            conversation: output.conversation.clone(),
            turn: output.turn,
            variant: output.variant,
            replaces: output.replaces.clone(),
            sketch,
            ..measured
        })
    }

    fn turn_changed(&mut self, now: Now, change: Change) {
        match change {
            Change::Replaced {
                old,
                new,
                asked_at,
                variants,
            } => {
                self.tell_dwell(now, &old);
                let ended_at = self.outputs.get(&old).map(|o| o.growth.last_change_at());
                if let Some(output) = self.outputs.get_mut(&new) {
                    output.replaces = Some(old.clone());
                }
                let ended_at = ended_at.unwrap_or(now.mono);
                let signal = regenerated::signal(ended_at, asked_at, now.mono, variants);
                self.emit(now, &old, signal);
            }
            Change::Returned { from, to } => {
                self.tell_dwell(now, &from);
                self.emit(now, &from, switched::signal(from.clone(), to));
            }
        }
    }

    /// A control with a known meaning was used; `owner` is the output it belongs to.
    pub fn control(
        &mut self,
        now: Now,
        control: Control,
        owner: Option<&Id>,
        pressed: Option<bool>,
    ) {
        match (control, owner) {
            (Control::Regenerate, Some(owner)) => self.turns.asked(now.mono, owner),
            (Control::Stop, _) => {
                for (_, output) in self.outputs.all_mut() {
                    if output.growth.is_growing() {
                        output.stop_asked = Some(StopAsked::new(now.mono));
                    }
                }
            }
            (Control::Rate(thumb), Some(owner)) => {
                if let Some(signal) = rated::signal(thumb, pressed) {
                    self.emit(now, owner, signal);
                }
            }
            (Control::Regenerate | Control::Rate(_), None) | (Control::Cancel, _) => {}
        }
    }

    /// Part of an output's rendered text was copied.
    pub fn copied_selection(&mut self, now: Now, id: &Id, selected: &str) {
        let signal = self
            .source(id)
            .and_then(|source| copied::by_selection(selected, source));
        self.tell_copy(now, id, copied::Trace::Event, signal);
    }

    /// A script wrote `written` to the clipboard on behalf of the person; `owner`
    /// is the output whose control was just used.
    pub fn copied_write(&mut self, now: Now, owner: Option<&Id>, written: &str) {
        let mut best = None;
        if let Some(owner) = owner {
            self.match_copy(owner, written, &mut best);
        }
        if best.is_none() {
            for (id, _) in self.outputs.all() {
                self.match_copy(id, written, &mut best);
            }
        }
        if let Some((_, id, signal)) = best {
            self.tell_copy(now, &id, copied::Trace::Write, Some(signal));
        }
    }

    /// Puts what was copied from `id` into `best` if it is not worse.
    fn match_copy(&self, id: &Id, written: &str, best: &mut Option<(Share, Id, Signal)>) {
        let signal = self.source(id).and_then(|s| copied::by_write(written, s));
        if let Some(Signal::Copied { span, via }) = signal
            && best.as_ref().is_none_or(|(share, ..)| *share <= span.share)
        {
            *best = Some((span.share, id.clone(), Signal::Copied { span, via }));
        }
    }

    fn source(&self, id: &Id) -> Option<copied::Source<'_>> {
        let reading = &self.outputs.get(id)?.reading;
        (!reading.text.is_empty()).then_some(copied::Source {
            text: &reading.text,
            code: &reading.code,
        })
    }

    fn tell_copy(&mut self, now: Now, id: &Id, trace: copied::Trace, signal: Option<Signal>) {
        let Some(signal) = signal else { return };
        if self.one_copy.is_new(now.mono, id, trace) {
            self.emit(now, id, signal);
        }
    }

    /// An editor came into use and holds `text`; `owner` is the output whose
    /// message it stands in. Whether it was seeded with an output, and so is
    /// worth following. A document may hold several.
    pub fn editor_opened(&mut self, editor: u32, owner: Option<&Id>, text: &str) -> bool {
        let mut followed = self.close(editor);
        for (_, editing) in &mut followed {
            editing.moved(text);
        }
        let is_empty = followed.is_empty();
        let mut seeds = Vec::new();
        let find = |id: &Id, seeds: &mut Vec<Seed>| {
            if !followed.iter().any(|(known, _)| known == id)
                && let Some(seed) = self.seed(id, text)
            {
                seeds.push(seed);
            }
        };
        if let Some(owner) = owner {
            find(owner, &mut seeds);
        }
        if seeds.is_empty() {
            for (id, _) in self.outputs.all() {
                find(id, &mut seeds);
            }
        }
        let clean = text::clean(text);
        let mut best: Option<Seed> = None;
        for seed in seeds {
            if text::find(&clean, &seed.text).is_some() {
                followed.push((seed.id, Editing::new(text, &seed.text)));
            } else if best.as_ref().is_none_or(|best| best.share <= seed.share) {
                best = Some(seed);
            }
        }
        // Only what stands there letter by letter can stand beside another.
        if let Some(best) = best
            && is_empty
            && followed.is_empty()
        {
            followed.push((best.id, Editing::new(text, &best.text)));
        }
        let is_followed = !followed.is_empty();
        if is_followed {
            self.editors.push((editor, followed));
        }
        is_followed
    }

    /// The output, if the text of an editor comes from it.
    fn seed(&self, id: &Id, editor: &str) -> Option<Seed> {
        let source = self.source(id)?;
        Some(Seed {
            share: edited::seeded_from(editor, source.text)?,
            id: id.clone(),
            text: source.text.into(),
        })
    }

    /// A followed editor holds `text` now; `is_final` when it was left or saved.
    /// `redacted` is asked for the form in which edited text may leave.
    pub fn editor_changed(
        &mut self,
        now: Now,
        editor: u32,
        text: &str,
        is_final: bool,
        redacted: impl Fn(&str) -> String,
    ) {
        let keep_text = is_final && self.config.content >= Content::Edits;
        let mut told = Vec::new();
        let Some(place) = self.place_of(editor) else {
            return;
        };
        for (id, editing) in &mut self.editors[place].1 {
            let Some(signal) = editing.changed(text, is_final) else {
                continue;
            };
            told.push((id.clone(), signal));
            if keep_text && let Some(text) = frame(redacted(&editing.now())) {
                let role = ContentRole::Edit;
                told.push((id.clone(), Signal::Content { role, text }));
            }
        }
        self.emit_all(now, told);
    }

    /// A followed editor was given up.
    pub fn editor_cancelled(&mut self, now: Now, editor: u32) {
        let mut told = Vec::new();
        for (id, editing) in &mut self.close(editor) {
            if let Some(signal) = editing.cancelled() {
                told.push((id.clone(), signal));
            }
        }
        self.emit_all(now, told);
    }

    /// What an editor is followed for, taken out.
    fn close(&mut self, editor: u32) -> Vec<(Id, Editing)> {
        match self.place_of(editor) {
            Some(place) => self.editors.swap_remove(place).1,
            None => Vec::new(),
        }
    }

    fn place_of(&self, editor: u32) -> Option<usize> {
        let is_this = |(number, _): &(u32, _)| *number == editor;
        self.editors.iter().position(is_this)
    }

    /// The person's word: without it nothing is recorded, and what waits is forgotten.
    pub fn consent(&mut self, granted: bool) {
        self.consented = granted;
        if !granted {
            self.outbox.purge();
        }
    }

    /// An output came into view, moved in it or left it.
    pub fn in_view(&mut self, now: Now, id: &Id, in_view: bool, depth: Share) {
        if let Some(signal) = self.dwell.view(now.mono, id, in_view, depth) {
            self.emit(now, id, signal);
        }
    }

    /// Any input of the person.
    pub fn input(&mut self, now: Now) {
        self.dwell.input(now.mono);
    }

    /// The window won or lost the focus.
    pub fn focus(&mut self, now: Now, focused: bool) {
        self.dwell.focus(now.mono, focused);
    }

    /// A second has passed. Whether another tick is worth while.
    pub fn tick(&mut self, now: Now) -> bool {
        let told = self.dwell.tick(now.mono);
        self.emit_all(now, told);
        self.dwell.is_reading()
    }

    /// The page was hidden or is being left.
    pub fn hidden(&mut self, now: Now) {
        self.dwell.page(now.mono, false);
        let told = self.dwell.leave(now.mono);
        self.emit_all(now, told);
    }

    /// The page is visible.
    pub fn visible(&mut self, now: Now) {
        self.dwell.page(now.mono, true);
        self.outbox.returned();
    }

    /// The app states a fact itself.
    pub fn told(&mut self, now: Now, output: &Id, signal: Signal) {
        self.emit(now, output, signal);
    }

    fn tell_dwell(&mut self, now: Now, id: &Id) {
        if let Some(signal) = self.dwell.report(now.mono, id) {
            self.emit(now, id, signal);
        }
    }

    fn emit_all(&mut self, now: Now, told: Vec<(Id, Signal)>) {
        for (id, signal) in told {
            self.emit(now, &id, signal);
        }
    }

    fn emit(&mut self, now: Now, id: &Id, signal: Signal) {
        let output = self.outputs.get(id);
        let sampled = output.map_or_else(|| self.session.is_sampled(None), |output| output.sampled);
        if !sampled || !self.consented {
            return;
        }
        let token = output.and_then(|output| output.token.clone());
        let event = self.session.event(now, id, token, signal);
        self.outbox.push(now, &event);
        self.heard.push(event);
    }

    /// Keeps the texts in memory bounded; ids are ordered by time only when the
    /// client made them, so the largest texts go first.
    fn forget_old_texts(&mut self) {
        loop {
            let (mut total, mut largest) = (0, None);
            for (_, output) in self.outputs.all_mut() {
                let size = output.reading.text.len();
                total += size;
                if largest.as_ref().is_none_or(|(most, _)| *most <= size) {
                    largest = Some((size, output));
                }
            }
            match largest {
                Some((_, output)) if total > TEXT_BYTES_MAX => output.reading = Reading::default(),
                _ => return,
            }
        }
    }
}

/// Text that fits a content frame; a longer one stays at home.
fn frame(text: String) -> Option<String> {
    (text.len() <= tacit_signals::limits::CONTENT_BYTES_MAX).then_some(text)
}

#[cfg(test)]
mod tests;
