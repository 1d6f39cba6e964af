//! Who the rows come from.

use super::{Check, Code, Severity, Warning, percent, some};
use crate::{
    dataset::composition::{Composition, Dimension, figure::share},
    label::Milli,
};

pub(super) const CHECKS: &[Check] = &[few_people, one_person, session_people, churned, unverified];

/// Below this, what is learnt is the habits of those people. (The rule of thumb of
/// thirty for a mean to behave.)
const PEOPLE_LEAST: u64 = 30;
/// What all people known by their session share by default; nobody should have
/// more alone.
const ONE_PERSON_MAX: Milli = Milli::new(100);
/// Half of everything.
const ONE_PERSON_SERIOUS: Milli = Milli::new(500);
/// More than half of the rows.
const SESSION_MAX: Milli = Milli::new(500);
/// Shares of rows and outputs that differ by more than this are no accident. (prior)
const CHURNED_MAX: Milli = Milli::new(100);
/// Fewer than half of the rows.
const SIGNED_LEAST: Milli = Milli::new(500);

fn few_people(composition: &Composition) -> Option<Warning> {
    let people = composition.people.effective;
    (people < PEOPLE_LEAST).then(|| Warning {
        code: Code::FewPeople,
        severity: Severity::Warning,
        message: format!(
            "The rows come from {}, who {} as much as {people} giving equally.",
            some(composition.people.with_rows, "person", "people"),
            if composition.people.with_rows == 1 {
                "weighs"
            } else {
                "weigh"
            },
        ),
        figure: Milli::new(
            i64::try_from(people)
                .unwrap_or(i64::MAX)
                .saturating_mul(1_000),
        ),
        remedy: "wait for more people; split by person (--split), so that the test shows what \
                 holds for others"
            .into(),
    })
}

fn one_person(composition: &Composition) -> Option<Warning> {
    let people = &composition.people;
    let figure = people.rows_max_share;
    (figure > ONE_PERSON_MAX).then(|| Warning {
        code: Code::OnePerson,
        severity: if figure > ONE_PERSON_SERIOUS {
            Severity::Serious
        } else {
            Severity::Warning
        },
        message: format!(
            "One person gave {} of {} rows ({}).",
            people.rows_max,
            composition.rows,
            percent(figure)
        ),
        figure,
        remedy: "lower the policy's caps.rows_per_person".into(),
    })
}

fn session_people(composition: &Composition) -> Option<Warning> {
    let by = composition.by.get(&Dimension::SubjectKind)?;
    let session = by
        .parts
        .iter()
        .find(|part| part.value.as_deref() == Some("session"));
    let figure = session?.share;
    (figure > SESSION_MAX).then(|| Warning {
        code: Code::SessionPeople,
        severity: Severity::Warning,
        message: format!(
            "{} of the rows come from people known by their session alone: whoever reloads the \
             page is a new person, so caps and splits by person do not hold for them.",
            percent(figure)
        ),
        figure,
        remedy: "give the capture a pseudonym (start({ subject })) or register one with the output"
            .into(),
    })
}

fn churned(composition: &Composition) -> Option<Warning> {
    let churned = &composition.people.churned;
    let figure = churned.row_share.thousandths() - churned.output_share.thousandths();
    let figure = Milli::new(figure);
    (figure.abs() > CHURNED_MAX).then(|| Warning {
        code: Code::Churned,
        severity: Severity::Warning,
        message: format!(
            "People who have not been back for {} days saw {} of the outputs and gave {} of the rows.",
            churned.after_days,
            percent(churned.output_share),
            percent(churned.row_share),
        ),
        figure,
        remedy: if figure > Milli::new(0) {
            "start the range later (--from), so that people who are still there decide"
        } else {
            "those who left hardly act before they go: read the brief on abandoned answers, and \
             measure retention when the model is released"
        }
        .into(),
    })
}

fn unverified(composition: &Composition) -> Option<Warning> {
    let by = composition.by.get(&Dimension::Trust)?;
    let rows_of = |name: &str| {
        let part = by
            .parts
            .iter()
            .find(|part| part.value.as_deref() == Some(name));
        part.map_or(0, |part| part.rows)
    };
    let figure = share(rows_of("signed"), composition.rows);
    let claimed = rows_of("claimed");
    (figure < SIGNED_LEAST).then(|| Warning {
        code: Code::Unverified,
        severity: if claimed > 0 {
            Severity::Warning
        } else {
            Severity::Note
        },
        message: format!(
            "{} of the rows rest on signals signed by a token; {claimed} on the browser's word \
             alone. A publishable key is public: others can send signals with it.",
            percent(figure)
        ),
        figure,
        remedy: if claimed > 0 {
            "build with --trust known; register outputs, and put their token on the page"
        } else {
            "put the token of the registration on the page (data-ai-token), then build with --trust signed"
        }
        .into(),
    })
}
