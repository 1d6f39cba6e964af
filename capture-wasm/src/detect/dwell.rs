//! `dwell`: how long a person could really have been reading.
//!
//! Time counts for an output while it is in view, the page is visible and
//! focused, and there was input within [`IDLE_MS`]; coming back to the page is
//! input. No heartbeat: reports go out when an output leaves the view, when the
//! page is hidden, and at milestones.
//!
//! How deep was read is a share of the whole text, so it is known only once the
//! text stands still: until then an output reports no depth.

use tacit_signals::{Id, Share, Signal};

use super::Ms;
use crate::by_id::ById;

/// Without input for this long, nobody is reading any more.
pub const IDLE_MS: Ms = 30_000;

/// First milestone; each next one is [`MILESTONE_FACTOR`] times as far. Two
/// seconds is what "seen" means to the rules about regeneration.
const MILESTONE_MS: Ms = 2_000;
const MILESTONE_FACTOR: Ms = 4;

/// A report is worth its bytes only if it says this much more than the last.
const NEWS_MS: Ms = 250;

/// Reading time of every output in view.
#[derive(Debug, Clone)]
pub struct Dwell {
    readings: ById<Reading>,
    page_visible: bool,
    focused: bool,
    last_input: Ms,
    counted_to: Ms,
}

#[derive(Debug, Clone)]
struct Reading {
    in_view: bool,
    /// Its text stands still.
    whole: bool,
    /// Nobody knows yet whether it is an output at all: that it is shown was not told.
    doubtful: bool,
    depth: Share,
    deepest: Share,
    active_ms: Ms,
    reported_ms: Ms,
    reported_deepest: Share,
    milestone: Ms,
}

impl Dwell {
    /// Starts with a page in this state; the load itself counts as input.
    #[must_use]
    pub fn new(now: Ms, page_visible: bool, focused: bool) -> Self {
        Self {
            readings: ById::default(),
            page_visible,
            focused,
            last_input: now,
            counted_to: now,
        }
    }

    /// An output came into view, moved in it or left it; `depth` is the share of
    /// it that lies above the lower edge of the view.
    pub fn view(&mut self, now: Ms, output: &Id, in_view: bool, depth: Share) -> Option<Signal> {
        self.count(now);
        let reading = self.reading(output);
        reading.depth = depth;
        let left = reading.in_view && !in_view;
        reading.in_view = in_view;
        self.count(now);
        left.then(|| self.report(now, output)).flatten()
    }

    /// The text of an output came to rest, or grows again: what was deepest in the
    /// shorter text is not now.
    pub fn settled(&mut self, now: Ms, output: &Id, whole: bool) {
        self.count(now);
        let reading = self.reading(output);
        reading.doubtful &= !whole;
        if reading.whole != whole {
            reading.whole = whole;
            reading.deepest = Share::ZERO;
        }
    }

    /// What looks like an output that streams may be something that changes for
    /// ever: that it was read is told once its text came to rest.
    pub fn doubt(&mut self, output: &Id) {
        self.reading(output).doubtful = true;
    }

    fn reading(&mut self, output: &Id) -> &mut Reading {
        let new = Reading {
            in_view: false,
            whole: false,
            doubtful: false,
            depth: Share::ZERO,
            deepest: Share::ZERO,
            active_ms: 0,
            reported_ms: 0,
            reported_deepest: Share::ZERO,
            milestone: MILESTONE_MS,
        };
        self.readings.get_or_insert(output, new)
    }

    /// The page was hidden or shown again.
    pub fn page(&mut self, now: Ms, visible: bool) {
        self.count(now);
        self.returned(now, visible && !self.page_visible);
        self.page_visible = visible;
    }

    /// The window won or lost the focus.
    pub fn focus(&mut self, now: Ms, focused: bool) {
        self.count(now);
        self.returned(now, focused && !self.focused);
        self.focused = focused;
    }

    /// Any pointer, key, wheel or touch input. A scroll is none: pages scroll by
    /// themselves along with a text that grows.
    pub fn input(&mut self, now: Ms) {
        self.count(now);
        self.last_input = now;
    }

    /// Who comes back does it by a key or a press that the page does not see.
    fn returned(&mut self, now: Ms, is_back: bool) {
        if is_back {
            self.last_input = now;
        }
    }

