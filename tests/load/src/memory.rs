//! Whether memory is flat: what was seen of it, second after second. Pure.

use crate::watch::Sample;

/// The most memory in the second half of `samples`, by that in the first one.
pub(crate) fn growth(samples: &[Sample]) -> f64 {
    let (first, second) = samples.split_at(samples.len() / 2);
    most(second) / most(first)
}

/// Every `step`th of `samples`, and the slope of a line through the second half of all.
pub(crate) fn told(samples: &[Sample], step: usize) -> String {
    let series: Vec<String> = samples
        .iter()
        .step_by(step)
        .map(|sample| format!("{:.0}", sample.rss_mib))
        .collect();
    let slope = slope(samples.get(samples.len() / 2..).unwrap_or_default());
    format!(
        "MiB of memory every {step} s: {}; {slope:+.1} MiB a minute in the second half",
        series.join(" ")
    )
}

/// MiB a minute, by least squares.
fn slope(samples: &[Sample]) -> f64 {
    let count: f64 = samples.iter().map(|_| 1.0).sum();
    let mean = |of: fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (at, mib) = (mean(|sample| sample.at), mean(|sample| sample.rss_mib));
    let (mut above, mut below) = (0.0, 0.0);
    for sample in samples {
        above += (sample.at - at) * (sample.rss_mib - mib);
        below += (sample.at - at).powi(2);
    }
    if below == 0.0 {
        0.0
    } else {
        above / below * 60.0
    }
}

fn most(samples: &[Sample]) -> f64 {
    samples
        .iter()
        .map(|sample| sample.rss_mib)
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_seen() {
        let samples = |grows: f64| -> Vec<Sample> {
            (0..60)
                .map(|second| Sample {
                    at: f64::from(second),
                    rss_mib: grows.mul_add(f64::from(second), 100.0),
                    lag_seconds: 0.0,
                    backlog_mib: 0.0,
                })
                .collect()
        };
        let flat = samples(0.0);
        assert!((growth(&flat) - 1.0).abs() < 1e-9 && slope(&flat).abs() < 1e-9);
        let steep = samples(1.0);
        assert!(growth(&steep) > 1.2 && (slope(&steep) - 60.0).abs() < 1e-6);
        assert!(told(&steep, 20).starts_with("MiB of memory every 20 s: 100 120 140; +60.0"));
    }
}
