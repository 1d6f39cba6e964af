//! Lines with bands, and calibration plots.

use maud::Markup;
use plotters::prelude::*;

use super::{
    About, Key, PlotError,
    canvas::{self, HEIGHT, INK, SOFT, wrong},
    figure, scale,
};

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
    /// Where the line may lie; empty for none.
    pub band: Vec<Band>,
}

/// Where a line may lie at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The place.
    pub x: f64,
    /// From here.
    pub low: f64,
    /// To here.
    pub high: f64,
}

/// One point of a calibration plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// What was said, 0 to 1.
    pub said: f64,
    /// What was so, 0 to 1.
    pub was: f64,
    /// Where that may lie.
    pub interval: Option<(f64, f64)>,
}

/// Lines, each over its band.
pub fn lines(about: &About<'_>, lines: &[Line]) -> Result<Markup, PlotError> {
    let xs = lines
        .iter()
        .flat_map(|line| line.points.iter().map(|point| point.0));
    let ys = lines.iter().flat_map(|line| {
        let points = line.points.iter().map(|point| point.1);
        points.chain(line.band.iter().flat_map(|band| [band.low, band.high]))
    });
    let ranges = (
        scale::range(about.x.range, xs),
        scale::range(about.y.range, ys),
    );
    let place = |x: f64, y: f64| (within(x, ranges.0), within(y, ranges.1));
    let svg = canvas::draw(about.title, HEIGHT, |area| {
        canvas::numeric(area, about, ranges, |chart| {
            for (number, line) in lines.iter().enumerate() {
                let colour = canvas::series(number);
                if !line.band.is_empty() {
                    let there = line.band.iter().map(|band| place(band.x, band.high));
                    let back = line.band.iter().rev().map(|band| place(band.x, band.low));
                    let outline: Vec<_> = there.chain(back).filter(finite).collect();
                    let band = Polygon::new(outline, colour.mix(0.18).filled());
                    chart.draw_series([band]).map_err(wrong)?;
                }
                let points = line.points.iter().map(|point| place(point.0, point.1));
                let points: Vec<_> = points.filter(finite).collect();
                let path = PathElement::new(points, colour.stroke_width(5));
                chart.draw_series([path]).map_err(wrong)?;
            }
            Ok(())
        })
    })?;
    let names: Vec<_> = lines.iter().map(|line| &*line.name).collect();
    Ok(figure(about.title, Key::Line, &names, &svg))
}

/// What was said against what was so: on the diagonal the two agree.
pub fn calibration(about: &About<'_>, series: &[(&str, Vec<Dot>)]) -> Result<Markup, PlotError> {
    let range =
        |asked: Option<(f64, f64)>| scale::range(asked.or(Some((0.0, 1.0))), [].into_iter());
    let ranges = (range(about.x.range), range(about.y.range));
    let place = |x: f64, y: f64| (within(x, ranges.0), within(y, ranges.1));
    let svg = canvas::draw(about.title, HEIGHT, |area| {
        canvas::numeric(area, about, ranges, |chart| {
            let (from, to) = (ranges.0.0.max(ranges.1.0), ranges.0.1.min(ranges.1.1));
            let diagonal = PathElement::new([(from, from), (to, to)], SOFT.stroke_width(2));
            chart.draw_series([diagonal]).map_err(wrong)?;
            for (number, (_, dots)) in series.iter().enumerate() {
                let colour = canvas::series(number);
                for dot in dots.iter().filter(|dot| finite(&(dot.said, dot.was))) {
                    if let Some((low, high)) = dot.interval {
                        let ends = [place(dot.said, low), place(dot.said, high)];
                        let whisker = PathElement::new(ends, INK.mix(0.5).stroke_width(2));
                        chart.draw_series([whisker]).map_err(wrong)?;
                    }
                    let dot = Circle::new(place(dot.said, dot.was), 9, colour.filled());
                    chart.draw_series([dot]).map_err(wrong)?;
                }
            }
            Ok(())
        })
    })?;
    let names: Vec<_> = series.iter().map(|(name, _)| *name).collect();
    Ok(figure(about.title, Key::Dot, &names, &svg))
}

fn within(value: f64, (from, to): (f64, f64)) -> f64 {
    value.clamp(from, to)
}

fn finite(point: &(f64, f64)) -> bool {
    point.0.is_finite() && point.1.is_finite()
}
