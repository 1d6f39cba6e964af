//! Labels for tests.

use tacit_signals::{Id, signal::CopyVia};

use super::{Address, Ids, LabelOut, Part, label_out::Naming};
use crate::label::{
    Labelled, Policy, label_group,
    script::{DAY, SECOND, Story, T0, copied, group, regenerated},
};

pub(super) fn naming(kind: &'static str) -> Naming {
    Naming {
        project: "shop".into(),
        kind,
        prefix: "implicit".into(),
    }
}

/// The mature label of an output that was copied, or regenerated at once.
pub(super) fn labelled(output: &str, kept: bool) -> Labelled {
    let story = Story::shown(output);
    let story = if kept {
        story.at(10 * SECOND, copied(0.9, CopyVia::Button))
    } else {
        story.at(9 * SECOND, regenerated(5_000))
    };
    let policy = Policy::default_policy().unwrap();
    let group = group(vec![story]);
    let labelled = label_group(&group, &policy, T0 + 60 * DAY);
    let mut label = labelled.outputs.into_iter().next().unwrap();
    // Goldens are of requests: what policies say is not for them to notice.
    label.policy = "default@1#0123456789ab".into();
    label
}

/// The verdict on a copied output under a span.
pub(super) fn label(output: &str) -> LabelOut {
    let address = Address::Span {
        trace: Some("0af7651916cd43dd8448eb211c80319c".into()),
        span: "b7ad6b7169203331".into(),
    };
    LabelOut::new(
        &labelled(output, true),
        Ids::default(),
        address,
        Part::Verdict,
        &naming("otel"),
    )
}

pub(super) fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}
