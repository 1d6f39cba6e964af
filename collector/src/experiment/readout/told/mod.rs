//! A readout for people, part by part: what a page and Markdown both show.

mod effects;

use super::{
    shape::{Comparison, Effects, GuardState, Measured, Readout, Stopped},
    words::{count, effect, moment, p, says, value},
};

/// A part.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) title: &'static str,
    /// What has to be known before anything else is believed.
    pub(super) warnings: Vec<String>,
    pub(super) text: Vec<String>,
    pub(super) tables: Vec<Table>,
    /// Which picture belongs to it.
    pub(super) picture: Option<Picture>,
}

/// A table; the first column names the row.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Head {
    Words(&'static str),
    Numbers(&'static str),
}

/// What a page draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    /// The primary effect over all looks.
    Looks,
    /// The primary effect by week after exposure.
    Weeks,
}

use Head::{Numbers, Words};

/// All parts, in the order they are read in.
pub(super) fn parts(readout: &Readout) -> Vec<Part> {
    let mut parts = vec![short(readout), people(readout)];
    if let Some(found) = &readout.effects {
        parts.push(effects::primary(readout, found));
        parts.push(effects::looks(found));
        parts.push(effects::guardrails(found));
        if !found.secondary.is_empty() {
            parts.push(effects::secondary(found));
        }
        parts.push(effects::power(readout, found));
        parts.push(effects::novelty(found));
        parts.push(effects::segments(found));
    }
    parts.push(holdout(readout));
    parts
}

/// The line under the title.
pub(super) fn lead(readout: &Readout) -> String {
    let until = readout.ends_at.map(|at| format!(" until {}", moment(at)));
    format!(
        "From {}{}, as known at {} (UTC); labels by {}.",
        moment(readout.starts_at),
        until.unwrap_or_default(),
        moment(readout.as_of),
        readout.policy
    )
}

/// What has to be known first: what is wrong, and each arm in a sentence.
fn short(readout: &Readout) -> Part {
    let effects = readout.effects.iter();
    let sentences = effects.flat_map(|effects| {
        let comparisons = effects.primary.comparisons.iter();
        comparisons.map(|one| sentence(effects, one))
    });
    Part {
        title: "In short",
        warnings: warnings(readout),
        text: sentences.collect(),
        ..Part::default()
    }
}

fn sentence(effects: &Effects, one: &Comparison) -> String {
    let Measured { metric, better, .. } = &effects.primary;
    let found = one.effect();
    let state = |state: GuardState| {
        let guards = effects
            .guardrails
            .iter()
            .flat_map(|guarded| &guarded.guards);
        guards
            .filter(|guard| guard.arm == one.arm && guard.state == state)
            .count()
    };
    let says = match found {
        None => "not known yet, too few people".to_owned(),
        Some(_) => format!("{}, {}", says(found, *better), effect(metric, found)),
    };
    let mut text = format!("{}: {metric} is {says}.", one.arm);
    if !effects.guardrails.is_empty() {
        text.push_str(&format!(
            " Of {} guardrails {} held, {} open, {} harmed.",
            effects.guardrails.len(),
            verb(state(GuardState::Held)),
            verb(state(GuardState::Open)),
            verb(state(GuardState::Harmed)),
        ));
        let rare = state(GuardState::Rare);
        if rare > 0 {
            text.push_str(&format!(" In {rare} hardly anybody is measured."));
        }
    }
    text
}

fn verb(count: usize) -> String {
    format!("{count} {}", if count == 1 { "is" } else { "are" })
}

