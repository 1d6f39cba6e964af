//! A readout for people, part by part: what a page and Markdown both show.

use super::{
    shape::{
        Comparison, Correction, Effects, GuardState, Guarded, Measured, Method, Readout, Stopped,
    },
    words::{change, count, effect, lift, moment, p, says, unit_of_change, value},
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
    if let Some(effects) = &readout.effects {
        parts.push(primary(readout, effects));
        parts.push(looks(effects));
        parts.push(guardrails(effects));
        if !effects.secondary.is_empty() {
            parts.push(secondary(effects));
        }
        parts.push(power(readout, effects));
        parts.push(novelty(effects));
        parts.push(segments(effects));
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
    if people.unassigned > 0 {
        text.push(format!(
            "{} have no assignment on record and are analysed by the arm their outputs say.",
            count(people.unassigned)
        ));
    }
    if people.mismatched > 0 || people.undeclared > 0 {
        text.push(format!(
            "{} took part with another arm than assigned and are analysed as assigned; {} said an \
             arm that is not declared and are in none.",
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

const COMPARED: [Head; 8] = [
    Words("arm"),
    Numbers("people"),
    Numbers("value"),
    Numbers("difference"),
    Numbers("lift"),
    Numbers("p"),
    Words("by"),
    Words("says"),
];

/// Values of all arms, and each against the control.
fn compared(measured: &Measured) -> Vec<Vec<String>> {
    let rows = measured.arms.iter().map(|arm| {
        let comparison = measured.comparisons.iter().find(|one| one.arm == arm.arm);
        let mut row = vec![
            arm.arm.clone(),
            count(arm.people),
            value(&measured.metric, arm.value),
        ];
        row.extend(comparison.map_or_else(control, |one| treatment(measured, one)));
        row
    });
    rows.collect()
}

fn control() -> [String; 5] {
    ["control", "", "", "", ""].map(String::from)
}

fn treatment(measured: &Measured, one: &Comparison) -> [String; 5] {
    let found = one.effect();
    let by = match (one.method, one.variance_reduction) {
        (Method::Cuped, Some(removed)) => format!("CUPED, variance −{:.0} %", removed * 100.0),
        _ => "as measured".into(),
    };
    let says = match one.correction {
        Correction::Holm if !one.significant && found.is_some() => "not known yet",
        _ => says(found, measured.better),
    };
    [
        effect(&measured.metric, found),
        lift(found),
        p(one.p_adjusted),
        by,
        says.into(),
    ]
}

fn metric_table(measured: &Measured) -> Table {
    let better = measured.better.name();
    Table {
        caption: format!("{} ({better} is better)", measured.metric),
        heads: COMPARED.to_vec(),
        rows: compared(measured),
    }
}

fn primary(readout: &Readout, effects: &Effects) -> Part {
    let treatments = effects.primary.comparisons.len();
    let mut text = vec![format!(
        "Intervals hold at every look at once with probability {}\u{a0}%: look as often as you \
         like. A change of {} {} is worth knowing.",
        crate::label::Milli::new(100_000 - 100 * readout.alpha.thousandths()).to_f64(),
        change(&effects.primary.metric, readout.mde.to_f64()).trim_start_matches('+'),
        unit_of_change(&effects.primary.metric)
    )];
    if treatments > 1 {
        text.push(format!(
            "{treatments} arms are compared with the control and share the level (Bonferroni)."
        ));
    }
    let plain = effects.primary.comparisons.iter();
    let plain = plain.filter(|one| one.method == Method::Cuped).map(|one| {
        let found = effect(&effects.primary.metric, one.plain.as_ref());
        format!("{} without CUPED: {found}.", one.arm)
    });
    text.extend(plain);
    Part {
        title: "What is to get better",
        text,
        tables: vec![metric_table(&effects.primary)],
        ..Part::default()
    }
}

fn looks(effects: &Effects) -> Part {
    let rows = effects.looks.iter().flat_map(|series| {
        let shown = series.looks.iter().rev().take(7).rev();
        shown.map(|look| {
            let (delta, low, high) = (look.delta, look.low, look.high);
            let of = |value| change(&effects.primary.metric, value);
            vec![
                moment(look.at),
                series.arm.clone(),
                count(look.people),
                format!("{} ({} to {})", of(delta), of(low), of(high)),
                p(Some(look.p)),
            ]
        })
    });
    let heads = [
        Numbers("look"),
        Words("arm"),
        Numbers("people"),
        Numbers("difference"),
        Numbers("p"),
    ];
    Part {
        title: "Over time",
        text: vec![
            "What every earlier look would have shown, of the outputs that had settled by then."
                .into(),
        ],
        tables: vec![Table {
            caption: format!("The last looks at {}", effects.primary.metric),
            heads: heads.to_vec(),
            rows: rows.collect(),
        }],
        picture: Some(Picture::Looks),
        ..Part::default()
    }
}

fn guardrails(effects: &Effects) -> Part {
    let rows = effects.guardrails.iter().flat_map(|guarded| {
        guarded.guards.iter().map(|guard| {
            vec![
                guarded.measured.metric.clone(),
                guard.arm.clone(),
                in_arm(guarded, 0),
                of_arm(guarded, &guard.arm),
                format!("{:?}", guard.state).to_lowercase(),
                guard.evidence.clone(),
            ]
        })
    });
    let rows: Vec<_> = rows.collect();
    let text = if rows.is_empty() {
        "None is declared."
    } else {
        "Held: not worse by the margin, by a one-sided confidence sequence. Harmed: worse by \
         more than it. Open: neither is known yet."
    };
    let heads = [
        Words("guardrail"),
        Words("arm"),
        Numbers("control"),
        Numbers("treatment"),
        Words("state"),
        Words("evidence"),
    ];
    Part {
        title: "What must not get worse",
        text: vec![text.into()],
        tables: table("Guardrails", &heads, rows),
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

fn in_arm(guarded: &Guarded, arm: usize) -> String {
    let measured = &guarded.measured;
    let arm = measured.arms.get(arm);
    value(&measured.metric, arm.and_then(|arm| arm.value))
}

fn of_arm(guarded: &Guarded, name: &str) -> String {
    let arms = &guarded.measured.arms;
    let arm = arms.iter().position(|arm| arm.arm == name);
    arm.map_or_else(String::new, |arm| in_arm(guarded, arm))
}

fn secondary(effects: &Effects) -> Part {
    Part {
        title: "What is looked at as well",
        text: vec![
            "Of secondary metrics, p is corrected for all of them together (Holm); intervals are \
             not. What is found here asks for an experiment of its own."
                .into(),
        ],
        tables: effects.secondary.iter().map(metric_table).collect(),
        ..Part::default()
    }
}

fn power(readout: &Readout, effects: &Effects) -> Part {
    let metric = &effects.primary.metric;
    let sized = |value: f64| {
        let text = change(metric, value);
        format!(
            "±{} {}",
            text.trim_start_matches('+'),
            unit_of_change(metric)
        )
    };
    let rows = effects.power.iter().map(|power| {
        vec![
            power.arm.clone(),
            power.half_width.map_or_else(|| "—".into(), sized),
            count(power.people),
            power.people_needed.map_or_else(|| "—".into(), count),
            format!("{:.0}", power.people_per_day),
            power.days_more.map_or_else(|| "—".into(), count),
        ]
    });
    let heads = [
        Words("arm"),
        Numbers("interval now"),
        Numbers("people"),
        Numbers("people needed"),
        Numbers("people a day"),
        Numbers("days more"),
    ];
    Part {
        title: "What it would take",
        text: vec![format!(
            "Until the interval is as narrow as the smallest change worth knowing, {}, at the \
             variance and the rate of new people of the last seven days.",
            sized(readout.mde.to_f64())
        )],
        tables: table("People and days", &heads, rows.collect()),
        ..Part::default()
    }
}

fn novelty(effects: &Effects) -> Part {
    let metric = &effects.primary.metric;
    let rows = effects.novelty.iter().map(|novelty| {
        let said = |found: Option<&super::Effect>| effect(metric, found);
        vec![
            novelty.arm.clone(),
            said(novelty.early.as_ref()),
            said(novelty.later.as_ref()),
            said(novelty.change.as_ref()),
            if novelty.marked {
                "changes"
            } else {
                "not known to change"
            }
            .into(),
        ]
    });
    let heads = [
        Words("arm"),
        Numbers("first 7 days"),
        Numbers("later"),
        Numbers("later − first"),
        Words("says"),
    ];
    Part {
        title: "Whether it lasts",
        text: vec![
            "The effect in the first seven days after a person's exposure, and later: what is new \
             is tried, and what is unfamiliar is learnt."
                .into(),
        ],
        tables: table("Novelty", &heads, rows.collect()),
        picture: Some(Picture::Weeks),
        ..Part::default()
    }
}

fn segments(effects: &Effects) -> Part {
    let metric = &effects.primary.metric;
    let rows = effects.segments.iter().map(|segment| {
        let name = match segment.value.as_deref() {
            None => "all others",
            Some("") => "unknown",
            Some(name) => name,
        };
        let by = format!("{:?}", segment.by)
            .to_lowercase()
            .replace("subjectkind", "kind of id");
        vec![
            format!("{by}: {name}"),
            segment.arm.clone(),
            count(segment.people),
            effect(metric, segment.effect.as_ref()),
        ]
    });
    let heads = [
        Words("segment"),
        Words("arm"),
        Numbers("people"),
        Numbers("difference"),
    ];
    Part {
        title: "Segments, exploratory",
        text: vec![
            "For ideas only: corrected for nothing, and with so many one will differ by chance. No \
             decision rests on them."
                .into(),
        ],
        tables: table("By what was true at the exposure", &heads, rows.collect()),
        ..Part::default()
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
