//! What tests of several modules share.

use std::sync::Arc;

use serde_json::{Value, json};
use tacit_signals::{Share, assignment::Plan};

use crate::{
    control::{
        ContentPolicy, Control, Life, Project, ProjectId, Publishable, Running, Secret,
        scope::Scopes, used::Used,
    },
    experiment::declaration::Declaration,
    keyed::{Keyed, digest},
};

/// A moment.
pub(crate) const NOW: u64 = 1_763_890_000_000;

/// A project whose secrets follow from its number.
pub(crate) fn project(number: u8) -> Arc<Project> {
    project_keeping(number, ContentPolicy::Full)
}

/// The same with a content setting.
pub(crate) fn project_keeping(number: u8, content: ContentPolicy) -> Arc<Project> {
    Arc::new(bare(number, content))
}

/// The first project with experiments.
pub(crate) fn project_with(experiments: Vec<Running>) -> Arc<Project> {
    Arc::new(Project {
        experiments,
        ..bare(1, ContentPolicy::Full)
    })
}

/// An experiment of the arms `a` and `b`, open since ever, with a holdout in thousandths.
pub(crate) fn running(name: &str, holdout: u64) -> Running {
    running_for(name, holdout, 1_000)
}

/// The same for a part of the people: `traffic` thousandths.
pub(crate) fn running_for(name: &str, holdout: u64, traffic: u64) -> Running {
    let share = |thousandths| Share::from_thousandths("share", thousandths).unwrap();
    let arms = vec![("a".into(), share(500)), ("b".into(), share(500))];
    Running {
        plan: Plan::new(name, share(holdout), share(traffic), arms).unwrap(),
        starts_at: 0,
        ends_at: None,
    }
}

fn bare(number: u8, content: ContentPolicy) -> Project {
    Project {
        id: ProjectId(number.into()),
        name: format!("p{number}"),
        content,
        pepper: Keyed::new(&[number; 32]),
        secret: Keyed::new(&[number | 0x80; 32]),
        experiments: Vec::new(),
        erased: Vec::new(),
    }
}

/// Keys `pk_<n>` and `sk_<n>` for `project`.
pub(crate) fn control(project: &Arc<Project>, origins: &[&str]) -> Control {
    let number = project.id.0;
    let mut control = Control::default();
    control.projects.insert(project.id, Arc::clone(project));
    control.publishable.insert(
        format!("pk_{number}"),
        Arc::new(Publishable {
            id: format!("key_p{number}"),
            project: Arc::clone(project),
            origins: origins.iter().map(ToString::to_string).collect(),
            life: Life::default(),
            used: Used::default(),
        }),
    );
    control.secret.insert(
        digest(format!("sk_{number}").as_bytes()),
        Arc::new(Secret {
            id: format!("key_{number}"),
            project: Arc::clone(project),
            scopes: Scopes::ALL,
            life: Life::default(),
            used: Used::default(),
        }),
    );
    control
}

/// A declaration of two arms, with further fields or others.
pub(crate) fn declaration(name: &str, more: Value) -> Declaration {
    let Value::Object(mut said) = json!({
        "name": name,
        "arms": [{"name": "a", "weight": 0.5}, {"name": "b", "weight": 0.5}],
        "primary": "use_rate",
        "guardrails": [{"metric": "return_rate", "margin": 0.02}],
        "mde": 0.02,
    }) else {
        panic!("an object");
    };
    if let Value::Object(more) = more {
        said.extend(more);
    }
    Declaration::parse(&said).unwrap()
}
