//! The parts of a readout that say what the arms did.

use super::{
    super::{
        shape::{Comparison, Correction, Effect, Effects, Guarded, Measured, Method, Readout},
        words::{change, count, effect, lift, moment, p, says, unit_of_change, value},
    },
    Head::{self, Numbers, Words},
    Part, Picture, Table, table,
};

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

pub(super) fn primary(readout: &Readout, effects: &Effects) -> Part {
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

pub(super) fn looks(effects: &Effects) -> Part {
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

pub(super) fn guardrails(effects: &Effects) -> Part {
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
         more than it. Open: neither is known yet. Rare: it hardly happens to anybody in either \
         arm, so it guards nothing here."
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

pub(super) fn secondary(effects: &Effects) -> Part {
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

pub(super) fn power(readout: &Readout, effects: &Effects) -> Part {
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

pub(super) fn novelty(effects: &Effects) -> Part {
    let metric = &effects.primary.metric;
    let rows = effects.novelty.iter().map(|novelty| {
        let said = |found: Option<&Effect>| effect(metric, found);
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

pub(super) fn segments(effects: &Effects) -> Part {
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
