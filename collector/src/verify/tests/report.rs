//! Verdicts as they are told.

use super::*;

fn report(change: impl Fn(&mut Evidence)) -> Report {
    let said = Announcement {
        name: "support@15".into(),
        kind: ReleaseKind::Prompt,
        from: Some("br_4c1d0f7a9be2d310".into()),
        experiment: Some("tone".into()),
        arm: None,
        at: Some(NOW),
        note: None,
    };
    let release = Release::new(said, NOW).unwrap();
    let declaration = declaration("tone", json!({}));
    let declared = crate::experiment::declaration::Declared {
        experiment: declaration.starting(0).unwrap(),
        declared_at: 0,
        ended_at: None,
        said: declaration.said().clone(),
    };
    let mut evidence = proven();
    change(&mut evidence);
    let decision = decide(&Origin::of(Some(&release)), Some(&evidence));
    let subject = Subject {
        release: Some(release),
        compared: Some((declared, "b".into())),
    };
    Report::new(
        About::of(subject).unwrap(),
        decision,
        NOW,
        "default@1#9c1f2ab04d5e",
    )
}

fn trend() -> Trend {
    let week = |week: &str, seen, capture_rate: Option<f64>| Week {
        week: week.into(),
        from: 0,
        to: 0,
        registered: seen,
        seen,
        immature: 0,
        reach: Some(0.9),
        people: 0,
        session_people: 0,
        capture_rate,
        low: None,
        high: None,
        tier: capture_rate.map(Tier::of),
    };
    Trend {
        version: 1,
        as_of: NOW,
        policy: String::new(),
        trust: Trust::Known,
        weeks: vec![
            week("2025-W45", 0, None),
            week("2025-W46", 812, Some(0.1234)),
            week("2025-W47", 9, None),
        ],
        change: None,
        left_out: LeftOut::default(),
    }
}

#[test]
fn a_report_for_a_comment_on_a_change() {
    let ship = report(|_| {});
    insta::assert_snapshot!("ship_markdown", ship.markdown());
    let mut hold = report(|e| {
        e.gain = Some(Gain {
            by: 0.01,
            low: -0.01,
            high: 0.03,
        });
        e.guardrails
            .push(guarding("edit_depth", GuardState::Open, 0.005, 0.035));
    });
    hold.capture_rate = Some(trend());
    insta::assert_snapshot!("hold_markdown", hold.markdown());
    insta::assert_snapshot!("hold_text", hold.text());
    let stop = report(|e| {
        e.gain = Some(Gain {
            by: -0.03,
            low: -0.05,
            high: -0.01,
        });
        e.guardrails[0] = guarding("return_rate", GuardState::Harmed, 0.04, 0.05);
        e.mix = Some(Mix {
            p: 0.000_01,
            alarm: true,
        });
    });
    insta::assert_snapshot!("stop_markdown", stop.markdown());
}

#[test]
fn a_report_for_machines() {
    let hold = report(|e| {
        e.gain = Some(Gain {
            by: 0.01,
            low: -0.01,
            high: 0.03,
        });
    });
    let json = serde_json::to_value(&hold).unwrap();
    assert_eq!(
        (&json["verdict"], &json["exit_code"]),
        (&json!("hold"), &json!(1))
    );
    assert_eq!(json["about"], "release");
    assert_eq!(
        json["compared"],
        json!({"experiment": "tone", "arm": "b", "control": "a"})
    );
    assert_eq!(
        json["outlook"],
        json!({"state": "waiting", "people": 6_000, "days": 60})
    );
    assert_eq!(
        json["conditions"][1],
        json!({"check": "primary", "metric": "use_rate", "verdict": "hold", "value": -0.01,
               "bound": 0.0, "found": "not known: better by 0.01 (-0.01 to 0.03)",
               "needs": "better by more than 0"})
    );
}