    /// Reports whose milestone was reached.
    pub fn tick(&mut self, now: Ms) -> Vec<(Id, Signal)> {
        self.report_all(now, |reading| reading.active_ms >= reading.milestone)
    }

    /// Reports of everything that was not told yet: the page is being left.
    pub fn leave(&mut self, now: Ms) -> Vec<(Id, Signal)> {
        self.report_all(now, |_| true)
    }

    /// The report of one output, if there is news.
    pub fn report(&mut self, now: Ms, output: &Id) -> Option<Signal> {
        self.count(now);
        self.readings.get_mut(output)?.report()
    }

    /// Whether an output is in view, but not down to its end.
    #[must_use]
    pub fn may_be_read_deeper(&self, output: &Id) -> bool {
        let reading = self.readings.get(output);
        reading.is_some_and(|reading| reading.in_view && reading.depth < Share::ONE)
    }

    /// Whether any output is in view, so that ticks are worth their cost.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.page_visible && self.readings.all().iter().any(|(_, r)| r.in_view)
    }

    fn report_all(&mut self, now: Ms, is_due: fn(&Reading) -> bool) -> Vec<(Id, Signal)> {
        self.count(now);
        let mut reports = Vec::new();
        for (id, reading) in self.readings.all_mut() {
            if is_due(reading)
                && let Some(signal) = reading.report()
            {
                reports.push((id.clone(), signal));
            }
        }
        reports
    }

    /// Adds the active part of the time since the last call.
    fn count(&mut self, now: Ms) {
        let from = self.counted_to;
        self.counted_to = from.max(now);
        let active_until = now.min(self.last_input + IDLE_MS);
        if !(self.page_visible && self.focused) || active_until < from {
            return;
        }
        for (_, reading) in self.readings.all_mut() {
            if reading.in_view {
                reading.active_ms += active_until - from;
                if reading.whole {
                    reading.deepest = reading.deepest.max(reading.depth);
                }
            }
        }
    }
}

