//! A readout as a page: one HTML file.

use maud::{Markup, html};

use super::{
    shape::{Effects, Readout},
    told::{Head, Part, Picture, Table, lead, parts},
    words::{scale, unit_of_change},
};
use crate::report::{
    self, Column,
    plot::{About, Axis, Band, Line, PlotError, lines},
    table,
};

const DAY_MS: f64 = 86_400_000.0;

/// The page; the same readout gives the same bytes.
pub fn page(readout: &Readout) -> Result<String, PlotError> {
    let mut made = Vec::new();
    for part in parts(readout) {
        made.push(section(readout, &part)?);
    }
    let body = html! {
        p.lead { (lead(readout)) }
        @for part in &made { (part) }
    };
    Ok(report::page(
        &format!("Experiment {}", readout.experiment),
        &body,
    ))
}

fn section(readout: &Readout, part: &Part) -> Result<Markup, PlotError> {
    let picture = match (part.picture, &readout.effects) {
        (Some(Picture::Looks), Some(effects)) => looks(readout, effects)?,
        (Some(Picture::Weeks), Some(effects)) => weeks(effects)?,
        _ => html! {},
    };
    Ok(html! {
        h2 { (part.title) }
        @for warning in &part.warnings { p.warning { strong { (warning) } } }
        @for text in &part.text { p { (text) } }
        (picture)
        @for table in &part.tables { (shown(table)) }
    })
}

fn shown(of: &Table) -> Markup {
    let column = |head: &Head| match head {
        Head::Words(name) => Column::Words(name),
        Head::Numbers(name) => Column::Numbers(name),
    };
    let columns: Vec<_> = of.heads.iter().map(column).collect();
    let cells = |row: &Vec<String>| row.iter().map(|cell| html! { (cell) }).collect();
    let rows: Vec<Vec<Markup>> = of.rows.iter().map(cells).collect();
    table(&of.caption, &columns, &rows)
}

/// The confidence sequence over time: it narrows around the difference.
fn looks(readout: &Readout, effects: &Effects) -> Result<Markup, PlotError> {
    let metric = &effects.primary.metric;
    let scale = scale(metric);
    let days = |at: u64| time(at.saturating_sub(readout.starts_at)) / DAY_MS;
    let all: Vec<Line> = effects
        .looks
        .iter()
        .filter(|series| series.looks.len() > 1)
        .map(|series| Line {
            name: series.arm.clone(),
            points: series
                .looks
                .iter()
                .map(|look| (days(look.at), look.delta * scale))
                .collect(),
            band: series
                .looks
                .iter()
                .map(|look| Band {
                    x: days(look.at),
                    low: look.low * scale,
                    high: look.high * scale,
                })
                .collect(),
        })
        .collect();
    let title = format!("Difference in {metric} from the control, and where it lies");
    drawn(&title, "days since the start", metric, all)
}

/// The effect by week after exposure.
fn weeks(effects: &Effects) -> Result<Markup, PlotError> {
    let metric = &effects.primary.metric;
    let scale = scale(metric);
    let mut all = Vec::new();
    for novelty in &effects.novelty {
        let known = || {
            let weeks = novelty.weeks.iter();
            weeks.filter_map(|week| Some((f64::from(week.week) + 1.0, week.effect?)))
        };
        // A line of two points says less than the table below.
        if known().count() > 2 {
            all.push(Line {
                name: novelty.arm.clone(),
                points: known()
                    .map(|(week, effect)| (week, effect.delta * scale))
                    .collect(),
                band: known()
                    .map(|(x, effect)| Band {
                        x,
                        low: effect.low * scale,
                        high: effect.high * scale,
                    })
                    .collect(),
            });
        }
    }
    let title = format!("Difference in {metric} by week after a person's exposure");
    drawn(&title, "week after exposure", metric, all)
}

/// Lines with their bands and a line at no difference; nothing where there is none.
fn drawn(title: &str, x: &str, metric: &str, mut all: Vec<Line>) -> Result<Markup, PlotError> {
    if all.is_empty() {
        return Ok(html! {});
    }
    let unit = unit_of_change(metric);
    let y = if unit.is_empty() {
        "difference".to_owned()
    } else {
        format!("difference in {unit}")
    };
    let (low, high) = reach(&all);
    let xs = || {
        all.iter()
            .flat_map(|line| line.points.iter().map(|(x, _)| *x))
    };
    let last = xs().fold(0.0, f64::max);
    all.push(Line {
        name: "no difference".into(),
        points: vec![(0.0, 0.0), (last, 0.0)],
        band: Vec::new(),
    });
    let about = About {
        title,
        x: Axis::of(x),
        y: Axis::of(&y).within(low, high),
    };
    lines(&about, &all)
}

/// How far the axis reaches: to all bands and to no difference, but the first looks are
/// so wide that nothing else would be seen, so at most twice as far as the last ones.
/// What is beyond is drawn at the edge.
fn reach(all: &[Line]) -> (f64, f64) {
    let bands = || all.iter().flat_map(|line| &line.band);
    let last = all.iter().filter_map(|line| line.band.last());
    let far = last.fold(0.0_f64, |far, band| {
        far.max(libm::fabs(band.low)).max(libm::fabs(band.high))
    });
    let low = bands()
        .fold(0.0_f64, |low, band| low.min(band.low))
        .max(-2.0 * far);
    let high = bands()
        .fold(0.0_f64, |high, band| high.max(band.high))
        .min(2.0 * far);
    if low >= high {
        return (-1.0, 1.0);
    }
    let step = libm::pow(10.0, libm::floor(libm::log10(high - low))) / 2.0;
    (
        libm::floor(low / step) * step,
        libm::ceil(high / step) * step,
    )
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn time(ms: u64) -> f64 {
    ms as f64
}
