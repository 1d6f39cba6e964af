//! How often values of a size occur.

use maud::Markup;
use plotters::prelude::*;

use super::{
    About, Key, PlotError,
    canvas::{self, HEIGHT, wrong},
    figure, scale,
};

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// From here, inclusive.
    pub from: f64,
    /// To here, exclusive.
    pub to: f64,
    /// How many.
    pub count: f64,
}

/// A bar per bin; bins may be of different widths.
pub fn histogram(about: &About<'_>, bins: &[Bin]) -> Result<Markup, PlotError> {
    let finite = |bin: &&Bin| {
        [bin.from, bin.to, bin.count]
            .iter()
            .all(|value| value.is_finite())
    };
    let low = bins
        .iter()
        .filter(finite)
        .map(|bin| bin.from)
        .fold(f64::INFINITY, f64::min);
    let high = bins
        .iter()
        .filter(finite)
        .map(|bin| bin.to)
        .fold(f64::NEG_INFINITY, f64::max);
    let asked = about
        .x
        .range
        .or(Some((low, high)).filter(|(low, high)| low < high));
    let x = scale::range(asked, [].into_iter());
    let y = scale::range(about.y.range, bins.iter().map(|bin| bin.count));
    let svg = canvas::draw(about.title, HEIGHT, |area| {
        canvas::numeric(area, about, (x, y), |chart| {
            for bin in bins.iter().filter(finite) {
                let corners = [
                    (bin.from.clamp(x.0, x.1), y.0.max(0.0)),
                    (bin.to.clamp(x.0, x.1), bin.count.clamp(y.0, y.1)),
                ];
                let mut bar = Rectangle::new(corners, canvas::series(0).filled());
                bar.set_margin(0, 0, 1, 1);
                chart.draw_series([bar]).map_err(wrong)?;
            }
            Ok(())
        })
    })?;
    Ok(figure(about.title, Key::Box, &[], &svg))
}
