//! The surface: plotters draws in colours that only name classes.

use maud::{Markup, PreEscaped, html};
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{About, PlotError, scale};

/// Width of every canvas, in its own units.
pub(super) const WIDTH: u32 = 960;

/// Height of canvases with a numeric vertical axis.
pub(super) const HEIGHT: u32 = 600;

/// Size of all text, as the page's style has it.
const TEXT: u32 = 32;

pub(super) const INK: RGBColor = RGBColor(0, 0, 1);
pub(super) const SOFT: RGBColor = RGBColor(0, 0, 2);
pub(super) const LINE: RGBColor = RGBColor(0, 0, 3);

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The colour that stands for a series' class.
pub(super) fn series(place: usize) -> RGBColor {
    RGBColor(0, 1, u8::try_from(super::colour(place)).unwrap_or(1))
}

/// Text in a colour, anchored.
pub(super) fn text(colour: RGBColor, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    let style = ("sans-serif", TEXT).into_font().color(&colour);
    style.pos(Pos::new(horizontal, vertical))
}

/// Plotters' errors, whose types differ from place to place.
pub(super) fn wrong(error: impl std::fmt::Display) -> PlotError {
    PlotError(error.to_string())
}

/// Draws into an SVG of this height that a screen reader calls `title`.
pub(super) fn draw(
    title: &str,
    height: u32,
    act: impl FnOnce(&Area<'_>) -> Result<(), PlotError>,
) -> Result<Markup, PlotError> {
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, (WIDTH, height)).into_drawing_area();
        act(&area)?;
        area.present().map_err(wrong)?;
    }
    let start = drawn.find('>').map_or(0, |end| end + 1);
    let end = drawn.rfind("</svg>").unwrap_or(drawn.len());
    let shapes = classes(&drawn[start..end]);
    Ok(html! {
        svg role="img" viewBox={ "0 0 " (WIDTH) " " (height) } {
            title { (title) }
            (PreEscaped(shapes))
        }
    })
}

/// Puts classes in the place of colours and leaves out what goes without saying.
fn classes(drawn: &str) -> String {
    let mut drawn = drawn.to_owned();
    let named = [(INK, "-ink"), (SOFT, "-soft"), (LINE, "-line")];
    let named = named.map(|(colour, name)| (colour, name.to_owned()));
    let numbered =
        (0..super::SERIES).map(|place| (series(place), super::colour(place).to_string()));
    for (RGBColor(r, g, b), name) in named.into_iter().chain(numbered) {
        for part in ["fill", "stroke"] {
            let colour = format!("{part}=\"#{r:02X}{g:02X}{b:02X}\"");
            drawn = drawn.replace(&colour, &format!("class=\"{part}{name}\""));
        }
    }
    let said = [
        " opacity=\"1\"",
        " font-family=\"sans-serif\"",
        " stroke=\"none\"",
    ];
    for said in said {
        drawn = drawn.replace(said, "");
    }
    drawn = drawn.replace(&format!(" font-size=\"{}\"", f64::from(TEXT) / 1.24), "");
    drawn.replace(" \"/>", "\"/>")
}

/// A chart with two numeric axes, drawn upon by `act`.
pub(super) fn numeric(
    area: &Area<'_>,
    about: &About<'_>,
    (x, y): ((f64, f64), (f64, f64)),
    act: impl FnOnce(&mut Chart<'_, '_>) -> Result<(), PlotError>,
) -> Result<(), PlotError> {
    let mut chart = ChartBuilder::on(area)
        .margin_top(16)
        .margin_right(28)
        .x_label_area_size(86)
        .y_label_area_size(126)
        .build_cartesian_2d(x.0..x.1, y.0..y.1)
        .map_err(wrong)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(LINE.stroke_width(2))
        .axis_style(SOFT.stroke_width(2))
        .label_style(text(SOFT, HPos::Left, VPos::Top))
        .axis_desc_style(text(INK, HPos::Center, VPos::Top))
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|value| scale::number(*value))
        .y_label_formatter(&|value| scale::number(*value))
        .x_desc(about.x.name)
        .y_desc(about.y.name)
        .draw()
        .map_err(wrong)?;
    act(&mut chart)
}

/// A chart with two numeric axes.
pub(super) type Chart<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;