impl Reading {
    /// The report, if there is news.
    fn report(&mut self) -> Option<Signal> {
        let news = self.active_ms - self.reported_ms >= NEWS_MS
            || (self.active_ms > 0 && self.deepest > self.reported_deepest);
        if !news || self.doubtful {
            return None;
        }
        self.reported_ms = self.active_ms;
        self.reported_deepest = self.deepest;
        while self.milestone <= self.active_ms {
            self.milestone *= MILESTONE_FACTOR;
        }
        Some(Signal::Dwell {
            active_ms: super::span_ms(0, self.active_ms),
            read_share: self.deepest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Id {
        Id::parse("output", name).unwrap()
    }

    fn told(signal: Option<Signal>) -> (u32, u16) {
        match signal {
            Some(Signal::Dwell {
                active_ms,
                read_share,
            }) => (active_ms, read_share.thousandths()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn counts_while_in_view_and_reports_on_leaving() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        dwell.settled(0, &output, true);
        assert_eq!(dwell.view(1_000, &output, true, Share::of(6, 10)), None);
        assert_eq!(dwell.view(3_000, &output, true, Share::of(9, 10)), None);
        let left = dwell.view(4_000, &output, false, Share::ZERO);
        assert_eq!(told(left), (3_000, 900));
        dwell.input(20_000);
        assert_eq!(dwell.report(20_000, &output), None, "nothing new");
    }

    #[test]
    fn what_may_be_no_output_is_read_once_it_came_to_rest() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        dwell.doubt(&output);
        dwell.view(0, &output, true, Share::ONE);
        dwell.settled(1_000, &output, false);
        assert_eq!(dwell.tick(3_000), []);
        assert_eq!(dwell.leave(4_000), []);
        dwell.settled(5_000, &output, true);
        assert_eq!(told(dwell.report(6_000, &output)), (6_000, 1_000));
        // Its next growth is that of an output.
        dwell.settled(7_000, &output, false);
        assert_eq!(told(dwell.report(8_000, &output)).0, 8_000);
    }

    #[test]
    fn hidden_unfocused_and_idle_time_does_not_count() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        dwell.settled(0, &output, true);
        dwell.view(0, &output, true, Share::ONE);
        dwell.page(1_000, false);
        dwell.page(61_000, true);
        dwell.input(61_000);
        dwell.focus(62_000, false);
        dwell.focus(99_000, true);
        // One second visible, one more before the focus was lost, one since.
        assert_eq!(told(dwell.report(100_000, &output)), (3_000, 1_000));
        dwell.input(100_000);
        assert_eq!(
            told(dwell.report(140_000, &output)).0,
            33_000,
            "30 s, then idle"
        );
        dwell.input(150_000);
        assert_eq!(told(dwell.report(151_000, &output)).0, 34_000);
    }

    #[test]
    fn milestones_are_few_and_the_page_left_tells_the_rest() {
        let mut dwell = Dwell::new(0, true, true);
        let (first, second) = (id("a"), id("b"));
        dwell.settled(0, &first, true);
        dwell.settled(0, &second, true);
        dwell.view(0, &first, true, Share::ONE);
        dwell.view(0, &second, true, Share::of(1, 2));
        let mut reports = 0;
        for now in (0..40_000).step_by(1_000) {
            dwell.input(now);
            reports += dwell.tick(now).len();
        }
        assert_eq!(reports, 6, "two outputs at 2, 8 and 32 s");
        let left = dwell.leave(40_000);
        assert_eq!(left.len(), 2);
        assert_eq!(told(Some(left[1].1.clone())), (40_000, 500));
        assert!(dwell.leave(40_100).is_empty(), "nothing is told twice");
    }

    #[test]
    fn depth_counts_only_while_the_text_stands_still() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        dwell.view(0, &output, true, Share::ONE);
        let early = dwell.tick(2_000);
        assert_eq!(told(Some(early[0].1.clone())), (2_000, 0), "of how much?");
        dwell.view(3_000, &output, true, Share::of(1, 5));
        dwell.settled(4_000, &output, true);
        assert_eq!(told(dwell.report(4_500, &output)), (4_500, 200));
        // The stream only paused: what was all of it is a part now.
        dwell.view(5_000, &output, true, Share::ONE);
        dwell.settled(5_000, &output, false);
        assert_eq!(told(dwell.report(8_000, &output)), (8_000, 0));
        dwell.view(8_000, &output, true, Share::of(1, 2));
        dwell.settled(8_000, &output, true);
        assert_eq!(told(dwell.report(9_000, &output)), (9_000, 500));
    }

    #[test]
    fn an_element_that_comes_and_goes_goes_on_with_its_time() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        dwell.settled(0, &output, true);
        let mut last = None;
        for start in [0, 5_000, 10_000] {
            dwell.input(start);
            assert_eq!(dwell.view(start, &output, true, Share::of(1, 2)), None);
            last = dwell.view(start + 1_000, &output, false, Share::ZERO);
        }
        assert_eq!(told(last), (3_000, 500));
    }

    #[test]
    fn what_is_in_view_but_not_to_its_end_is_looked_at_again() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        assert!(!dwell.may_be_read_deeper(&output));
        dwell.view(0, &output, true, Share::of(1, 4));
        assert!(dwell.may_be_read_deeper(&output));
        dwell.view(1_000, &output, true, Share::ONE);
        assert!(!dwell.may_be_read_deeper(&output));
        dwell.view(2_000, &output, false, Share::of(1, 4));
        assert!(!dwell.may_be_read_deeper(&output));
    }

    #[test]
    fn coming_back_is_input() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        dwell.view(0, &output, true, Share::ONE);
        dwell.page(1_000, false);
        dwell.page(600_000, true);
        assert_eq!(told(dwell.report(604_000, &output)).0, 5_000);
        dwell.focus(604_000, false);
        dwell.focus(900_000, true);
        assert_eq!(
            told(dwell.report(990_000, &output)).0,
            35_000,
            "and then idle"
        );
    }

    #[test]
    fn an_idle_person_adds_nothing_however_often_the_page_looks() {
        let mut dwell = Dwell::new(0, true, true);
        let output = id("o");
        dwell.view(0, &output, true, Share::ONE);
        for now in (0..600_000).step_by(1_000) {
            dwell.tick(now);
        }
        assert_eq!(told(dwell.report(600_000, &output)).0 - 30_000, 0);
    }
}
