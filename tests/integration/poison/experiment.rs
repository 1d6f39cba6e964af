//! Ratings bombed on one arm of an experiment.

use serde_json::Value;
use tacit_tests::{
    data::arg,
    page::Page,
    signals::{rated, shown},
    wait,
};

use super::{PEOPLE, house::Site, ids};

const TONE: &str = "[[experiment]]\nname = \"tone\"\n\
    arms = [{ name = \"plain\", weight = 0.5 }, { name = \"warm\", weight = 0.5 }]\n\
    primary = \"negative_rate\"\nmde = 0.02\nsettle = \"0h\"\nholdout = 0.0\n";

/// People of an arm, by the names they go by: anybody can compute the assignment.
fn of_arm(site: &Site, arm: &str, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut number = 0;
    while found.len() < count {
        let name = format!("bomber-{number}");
        number += 1;
        if site.arm(&name) == arm {
            found.push(name);
        }
    }
    found
}

fn readout(site: &Site, policy: Option<&str>, as_of: u64) -> Value {
    let as_of = as_of.to_string();
    let mut args = vec!["experiment", "readout", "tone", "--as-of", &as_of, "--json"];
    args.extend(policy.into_iter().flat_map(|file| ["--policy", file]));
    site.data.cli(&args).ok().json()
}

#[test]
fn an_arm_that_is_bombed_reads_as_it_did() {
    let mut site = Site::new(0);
    let file = site.data.config(TONE);
    let _ = site.data.cli(&["experiment", "add", arg(&file)]).ok();
    wait::until("an experiment the server knows", || {
        let asked = site
            .server
            .api()
            .get("/v1/assign?experiment=tone&subject=u");
        (asked.status == 200).then_some(())
    });
    // People of both arms, after the start of the experiment.
    site.from = tacit_tests::now_ms();
    site.tries = true;
    site.people(PEOPLE);
    let before = readout(&site, None, site.settled());
    let unscreened = site.unscreened();
    let exposed = |readout: &Value| readout["people"]["exposed"].as_u64().unwrap();
    assert!(
        exposed(&before) >= u64::from(PEOPLE),
        "{}",
        before["people"]
    );

    let targets = ids("target", 150);
    for name in of_arm(&site, "warm", 5) {
        let own: Vec<_> = targets.iter().map(|id| format!("{name}-{id}")).collect();
        site.register_in(&own, None, Some("warm"));
        let mut page = Page::new(&site.data.publishable).of_subject(&name);
        let acts = own.iter().zip(0..).flat_map(|(id, n)| {
            let at = site.from + n * 20;
            [
                page.event(at, id, shown(("t", 0, 0))),
                page.event(at + 5, id, rated(false)),
            ]
        });
        let events: Vec<_> = acts.collect();
        site.server.api().batch(&page.batch(events));
    }
    let as_of = site.settled();
    let (with, without) = (
        readout(&site, None, as_of),
        readout(&site, Some(&unscreened), as_of),
    );
    // How long it still takes depends on the time of day.
    for part in ["primary", "secondary", "guardrails", "segments"] {
        let (with, before) = (&with["effects"][part], &before["effects"][part]);
        assert_eq!(with, before, "no number of any arm: {part}");
    }
    assert_eq!(exposed(&with), exposed(&before));
    assert_eq!(exposed(&without), exposed(&before) + 5);
    assert_ne!(without["effects"]["primary"], before["effects"]["primary"]);
    assert_eq!(with["people"]["screened"], 750, "outputs, counted");
}
