//! A fingerprint: what is kept of a text to tell later how much of it is left.
//!
//! Keyed hashes of its character grams. Winnowing (Schleimer, Wilkerson and Aiken
//! 2003) thins both sides out, as it compares many documents; here one text is
//! looked for in a few, and the share that is left is to be right within two
//! points, which for an answer takes every gram (in 15 bits, so that none says
//! much). Only of texts beyond [`SAMPLES_MAX`] characters is every second or
//! third … gram kept, and looked for among all grams of the text now.
//!
//! What counts as left is what stands somewhere in one piece: letters that two
//! texts have in the same order by chance are half of any text. Characters are
//! those that are not white space, as editors break lines anew.

#![expect(
    clippy::indexing_slicing,
    reason = "samples, characters and places count in lists that are made together and never change"
)]

use tacit_signals::{Share, text};

/// Hashes kept of one text.
const SAMPLES_MAX: usize = 8_192;

/// Bits of a hash: each is kept as one character of a string.
pub(super) const BITS: u32 = 15;

/// Characters a text must have to be known again, and may have.
const CHARS_MIN: usize = 16;
const CHARS_MAX: usize = 60_000;

/// Characters of a gram; of Chinese, Japanese and Korean, which say as much in fewer.
const GRAM: usize = 3;
const GRAM_DENSE: usize = 2;

/// How the text is looked for: passages of at least so many characters (in texts
/// of [`GRAM`]), at most so far off from where their neighbours let expect them.
/// Long ones first and anywhere, then what lies between them: a passage of few
/// characters is likely to be another one elsewhere.
const PASSES: [(usize, usize); 4] = [(14, usize::MAX), (9, 64), (6, 8), (3, 0)];

/// Places in the text now that are tried for one hash.
const PLACES_MAX: usize = 24;

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    /// Characters of the text.
    pub(super) chars: usize,
    /// Characters of a gram.
    pub(super) gram: usize,
    /// Hashes of the grams at 0, step, 2 · step, …
    pub(super) samples: Vec<u16>,
}

/// The text of a container now, as prints are looked for in it.
#[derive(Debug)]
pub struct Container {
    chars: Vec<char>,
    key: u32,
    grams: Vec<(usize, Grams)>,
}

/// Hashes of all grams of one length, and where each stands.
#[derive(Debug)]
struct Grams {
    hashes: Vec<u16>,
    /// By hash, the first place + 1; by place, the next with the same hash + 1.
    first: Vec<u32>,
    next: Vec<u32>,
}

impl Print {
    /// Of a text; `None` of one too short to be known again.
    #[must_use]
    pub fn of(key: u32, text: &str) -> Option<Self> {
        let dense = text::dense(text);
        let chars = text::scalars(&dense);
        if !(CHARS_MIN..=CHARS_MAX).contains(&chars.len()) {
            return None;
        }
        let gram = if dense.len() > 2 * chars.len() {
            GRAM_DENSE
        } else {
            GRAM
        };
        let mut print = Self {
            chars: chars.len(),
            gram,
            samples: Vec::new(),
        };
        let hashes = hashes(key, &chars, gram);
        print.samples = hashes.into_iter().step_by(print.step()).collect();
        Some(print)
    }

    /// As it was stored; `None` if that cannot be.
    pub(super) fn from_parts(chars: usize, gram: usize, samples: Vec<u16>) -> Option<Self> {
        let print = Self {
            chars,
            gram,
            samples,
        };
        let is_whole = (GRAM_DENSE..=GRAM).contains(&gram)
            && (CHARS_MIN..=CHARS_MAX).contains(&chars)
            && print.samples.len() == (chars + 1 - gram).div_ceil(print.step());
        is_whole.then_some(print)
    }

    /// Characters from one sample to the next.
    fn step(&self) -> usize {
        self.chars.div_ceil(SAMPLES_MAX).max(1)
    }

    /// How much of the text is in `container`.
    #[must_use]
    pub fn share(&self, container: &mut Container) -> Share {
        let grams = container.grams(self.gram);
        let mut search = Search {
            print: self,
            step: self.step(),
            grams,
            shifts: vec![None; self.chars],
            taken: vec![false; grams.hashes.len() + self.gram],
        };
        for (chars, off_max) in PASSES {
            let more = (chars - GRAM) * self.gram / GRAM;
            search.pass(more + self.gram, off_max);
        }
        let kept = search.shifts.iter().flatten().count();
        Share::of(kept as u64, self.chars as u64)
    }
}

/// Where passages of the text are in a container.
struct Search<'a> {
    print: &'a Print,
    step: usize,
    grams: &'a Grams,
    /// Of each character of the text, if it is there: how much further on (wrapping).
    shifts: Vec<Option<usize>>,
    /// Characters of the container that are part of a passage already.
    taken: Vec<bool>,
}