fn people(readout: &Readout) -> Part {
    let people = &readout.people;
    let rows = people.arms.iter().map(|arm| {
        vec![
            arm.arm.clone(),
            arm.weight.to_string(),
            count(arm.assigned),
            count(arm.exposed),
            count(arm.analysed),
        ]
    });
    let mut text = vec![format!(
        "{} people saw an output that takes part, {} of them one that has settled ({} after it \
         was shown). {} are held out.",
        count(people.exposed),
        count(people.analysed),
        duration(readout.settle_ms),
        count(people.held_out)
    )];
    if people.out_of_traffic > 0 {
        text.push(format!(
            "{} are not in the traffic: in no arm.",
            count(people.out_of_traffic)
        ));
    }
    if people.unassigned > 0 {
        text.push(format!(
            "{} have no assignment on record and are analysed by the arm their outputs say.",
            count(people.unassigned)
        ));
    }
    if people.screened > 0 {
        text.push(format!(
            "{} outputs are left out: all that is known of them came from people who were \
             screened, see `tacit screen`.",
            count(people.screened)
        ));
    }
    if people.mismatched > 0 || people.undeclared > 0 {
        text.push(format!(
            "{} took part with another arm than assigned and are analysed as assigned, those \
             assigned to no arm not at all; {} said an arm that is not declared and are in none.",
            count(people.mismatched),
            count(people.undeclared)
        ));
    }
    if let Some(srm) = &readout.srm {
        text.push(format!(
            "Sample ratio: χ² {:.2}, p {} for one look, always-valid p {}.",
            srm.chi_squared,
            p(Some(srm.p)),
            p(Some(srm.always_valid_p))
        ));
    }
    Part {
        title: "Who took part",
        warnings: Vec::new(),
        text,
        tables: vec![Table {
            caption: "People by arm".into(),
            heads: vec![
                Words("arm"),
                Numbers("declared share"),
                Numbers("assigned"),
                Numbers("exposed"),
                Numbers("analysed"),
            ],
            rows: rows.collect(),
        }],
        picture: None,
    }
}

fn warnings(readout: &Readout) -> Vec<String> {
    let mut warnings = Vec::new();
    if readout.stopped == Some(Stopped::ArmMismatch) {
        warnings.push(format!(
            "Stopped: {} people took part with another arm than assigned, more than 1 % of \
             those who took part. What the app shows is not what was assigned, so no effect is \
             shown.",
            count(readout.people.mismatched)
        ));
    }
    if readout.srm.as_ref().is_some_and(|srm| srm.alarm) {
        warnings.push(
            "Sample ratio mismatch: people did not come into the arms as declared. Something \
             loses people of one arm; trust no effect until it is found."
                .into(),
        );
    }
    let hacking = readout.effects.iter().flat_map(|effects| &effects.hacking);
    for hacking in hacking {
        warnings.push(format!(
            "{}: {} rose at the cost of a guardrail. {}.",
            hacking.arm,
            hacking.metric,
            hacking.evidence.join("; ")
        ));
    }
    warnings
}

fn duration(ms: u64) -> String {
    let hours = ms / 3_600_000;
    match (hours / 24, hours % 24) {
        (0, _) if hours == 0 => format!("{} min", ms / 60_000),
        (1, 0) => "1 day".into(),
        (days, 0) => format!("{days} days"),
        _ => format!("{hours} h"),
    }
}

fn holdout(readout: &Readout) -> Part {
    let holdout = &readout.holdout;
    let rows = holdout.metrics.iter().map(|(name, metric)| {
        vec![
            name.clone(),
            value(name, metric.held_out),
            value(name, metric.others),
            effect(name, metric.effect.as_ref()),
            says(metric.effect.as_ref(), metric.better).into(),
        ]
    });
    let heads = [
        Words("metric"),
        Numbers("held out"),
        Numbers("everybody else"),
        Numbers("difference"),
        Words("everybody else is"),
    ];
    Part {
        title: "Everybody against the holdout",
        text: vec![format!(
            "{} people held out of everything that was learnt, {} % of {} who saw anything in \
             this time.",
            count(holdout.held_out),
            crate::label::Milli::new(holdout.share.thousandths() * 100),
            count(holdout.held_out + holdout.others)
        )],
        tables: if holdout.held_out == 0 {
            Vec::new()
        } else {
            table("What all loops together did", &heads, rows.collect())
        },
        ..Part::default()
    }
}

fn table(caption: &str, heads: &[Head], rows: Vec<Vec<String>>) -> Vec<Table> {
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Table {
        caption: caption.into(),
        heads: heads.to_vec(),
        rows,
    }]
}
