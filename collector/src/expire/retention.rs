//! How long data are kept: `[retention]` of `tacit.toml`, and the moments that follow
//! from it. Pure.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::DAY_MS;
use crate::{clock::span, control::ProjectId};

/// How long data are kept; without anything said, for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// How long what people did is kept, from when it was received, in days: `"400d"`.
    /// Far longer than the windows of the policy: labels are made of what is there.
    #[schemars(with = "Option<String>", example = &"400d")]
    pub signals: Option<Age>,
    /// The same for texts: what was asked and answered, documents, edits. As long as
    /// `signals` without, never longer.
    #[schemars(with = "Option<String>", example = &"90d")]
    pub texts: Option<Age>,
    /// Most bytes of the store. Beyond it the oldest days go, of all projects, until nine
    /// tenths of it are left.
    #[schemars(range(min = 1_000_000), example = &20_000_000_000_u64)]
    pub max_bytes: Option<u64>,
    /// What is different in a project: a table named `retention.project.NAME` with `signals`
    /// and `texts` of its own.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub project: BTreeMap<String, Ages>,
}

/// How long data of one project are kept; what is left out is as for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ages {
    /// How long what people did is kept.
    pub signals: Option<Age>,
    /// How long texts are kept.
    pub texts: Option<Age>,
}

/// Milliseconds that something is kept: whole days, one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(u64);

impl Age {
    /// `400d`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let days = text.strip_suffix('d').and_then(|_| span(text))?;
        (days >= DAY_MS).then_some(Self(days))
    }

    /// In milliseconds.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// In days.
    #[must_use]
    pub const fn days(self) -> u64 {
        self.0 / DAY_MS
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.days())
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "\"{text}\" is no age; write whole days, one at least: \"400d\""
            ))
        })
    }
}

/// What of a project is kept: whatever was received before is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Horizon {
    /// What people did, and all else, Unix ms.
    pub signals_before: u64,
    /// Texts, Unix ms; never earlier.
    pub texts_before: u64,
}

impl Horizon {
    /// The later of both, each by itself.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            signals_before: self.signals_before.max(other.signals_before),
            texts_before: self.texts_before.max(other.texts_before),
        }
    }

    /// The later of the two moments.
    #[must_use]
    pub fn latest(self) -> u64 {
        self.signals_before.max(self.texts_before)
    }
}

/// The horizons of projects.
pub type Horizons = BTreeMap<ProjectId, Horizon>;

impl Retention {
    /// Whether anything ends for its age.
    #[must_use]
    pub fn is_by_age(&self) -> bool {
        let projects = self.project.values().copied();
        let mut all = projects.chain([Ages {
            signals: self.signals,
            texts: self.texts,
        }]);
        all.any(|ages| ages.signals.is_some() || ages.texts.is_some())
    }

    /// Whether these ages can be kept beside a log that keeps its segments so long; else
    /// which option is wrong, and why.
    pub fn check(&self, keep_seconds: u64) -> Result<(), (String, String)> {
        let named = self
            .project
            .keys()
            .map(|name| (format!("retention.project.{name}"), self.of(name)));
        let all = Ages {
            signals: self.signals,
            texts: self.texts,
        };
        for (table, Ages { signals, texts }) in named.chain([("retention".to_owned(), all)]) {
            if let (Some(texts), Some(signals)) = (texts, signals)
                && texts > signals
            {
                let problem = format!("{texts} is longer than `signals`, {signals}");
                return Err((format!("{table}.texts"), problem));
            }
            let kept_ms = keep_seconds.saturating_mul(2_000);
            for (name, age) in [("signals", signals), ("texts", texts)] {
                if let Some(age) = age.filter(|age| age.ms() < kept_ms) {
                    let problem = format!(
                        "{age} is less than twice `log.keep_seconds`, {keep_seconds} s: the \
                         log would hold what the store forgot"
                    );
                    return Err((format!("{table}.{name}"), problem));
                }
            }
        }
        Ok(())
    }

    /// How long data of the project called `name` are kept.
    #[must_use]
    pub fn of(&self, name: &str) -> Ages {
        let own = self.project.get(name).copied().unwrap_or_default();
        let signals = own.signals.or(self.signals);
        let texts = own.texts.or(self.texts);
        Ages {
            signals,
            // A project whose signals are kept for less says nothing of texts.
            texts: match (texts, signals) {
                (Some(texts), Some(signals)) if own.texts.is_none() => Some(texts.min(signals)),
                (texts, signals) => texts.or(signals),
            },
        }
    }

    /// When data of the project called `name` end next for their age, at `now` (Unix ms) or
    /// later, and what is gone then; `None` where nothing ends by age.
    #[must_use]
    pub fn next(&self, name: &str, now: u64) -> Option<(u64, Horizon)> {
        let at = midnight(now.saturating_add(DAY_MS - 1));
        // The day that a midnight ends is kept until then.
        let then = self.horizons([(ProjectId(0), name)], at.saturating_add(1));
        then.into_values().next().map(|horizon| (at, horizon))
    }

