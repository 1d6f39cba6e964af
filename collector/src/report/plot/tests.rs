use super::*;

fn about(title: &str) -> About<'_> {
    About {
        title,
        x: Axis::of("share").within(0.0, 1.0),
        y: Axis::of("count"),
    }
}

fn some_bars() -> Vec<Bar> {
    let bar = |label: &str, value, interval| Bar {
        label: label.into(),
        value,
        interval,
    };
    vec![
        bar("policy", 0.75, Some((0.7, 0.8))),
        bar("a<b", 0.25, None),
        bar("a name that is much too long for any page", f64::NAN, None),
    ]
}

/// The values of an attribute of all elements of a name.
fn all<'a>(svg: &'a str, element: &str, attribute: &str) -> Vec<&'a str> {
    let start = format!("<{element} ");
    let named = format!(" {attribute}=\"");
    svg.split(&start)
        .skip(1)
        .filter_map(|rest| {
            let tag = rest.split('>').next()?;
            let at = if tag.starts_with(&named[1..]) {
                named.len() - 1
            } else {
                tag.find(&named)? + named.len()
            };
            tag[at..].split('"').next()
        })
        .collect()
}

#[test]
fn bars_are_as_long_as_their_values() {
    let made = bars(&about("AUC"), &some_bars()).unwrap().into_string();
    let widths: Vec<f64> = all(&made, "rect", "width")
        .iter()
        .map(|width| width.parse().unwrap())
        .collect();
    assert_eq!(widths.len(), 2, "what is no number has no bar: {made}");
    assert!((widths[0] / widths[1] - 3.0).abs() < 0.02, "{widths:?}");
    assert!(made.contains("a&lt;b") && made.contains("a name that is much too l…"));
}

#[test]
fn drawings_name_themselves_and_leave_colours_to_the_page() {
    let made = bars(&about("AUC & more"), &some_bars())
        .unwrap()
        .into_string();
    assert!(made.contains("role=\"img\""));
    assert!(made.contains("<title>AUC &amp; more</title>"));
    assert!(made.contains("<figcaption>AUC &amp; more</figcaption>"));
    assert!(made.contains("class=\"fill1\""));
    assert!(!made.contains('#'), "{made}");
    assert!(!made.contains("font-size"), "{made}");
}

#[test]
fn series_are_told_apart_by_a_legend() {
    let groups = [Group {
        label: "m-1".into(),
        values: vec![0.2, 0.4],
    }];
    let made = grouped(&about("t"), &["all", "train"], &groups)
        .unwrap()
        .into_string();
    assert!(
        made.contains("</svg>all</li>") && made.contains("</svg>train</li>"),
        "{made}"
    );
    assert!(made.contains("class=\"fill2\""));
    assert!(
        !bars(&about("t"), &some_bars())
            .unwrap()
            .into_string()
            .contains("legend")
    );
}

#[test]
fn lines_have_bands_and_stay_within_the_axes() {
    let line = Line {
        name: "risk".into(),
        points: vec![(0.0, 1.0), (f64::NAN, 2.0), (7.0, 3.0)],
        band: vec![
            Band {
                x: 0.0,
                low: 0.5,
                high: 1.5,
            },
            Band {
                x: 1.0,
                low: 2.5,
                high: 3.5,
            },
        ],
    };
    let made = lines(&about("t"), &[line]).unwrap().into_string();
    let paths = made.split("class=\"stroke1\"").nth(1).unwrap();
    let points = paths.split("points=\"").nth(1).unwrap();
    let points: Vec<&str> = points.split('"').next().unwrap().split(' ').collect();
    assert_eq!(points.len(), 2, "what is no number is left out: {points:?}");
    assert_eq!(points[1], "931,87", "the right edge, 3 of 3.5 up");
    assert_eq!(all(&made, "polygon", "points").len(), 1);
    assert!(made.contains("opacity=\"0.18\""));
}

#[test]
fn a_well_calibrated_dot_lies_on_the_diagonal() {
    let about = About {
        title: "t",
        x: Axis::of("said"),
        y: Axis::of("was"),
    };
    let dot = |said, was| Dot {
        said,
        was,
        interval: Some((was - 0.1, was + 0.1)),
    };
    let dots = vec![dot(0.0, 0.0), dot(0.5, 0.5), dot(1.0, 1.0)];
    let made = calibration(&about, &[("policy", dots)])
        .unwrap()
        .into_string();
    let place = |attribute| -> Vec<f64> {
        let found = all(&made, "circle", attribute);
        found.iter().map(|number| number.parse().unwrap()).collect()
    };
    let (x, y) = (place("cx"), place("cy"));
    assert_eq!(x.len(), 3);
    assert!(((x[0] + x[2]) / 2.0 - x[1]).abs() <= 1.0 && ((y[0] + y[2]) / 2.0 - y[1]).abs() <= 1.0);
    assert!(y[0] > y[2], "up is more");
}

#[test]
fn a_histogram_has_a_bar_per_bin() {
    let about = About {
        title: "t",
        x: Axis::of("words"),
        y: Axis::of("answers"),
    };
    let bin = |from, to, count| Bin { from, to, count };
    let made = histogram(&about, &[bin(0.0, 10.0, 4.0), bin(10.0, 20.0, 8.0)])
        .unwrap()
        .into_string();
    let heights: Vec<f64> = all(&made, "rect", "height")
        .iter()
        .map(|h| h.parse().unwrap())
        .collect();
    assert_eq!(heights.len(), 2);
    assert!((heights[1] / heights[0] - 2.0).abs() < 0.02, "{heights:?}");
}

#[test]
fn nothing_to_show_is_no_error() {
    let about = about("t");
    for made in [
        bars(&about, &[]),
        grouped(&about, &[], &[]),
        lines(&about, &[]),
        histogram(&about, &[]),
        calibration(&about, &[]),
    ] {
        assert!(made.unwrap().into_string().contains("</svg>"));
    }
}
