//! Hundreds of comparisons, written down: `golden/vectors.json`, which
//! `tests/python/test_stats.py` computes again from the people, with NumPy and SciPy and
//! with GrowthBook's engine. `TACIT_BLESS=1` accepts a change on purpose.
//!
//! People are drawn with integers and the four operations only, so that both sides draw
//! the same ones to the bit; how is told in [`Draw`].

use std::{fs, path::Path};

use serde_json::{Map, Value, json};

use super::{
    Bounds, Comparison, Design, Moments, Observation, SRM_ALPHA, Side, compare, compare_plain,
    correct, power, srm,
};

const COMPARISONS: u64 = 240;
const TABLES: u64 = 60;

/// Knuth's MMIX generator; a draw is its upper 53 bits.
struct Draw(u64);

impl Draw {
    fn unit(&mut self) -> f64 {
        let (multiplier, increment) = (6_364_136_223_846_793_005, 1_442_695_040_888_963_407);
        self.0 = self.0.wrapping_mul(multiplier).wrapping_add(increment);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn whole(&mut self, from: u64, to: u64) -> u64 {
        self.unit();
        from + (self.0 >> 33) % (to - from + 1)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        let last = u64::try_from(of.len()).unwrap() - 1;
        of[usize::try_from(self.whole(0, last)).unwrap()]
    }

    /// A person of a kind of metric: six draws, whatever comes of them.
    fn person(&mut self, kind: &str, known: f64, effect: f64) -> Observation {
        let [own, many, value, was, many_before, value_before] = [(); 6].map(|()| self.unit());
        let sums = |many: f64, value: f64, effect: f64| match kind {
            "binary" => (f64::from(u8::from(value < 0.2 + 0.5 * own + effect)), 1.0),
            "rare" => (f64::from(u8::from(value < 0.01 + 0.05 * own + effect)), 1.0),
            "heavy" => ((own + effect) / (0.01 + value), 1.0),
            "ratio" => {
                let outputs = (1.0 + 9.0 * many * many).floor();
                (
                    outputs * (0.2 + 0.6 * own + effect) + (value - 0.5),
                    outputs,
                )
            }
            _ => {
                let outputs = (4.0 * many).floor();
                (outputs * (own - 0.3 + effect) * value, outputs)
            }
        };
        let (numerator, denominator) = sums(many, value, effect);
        Observation {
            numerator,
            denominator,
            before: (was < known).then(|| sums(many_before, value_before, 0.0)),
        }
    }

    fn arm(&mut self, people: u64, kind: &str, known: f64, effect: f64) -> Moments {
        let mut arm = Moments::default();
        (0..people).for_each(|_| arm.add(&self.person(kind, known, effect)));
        arm
    }
}

fn pair(bounds: Bounds) -> Value {
    json!([bounds.lower, bounds.upper])
}

fn told(found: &Comparison) -> Value {
    json!({
        "control": found.control,
        "treatment": found.treatment,
        "delta": found.delta,
        "se": found.se,
        "ready": found.ready,
        "interval": pair(found.interval),
        "lift": found.lift,
        "lift_interval": pair(found.lift_interval),
        "e_value": found.e_value,
        "p": found.p,
        "fixed": pair(found.fixed),
        "cuped": found.cuped,
    })
}

fn comparison(seed: u64) -> Value {
    let mut draw = Draw(seed);
    let kind = draw.one(&["binary", "heavy", "rare", "ratio", "sparse"]);
    let side = draw.one(&["both", "both", "lower", "upper"]);
    let known = draw.one(&[0.0, 0.6, 1.0]);
    let effect = draw.whole(0, 3) as f64 * 0.05;
    let (control, treatment) = (draw.whole(80, 500), draw.whole(80, 500));
    let design = Design {
        alpha: draw.one(&[0.05, 0.01, 0.1]),
        tightest_at: draw.whole(100, 5_000),
        side: match side {
            "both" => Side::Both,
            "lower" => Side::Lower,
            _ => Side::Upper,
        },
        null: (draw.whole(0, 4) as f64 - 2.0) * 0.02,
    };
    let arms = [
        draw.arm(control, kind, known, 0.0),
        draw.arm(treatment, kind, known, effect),
    ];
    let after = draw.0;
    let plain = compare_plain(&arms[0], &arms[1], &design).unwrap();
    let found = compare(&arms[0], &arms[1], &design).unwrap();
    json!({
        "seed": seed, "kind": kind, "known": known, "effect": effect,
        "people": [control, treatment],
        "alpha": design.alpha, "tightest_at": design.tightest_at, "side": side,
        "null": design.null,
        // Both sides drew the same.
        "after": after.to_string(),
        "plain": told(&plain),
        "cuped": found.cuped.map(|_| told(&found)),
    })
}

fn counts(seed: u64) -> Value {
    let mut draw = Draw(seed);
    let arms = draw.whole(2, 5);
    let weights: Vec<_> = (0..arms).map(|_| draw.whole(1, 9)).collect();
    let scale = draw.whole(5, 400);
    let people: Vec<_> = weights
        .iter()
        .map(|weight| weight * scale + draw.whole(0, scale / 2))
        .collect();
    let shares: Vec<_> = weights.iter().map(|weight| *weight as f64).collect();
    let found = srm(&people, &shares, SRM_ALPHA).unwrap();
    json!({
        "people": people, "weights": weights, "chi_square": found.chi_square, "p": found.p,
        "bayes_factor": found.bayes_factor, "alarm": found.alarm,
    })
}

fn corrections(seed: u64) -> Value {
    let mut draw = Draw(seed);
    let many = draw.whole(1, 12);
    let p: Vec<_> = (0..many)
        .map(|_| {
            let unit = draw.unit();
            unit * unit * unit
        })
        .collect();
    let e: Vec<_> = p.iter().map(|p| 0.4 / (p + 0.001)).collect();
    json!({
        "p": p, "holm": correct::holm(&p), "bh": correct::benjamini_hochberg(&p),
        "e": e, "e_bh": correct::e_benjamini_hochberg(&e),
    })
}

fn plans(seed: u64) -> Value {
    let mut draw = Draw(seed);
    let one_sided = draw.whole(0, 1) == 1;
    let (alpha, tightest_at) = (0.05 / draw.whole(1, 3) as f64, draw.whole(500, 20_000));
    let design = if one_sided {
        Design::not_lower(alpha, tightest_at, 0.02)
    } else {
        Design::difference(alpha, tightest_at)
    };
    let unit = power::unit_variance(0.2 + draw.unit(), 0.2 + draw.unit(), 0.5);
    let effect = 0.02 + 0.1 * draw.unit();
    let people = draw.whole(200, 40_000);
    json!({
        "one_sided": one_sided, "alpha": alpha, "tightest_at": tightest_at,
        "unit_variance": unit, "effect": effect, "people": people,
        "half_width": power::half_width(&design, unit, people),
        "people_for_half_width": power::people_for_half_width(&design, unit, effect),
        "people_fixed": power::people_fixed(&design, unit, effect, 0.8),
        "people_for_power": power::people_for_power(&design, unit, effect, 0.8),
        "power": power::power(&design, unit, effect, people),
        "power_fixed": power::power_fixed(&design, unit, effect, people),
    })
}

/// One case a line.
fn written() -> String {
    let lines = |seeds: core::ops::Range<u64>, case: fn(u64) -> Value| {
        let lines: Vec<_> = seeds.map(|seed| case(seed).to_string()).collect();
        lines.join(",\n")
    };
    format!(
        "{{\"comparisons\": [\n{}\n],\n\"counts\": [\n{}\n],\n\"corrections\": [\n{}\n],\n\"plans\": [\n{}\n]}}\n",
        lines(0..COMPARISONS, comparison),
        lines(1_000..1_000 + TABLES, counts),
        lines(2_000..2_000 + TABLES, corrections),
        lines(3_000..3_000 + TABLES, plans),
    )
}

#[test]
fn the_golden_is_what_is_computed() {
    let file = "src/experiment/stats/golden/vectors.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let computed = written();
    if std::env::var_os("TACIT_BLESS").is_some() {
        fs::write(&path, &computed).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    for (computed, golden) in computed.lines().zip(golden.lines()) {
        assert_eq!(computed, golden);
    }
    assert_eq!(computed.len(), golden.len());
}

#[test]
fn the_golden_has_all_there_is_to_compare() {
    let golden: Map<String, Value> = serde_json::from_str(&written()).unwrap();
    let cases = golden["comparisons"].as_array().unwrap();
    let count = |f: &dyn Fn(&Value) -> bool| cases.iter().filter(|case| f(case)).count();
    assert!(count(&|case| case["cuped"].is_object()) > 60);
    let waits = |case: &Value| case["plain"]["ready"] == false;
    assert!(count(&|case| waits(case) && case["kind"] == "rare") > 10);
    assert!(count(&|case| waits(case) && case["kind"] == "heavy") > 1);
    assert!(count(&|case| case["plain"]["p"].as_f64().unwrap() < 0.05) > 20);
    for kind in ["binary", "heavy", "rare", "ratio", "sparse"] {
        assert!(count(&|case| case["kind"] == kind) > 30);
    }
    for side in ["both", "lower", "upper"] {
        assert!(count(&|case| case["side"] == side) > 30);
    }
}