    /// What follows for these projects at `now` (Unix ms); projects of which everything
    /// is kept are not in it.
    pub fn horizons<'a>(
        &self,
        projects: impl IntoIterator<Item = (ProjectId, &'a str)>,
        now: u64,
    ) -> Horizons {
        let mut horizons = Horizons::new();
        for (project, name) in projects {
            let ages = self.of(name);
            let before = |age: Option<Age>| age.map_or(0, |age| before(now, age));
            let signals_before = before(ages.signals);
            let horizon = Horizon {
                signals_before,
                texts_before: before(ages.texts).max(signals_before),
            };
            if horizon != Horizon::default() {
                horizons.insert(project, horizon);
            }
        }
        horizons
    }
}

/// The moment before which nothing of that age is kept at `now`: a midnight, UTC, so that
/// what labels are made of changes once a day; never one that would keep anything longer.
#[must_use]
pub fn before(now: u64, age: Age) -> u64 {
    match now.checked_sub(age.ms()) {
        Some(oldest) => midnight(oldest + DAY_MS - 1),
        None => 0,
    }
}

/// The last midnight, UTC, at or before `at`.
#[must_use]
pub const fn midnight(at: u64) -> u64 {
    at - at % DAY_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    fn read(text: &str) -> Result<Retention, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    const P: ProjectId = ProjectId(1);

    #[test]
    fn ages_are_whole_days() {
        let said = read("signals = \"400d\"").unwrap();
        assert_eq!(said.signals.map(Age::ms), Some(400 * DAY_MS));
        for (wrong, names) in [
            ("signals = \"1y\"", "no age"),
            ("signals = \"0d\"", "no age"),
            ("signals = \"36h\"", "no age"),
            ("signal = \"1d\"", "unknown field"),
            ("[project.shop]\nmax_bytes = 5000000", "unknown field"),
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains(names), "{wrong}: {error}");
        }
    }

    #[test]
    fn nothing_is_kept_longer_than_was_said_nor_a_day_less() {
        let age = Age::parse("2d").unwrap();
        for now in [NOW, midnight(NOW), midnight(NOW) - 1] {
            let before = before(now, age);
            assert_eq!(before % DAY_MS, 0);
            assert!(now - before <= age.ms(), "nothing is older");
            assert!(now - before > age.ms() - DAY_MS, "nor does more go");
        }
        assert_eq!(before(5, age), 0);
    }

    #[test]
    fn a_project_says_what_is_different() {
        let said = read(
            "signals = \"400d\"\ntexts = \"90d\"\n[project.short]\nsignals = \"30d\"\n\
             [project.texts]\ntexts = \"7d\"",
        )
        .unwrap();
        said.check(3_600).unwrap();
        let days = |name| {
            let Ages { signals, texts } = said.of(name);
            [signals, texts].map(|age| age.map(|age| age.ms() / DAY_MS))
        };
        assert_eq!(days("any"), [Some(400), Some(90)]);
        assert_eq!(days("short"), [Some(30), Some(30)]);
        assert_eq!(days("texts"), [Some(400), Some(7)]);
        let all = said.horizons([(P, "texts")], NOW);
        assert!(all[&P].texts_before > all[&P].signals_before);
        // Without an age of their own texts are as old as signals; of a project that
        // keeps everything there is none.
        let said = read("[project.one]\nsignals = \"30d\"").unwrap();
        let all = said.horizons([(P, "one"), (ProjectId(2), "two")], NOW);
        assert_eq!(all.len(), 1);
        assert_eq!(all[&P].texts_before, all[&P].signals_before);
    }

    #[test]
    fn the_next_day_takes_a_day() {
        let said = read("[project.shop]\nsignals = \"30d\"\ntexts = \"7d\"").unwrap();
        assert_eq!(said.next("bank", NOW), None);
        let (at, then) = said.next("shop", NOW).unwrap();
        assert_eq!(at, midnight(NOW) + DAY_MS);
        assert_eq!(
            said.next("shop", at),
            Some((at, then)),
            "it has not come yet"
        );
        for now in [NOW, at] {
            let kept = said.horizons([(P, "shop")], now)[&P];
            assert_eq!(then.signals_before, kept.signals_before + DAY_MS);
            assert_eq!(then.texts_before, kept.texts_before + DAY_MS);
        }
        assert_eq!(said.horizons([(P, "shop")], at + 1)[&P], then);
    }

    #[test]
    fn what_cannot_be_kept_is_refused_by_name() {
        let wrong = |text| read(text).unwrap().check(3_600).unwrap_err();
        let (option, problem) = wrong("signals = \"30d\"\n[project.shop]\ntexts = \"31d\"");
        assert_eq!(option, "retention.project.shop.texts");
        assert!(problem.contains("31d is longer"), "{problem}");
        let (option, problem) = read("texts = \"1d\"").unwrap().check(50_000).unwrap_err();
        assert_eq!(option, "retention.texts");
        assert!(problem.contains("log.keep_seconds"), "{problem}");
    }
}
