//! Finding outputs.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tacit_signals::{Id, signal::Kind as Signal};
use utoipa::IntoParams;

use super::describe::describe;
use crate::{
    collector::Collector,
    explore::{Wanted, look, start, words},
    http::{
        auth::Reader,
        openapi::{self, Asked, OutputList},
        problem::Problem,
        query::{self, policy, settled},
    },
    label::{Labelled, Policy},
    limits::{PAGE_LEN_MAX, SEARCH_WORDS_MAX},
    screen::{AtHand, Screened},
    store::{Page, Reached, StoreError, rows::OutputRows},
    wall::now_ms,
};

/// Outputs on a page where nothing is said.
const PAGE_LEN: usize = 50;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ListQuery {
    /// First heard of at or after, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    since: Option<u64>,
    /// First heard of before, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    until: Option<u64>,
    /// `next` of the page before
    cursor: Option<String>,
    /// Outputs on a page
    #[param(schema_with = openapi::page_len, required = false)]
    limit: Option<usize>,
    /// Only those whose label has this state
    #[param(schema_with = openapi::state, required = false)]
    state: Option<String>,
    /// Only those with this rule among the label's reasons
    reason: Option<String>,
    /// Only those with such a signal
    #[param(schema_with = openapi::signal, required = false)]
    kind: Option<String>,
    /// Only those of this model
    model: Option<String>,
    /// Only those of this prompt version
    prompt_version: Option<String>,
    /// Only those of this conversation
    conversation: Option<String>,
    /// Only those whose id begins like this
    id: Option<String>,
    /// Only those with all of these words in the prompt or the answer, as far as they are known
    q: Option<String>,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
}

impl ListQuery {
    fn wanted(&self, policy: &Policy) -> Result<Wanted, Problem> {
        // What a form leaves empty is not asked for.
        let said = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let words = words(self.q.as_deref().unwrap_or_default());
        if words.len() > SEARCH_WORDS_MAX {
            return Err(Problem::too_many("q", SEARCH_WORDS_MAX));
        }
        let id = |name: &'static str, field: &Option<String>| match said(field) {
            Some(text) => Id::parse(name, &text).map(Some),
            None => Ok(None),
        };
        Ok(Wanted {
            state: said(&self.state).as_deref().map(query::state).transpose()?,
            reason: said(&self.reason)
                .map(|rule| known_rule(policy, rule))
                .transpose()?,
            kind: said(&self.kind).as_deref().map(kind).transpose()?,
            model: said(&self.model),
            prompt_version: said(&self.prompt_version),
            conversation: id("conversation", &self.conversation)?,
            id_start: id("id", &self.id)?.map(|start| start.to_string()),
            words,
        })
    }

    fn page(&self) -> Result<Page, Problem> {
        let before: Option<Reached> = match self.cursor.as_deref() {
            None => None,
            Some(cursor) => Some(
                cursor
                    .parse()
                    .map_err(|()| Problem::malformed("cursor", "not one that was given out"))?,
            ),
        };
        let len = self.limit.unwrap_or(PAGE_LEN);
        if len == 0 || len > PAGE_LEN_MAX {
            return Err(Problem::too_many("limit", PAGE_LEN_MAX));
        }
        Ok(Page {
            since: self.since,
            until: self.until,
            before,
            len,
            ..Page::default()
        })
    }
}

fn kind(name: &str) -> Result<Signal, Problem> {
    Signal::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Signal::ALL.into_iter().map(Signal::name).collect();
        Problem::unsupported("kind", format!("one of {}", names.join(", ")))
    })
}

fn known_rule(policy: &Policy, rule: String) -> Result<String, Problem> {
    if policy.reason(&rule).is_some() {
        return Ok(rule);
    }
    let detail = format!("the policy {} has no such rule", policy.reference());
    Err(Problem::unsupported("reason", detail))
}

/// Outputs, latest first, each with its label; those that are asked for, as far back as one
/// request looks.
#[utoipa::path(
    get, path = "/v1/outputs", tag = "outputs", security(("secret" = ["read"])), params(ListQuery),
    responses((status = 200, description = "A page", body = OutputList), Asked),
    summary = "Outputs, latest first, each with its label", description = ""
)]
pub(in crate::http) async fn list(
    reader: Reader,
    query: web::Query<ListQuery>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let page = query.page()?;
    let policy = policy(&collector, query.policy.as_deref())?;
    let wanted = query.wanted(&policy)?;
    settled(&collector).await;
    let project = reader.0.id;
    let as_of = now_ms();
    let answer = web::block(move || {
        let store = &*collector.store;
        let AtHand { screen, looked_at } = collector.screens.at_hand(project, policy.screen, as_of);
        let facts = Screened::by(store, project, as_of, screen);
        let mut outputs = Vec::new();
        let tell = &mut |listed: &crate::store::Listed, rows: &OutputRows, label: &Labelled| {
            outputs.push(summary(listed.reached.received_at, rows, label));
        };
        let looked = look(&facts, (&policy, as_of), &wanted, &page, tell)?;
        Ok::<_, StoreError>(json!({
            "outputs": outputs,
            "next": looked.next.map(|next| next.to_string()),
            "looked_at": looked.looked_at,
            "until_looked": looked.until,
            "screened_at": looked_at,
        }))
    })
    .await??;
    Ok(HttpResponse::Ok().json(answer))
}

fn summary(received_at: u64, rows: &OutputRows, label: &Labelled) -> Value {
    let Value::Object(mut object) = describe(rows, label) else {
        return Value::Null;
    };
    // A list is to find things by; texts are with the output itself.
    for text in ["input", "output", "documents"] {
        object.remove(text);
    }
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let events = rows.slices.iter().flat_map(|slice| &slice.events);
    for event in events {
        *kinds.entry(event.signal.name()).or_default() += 1;
    }
    let signals = kinds.values().sum::<u64>() + rows.beyond;
    object.extend(Map::from_iter([
        ("received_at".to_owned(), received_at.into()),
        ("signals".to_owned(), signals.into()),
        ("kinds".to_owned(), json!(kinds)),
        ("label".to_owned(), label.to_json()),
    ]));
    if let Some(shown_at) = label.shown_at {
        object.insert("shown_at".to_owned(), shown_at.into());
    }
    let (asked, answered) = start(rows, label);
    for (name, text) in [("prompt_start", asked), ("answer_start", answered)] {
        if let Some(text) = text {
            object.insert(name.to_owned(), text.into());
        }
    }
    Value::Object(object)
}
