//! Horizontal bars: names of any length stay readable.

use maud::Markup;
use plotters::{
    prelude::*,
    style::text_anchor::{HPos, VPos},
};

use super::{
    About, Key, PlotError,
    canvas::{self, INK, LINE, SOFT, WIDTH, wrong},
    figure, scale,
};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is about.
    pub label: String,
    /// How long it is.
    pub value: f64,
    /// Where the value may lie, drawn as a whisker.
    pub interval: Option<(f64, f64)>,
}

/// Bars of several series side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they are about.
    pub label: String,
    /// One per series; a value that is no number has no bar.
    pub values: Vec<f64>,
}

/// Height of one bar with the space around it, in units of the canvas.
const ROW: u32 = 50;
/// Height of one bar of a group.
const SLIM: u32 = 38;
/// Above the first and below the last bar.
const HEAD: u32 = 12;
const FOOT: u32 = 92;
/// Room for a value beyond the end of its bar.
const TAIL: u32 = 120;
/// Letters of a label at most; more are cut.
const LETTERS: usize = 26;

/// A bar per row, from the start of `about.x` to its value, in the order given.
/// `about.y` names what the rows are.
pub fn bars(about: &About<'_>, bars: &[Bar]) -> Result<Markup, PlotError> {
    let ends = bars.iter().flat_map(|bar| {
        let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
        [bar.value, low, high]
    });
    let rows: Vec<_> = bars
        .iter()
        .map(|bar| Row {
            label: &bar.label,
            height: ROW,
            parts: vec![(0, bar.value, bar.interval)],
        })
        .collect();
    let svg = draw(about, &rows, scale::range(about.x.range, ends))?;
    Ok(figure(about.title, Key::Box, &[], &svg))
}

/// A group of bars per row, one bar per series.
pub fn grouped(about: &About<'_>, series: &[&str], groups: &[Group]) -> Result<Markup, PlotError> {
    let ends = groups.iter().flat_map(|group| group.values.iter().copied());
    let count = u32::try_from(series.len()).unwrap_or(1).max(1);
    let rows: Vec<_> = groups
        .iter()
        .map(|group| Row {
            label: &group.label,
            height: SLIM * count + 14,
            parts: (0..)
                .zip(&group.values)
                .map(|(place, value)| (place, *value, None))
                .collect(),
        })
        .collect();
    let svg = draw(about, &rows, scale::range(about.x.range, ends))?;
    Ok(figure(about.title, Key::Box, series, &svg))
}

struct Row<'a> {
    label: &'a str,
    height: u32,
    parts: Vec<Part>,
}

/// Series, value, interval.
type Part = (usize, f64, Option<(f64, f64)>);

/// Where the numeric axis lies on the canvas.
#[derive(Clone, Copy)]
struct Across {
    left: i32,
    right: i32,
    range: (f64, f64),
}

impl Across {
    /// The place of a value; beyond the range the edge.
    fn at(&self, value: f64) -> i32 {
        let part = (value - self.range.0) / (self.range.1 - self.range.0);
        #[expect(clippy::cast_possible_truncation, reason = "within the canvas")]
        let along = (f64::from(self.right - self.left) * part.clamp(0.0, 1.0)).round() as i32;
        self.left + along
    }
}

fn draw(about: &About<'_>, rows: &[Row<'_>], range: (f64, f64)) -> Result<Markup, PlotError> {
    let heights: u32 = rows.iter().map(|row| row.height).sum();
    let letters = rows
        .iter()
        .map(|row| row.label.chars().count().min(LETTERS))
        .max();
    // A letter is about half as wide as high.
    let left = 24 + 14 * u32::try_from(letters.unwrap_or(0)).unwrap_or(0);
    let across = Across {
        left: to_i32(left),
        right: to_i32(WIDTH - TAIL),
        range,
    };
    let bottom = HEAD + heights;
    canvas::draw(about.title, bottom + FOOT, |area| {
        axis(area, about.x.name, across, to_i32(bottom))?;
        let mut top = to_i32(HEAD);
        for row in rows {
            one(area, row, across, top)?;
            top += to_i32(row.height);
        }
        Ok(())
    })
}

fn axis(area: &canvas::Area<'_>, name: &str, across: Across, bottom: i32) -> Result<(), PlotError> {
    let top = to_i32(HEAD);
    for tick in ticks(across.range) {
        let x = across.at(tick);
        let line = PathElement::new([(x, top), (x, bottom)], LINE.stroke_width(2));
        area.draw(&line).map_err(wrong)?;
        let style = canvas::text(SOFT, HPos::Center, VPos::Top);
        let label = Text::new(scale::number(tick), (x, bottom + 10), style);
        area.draw(&label).map_err(wrong)?;
    }
    let style = canvas::text(INK, HPos::Center, VPos::Top);
    let middle = i32::midpoint(across.left, across.right);
    area.draw(&Text::new(name.to_owned(), (middle, bottom + 48), style))
        .map_err(wrong)
}

/// Five or so round numbers within a range.
fn ticks((from, to): (f64, f64)) -> Vec<f64> {
    use plotters::coord::ranged1d::{BoldPoints, Ranged};
    let coordinate = plotters::coord::types::RangedCoordf64::from(from..to);
    coordinate.key_points(BoldPoints(5))
}

fn one(area: &canvas::Area<'_>, row: &Row<'_>, across: Across, top: i32) -> Result<(), PlotError> {
    let middle = top + to_i32(row.height) / 2;
    let style = canvas::text(INK, HPos::Right, VPos::Center);
    area.draw(&Text::new(
        cut(row.label),
        (across.left - 14, middle),
        style,
    ))
    .map_err(wrong)?;
    let count = to_i32(u32::try_from(row.parts.len()).unwrap_or(1).max(1));
    let height = (to_i32(row.height) - 14) / count;
    for (place, (series, value, interval)) in (0..).zip(&row.parts) {
        if !value.is_finite() {
            continue;
        }
        let y = top + 7 + place * height;
        let (x, base) = (across.at(*value), across.at(across.range.0.max(0.0)));
        let corners = [(base.min(x), y), (base.max(x), y + height - 4)];
        let bar = Rectangle::new(corners, canvas::series(*series).filled());
        area.draw(&bar).map_err(wrong)?;
        let mut end = base.max(x);
        if let Some((low, high)) = interval {
            let y = y + height / 2 - 2;
            let (low, high) = (across.at(*low), across.at(*high));
            for ends in [
                [(low, y), (high, y)],
                [(low, y - 8), (low, y + 8)],
                [(high, y - 8), (high, y + 8)],
            ] {
                let whisker = PathElement::new(ends, INK.stroke_width(3));
                area.draw(&whisker).map_err(wrong)?;
            }
            end = end.max(high);
        }
        let style = canvas::text(SOFT, HPos::Left, VPos::Center);
        let label = Text::new(scale::number(*value), (end + 12, y + height / 2 - 2), style);
        area.draw(&label).map_err(wrong)?;
    }
    Ok(())
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LETTERS {
        return label.to_owned();
    }
    let mut short: String = label.chars().take(LETTERS - 1).collect();
    short.push('…');
    short
}

fn to_i32(units: u32) -> i32 {
    i32::try_from(units).unwrap_or(i32::MAX)
}