impl Search<'_> {
    /// Looks for passages of what was not found before.
    fn pass(&mut self, chars_min: usize, off_max: usize) {
        let mut before = None;
        // The next character that was found, to know where it is.
        let mut next = 0;
        for at in 0..self.print.samples.len() {
            let start = at * self.step;
            if self.shifts[start].is_some() {
                before = self.shifts[start];
                continue;
            }
            next = next.max(start);
            while self.shifts.get(next).is_some_and(Option::is_none) {
                next += 1;
            }
            let behind = self.shifts.get(next).copied().flatten();
            let Some((place, run)) = self.best(at, [before, behind], off_max) else {
                continue;
            };
            let chars = (run - 1) * self.step + self.print.gram;
            if chars >= chars_min {
                self.found(at, place, run);
            }
        }
    }

    /// Where the longest passage that begins with sample `at` is, and how many
    /// samples it has.
    fn best(
        &self,
        at: usize,
        shifts: [Option<usize>; 2],
        off_max: usize,
    ) -> Option<(usize, usize)> {
        let mut best = None;
        let mut look = |place: usize| {
            let run = self.run(at, place);
            if run > best.map_or(0, |(_, longest)| longest) {
                best = Some((place, run));
            }
        };
        let hashes = &self.grams.hashes;
        let hash = self.print.samples[at];
        if off_max == usize::MAX {
            let mut next = self.grams.first[usize::from(hash)];
            for _ in 0..PLACES_MAX {
                let Some(place) = (next as usize).checked_sub(1) else {
                    break;
                };
                look(place);
                next = self.grams.next[place];
            }
            return best;
        }
        for shift in shifts.into_iter().flatten() {
            let expected = (at * self.step).wrapping_add(shift);
            let to = expected.saturating_add(off_max + 1).min(hashes.len());
            let from = expected.saturating_sub(off_max).min(to);
            for (place, known) in hashes[from..to].iter().enumerate() {
                if *known == hash {
                    look(from + place);
                }
            }
        }
        best
    }

    /// How many samples from `at` on are at `place` and behind it.
    fn run(&self, at: usize, place: usize) -> usize {
        let samples = &self.print.samples[at..];
        let matches = |(n, sample): &(usize, &u16)| {
            let place = place + n * self.step;
            self.grams.hashes.get(place) == Some(sample)
                && !self.taken[place]
                && !self.taken[place + self.print.gram - 1]
                && self.shifts[(at + n) * self.step].is_none()
        };
        samples.iter().enumerate().take_while(matches).count()
    }

    fn found(&mut self, at: usize, place: usize, run: usize) {
        let from = at * self.step;
        let chars = (run - 1) * self.step + self.print.gram;
        self.taken[place..place + chars].fill(true);
        // Where samples are apart, the passage goes on for half a step.
        let beyond = (self.step - 1) / 2;
        let is_last = at + run == self.print.samples.len();
        let to = if is_last {
            self.shifts.len()
        } else {
            from + chars + beyond
        };
        let shift = Some(place.wrapping_sub(from));
        for known in &mut self.shifts[from.saturating_sub(beyond)..to] {
            *known = known.or(shift);
        }
    }
}

impl Container {
    /// Of a container's text.
    #[must_use]
    pub fn of(key: u32, text: &str) -> Self {
        let mut chars = text::scalars(&text::dense(text));
        chars.truncate(CHARS_MAX);
        Self {
            chars,
            key,
            grams: Vec::new(),
        }
    }

    fn grams(&mut self, gram: usize) -> &Grams {
        let known = self.grams.iter().position(|(known, _)| *known == gram);
        let place = known.unwrap_or_else(|| {
            let grams = Grams::of(hashes(self.key, &self.chars, gram));
            self.grams.push((gram, grams));
            self.grams.len() - 1
        });
        &self.grams[place].1
    }
}

impl Grams {
    fn of(hashes: Vec<u16>) -> Self {
        let mut first = vec![0; 1 << BITS];
        let mut next = vec![0; hashes.len()];
        let mut number = u32::try_from(hashes.len()).unwrap_or_default();
        for (place, hash) in hashes.iter().enumerate().rev() {
            next[place] = std::mem::replace(&mut first[usize::from(*hash)], number);
            number -= 1;
        }
        Self {
            hashes,
            first,
            next,
        }
    }
}

/// Keyed hashes of all grams, in order.
fn hashes(key: u32, chars: &[char], gram: usize) -> Vec<u16> {
    let mut hashes = Vec::with_capacity(chars.len());
    for window in chars.windows(gram) {
        let mut hash = key;
        for &c in window {
            // murmur3's steps, with the key for a seed.
            hash = (hash ^ u32::from(c))
                .wrapping_mul(0xcc9e_2d51)
                .rotate_left(15);
            hash = hash.wrapping_mul(0x1b87_3593) ^ (hash >> 13);
        }
        hashes.push(u16::try_from(hash >> (32 - BITS)).unwrap_or_default());
    }
    hashes
}

#[cfg(test)]
mod tests;
