//! Plots as inline SVG within a `figure`, drawn by plotters.
//!
//! Colours are not in the SVG: every shape has a class that the page's style
//! gives a colour for light and one for dark, and lines are told apart by their
//! dashes as well. Coordinates are whole units of a canvas twice as wide as it
//! is shown, so the bytes are the same everywhere. Values that are no numbers
//! are left out. A plot needs [`super::page()`] around it for its looks.

mod bars;
mod canvas;
mod curves;
mod histogram;
mod scale;

use maud::{Markup, html};
use thiserror::Error;

pub use self::{
    bars::{Bar, Group, bars, grouped},
    curves::{Band, Dot, Line, calibration, lines},
    histogram::{Bin, histogram},
};

/// What a plot shows, in words.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The caption, and what a screen reader says; best the finding itself.
    pub title: &'a str,
    /// The horizontal axis.
    pub x: Axis<'a>,
    /// The vertical axis.
    pub y: Axis<'a>,
}

/// An axis.
#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    name: &'a str,
    range: Option<(f64, f64)>,
}

impl<'a> Axis<'a> {
    /// An axis that reaches from 0, or below where values do, to beyond the values.
    #[must_use]
    pub const fn of(name: &'a str) -> Self {
        Self { name, range: None }
    }

    /// Shows exactly this range; what lies outside is drawn at the edge.
    #[must_use]
    pub const fn within(mut self, from: f64, to: f64) -> Self {
        self.range = Some((from, to));
        self
    }
}

/// A plot that could not be drawn.
#[derive(Debug, Error)]
#[error("a plot could not be drawn: {0}")]
pub struct PlotError(String);

/// Colours there are; series beyond start again.
const SERIES: usize = 6;

/// The number of a series' colour, from 1.
const fn colour(series: usize) -> usize {
    series % SERIES + 1
}

/// How a legend shows a series.
#[derive(Clone, Copy)]
enum Key {
    Box,
    Line,
    Dot,
}

/// Caption, legend and drawing; a legend only where there is something to tell apart.
fn figure(title: &str, key: Key, names: &[&str], svg: &Markup) -> Markup {
    html! {
        figure.plot {
            figcaption { (title) }
            @if names.len() > 1 {
                ul.legend {
                    @for (place, name) in names.iter().enumerate() {
                        li { (swatch(key, colour(place))) (name) }
                    }
                }
            }
            (svg)
        }
    }
}

fn swatch(key: Key, colour: usize) -> Markup {
    html! {
        svg.key viewBox="0 0 54 24" aria-hidden="true" {
            @match key {
                Key::Box => rect class={ "fill" (colour) } x="6" y="2" width="42" height="20" {},
                Key::Line => line class={ "stroke" (colour) } x1="0" y1="12" x2="54" y2="12" stroke-width="6" {},
                Key::Dot => circle class={ "fill" (colour) } cx="27" cy="12" r="10" {},
            }
        }
    }
}

#[cfg(test)]
mod tests;
