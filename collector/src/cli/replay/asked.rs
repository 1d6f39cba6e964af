//! Whom to ask, as the arguments and the environment say.

use std::{env, fs, time::Duration};

use serde_json::{Map, Value};

use super::{
    super::Usage,
    arguments::{Header, HeaderValue, NO_AMOUNT},
    options::{Ask, JudgeOptions, Pace},
};
use crate::replay::{
    client::{Client, Endpoint, Request, Secret, Settings},
    run::{Limits, Prices},
};

/// The variable of the API key unless another is named.
const KEY: &str = "OPENAI_API_KEY";

/// An endpoint and how it is asked.
pub(super) struct Asked {
    pub(super) endpoint: Endpoint,
    pub(super) request: Request,
    pub(super) client: Client,
}

/// What is tried.
pub(super) fn tried(ask: &Ask, pace: &Pace) -> Result<Asked, Usage> {
    let endpoint = endpoint(ask.endpoint.as_deref().unwrap_or_default())?;
    let system = ask.system.as_deref().map(|path| {
        fs::read_to_string(path).map_err(|error| Usage(format!("{}: {error}", path.display())))
    });
    let request = Request {
        model: ask.model.clone().unwrap_or_default(),
        params: ask.params.iter().cloned().collect(),
        system: system.transpose()?,
        stream: !ask.no_stream,
    };
    let key = key(ask.api_key_env.as_deref())?;
    Ok(Asked {
        client: client(&endpoint, key, &ask.headers, pace)?,
        endpoint,
        request,
    })
}

/// Who judges, if anybody does.
pub(super) fn judge(judge: &JudgeOptions, ask: &Ask, pace: &Pace) -> Result<Option<Asked>, Usage> {
    let Some(model) = &judge.judge_model else {
        return Ok(None);
    };
    // A key goes to nobody but whom it was named for.
    let (endpoint, key, headers) = match &judge.judge_endpoint {
        Some(other) => (
            self::endpoint(other)?,
            key_named(judge.judge_api_key_env.as_deref())?,
            &[][..],
        ),
        None => {
            let named = judge
                .judge_api_key_env
                .as_deref()
                .or(ask.api_key_env.as_deref());
            let same = endpoint(ask.endpoint.as_deref().unwrap_or_default())?;
            (same, key(named)?, &*ask.headers)
        }
    };
    let params: Map<String, Value> = judge.judge_params.iter().cloned().collect();
    Ok(Some(Asked {
        client: client(&endpoint, key, headers, pace)?,
        endpoint,
        request: Request {
            model: model.clone(),
            params,
            system: None,
            stream: !ask.no_stream,
        },
    }))
}

fn endpoint(text: &str) -> Result<Endpoint, Usage> {
    Endpoint::parse(text).map_err(|error| Usage(format!("--endpoint: {error}")))
}

/// The key in the named variable, which must be there; or in the usual one, if it is.
fn key(named: Option<&str>) -> Result<Option<Secret>, Usage> {
    match named {
        Some(_) => key_named(named),
        None => Ok(env::var(KEY)
            .ok()
            .filter(|key| !key.trim().is_empty())
            .map(|key| Secret::new(&key))),
    }
}

fn key_named(named: Option<&str>) -> Result<Option<Secret>, Usage> {
    named.map(variable).transpose()
}

fn variable(name: &str) -> Result<Secret, Usage> {
    let value = env::var(name).ok().filter(|value| !value.trim().is_empty());
    let value = value.ok_or_else(|| Usage(format!("the variable {name} is not set")))?;
    let secret = Secret::new(&value);
    if !value
        .trim()
        .chars()
        .all(|c| c == ' ' || c.is_ascii_graphic())
    {
        return Err(Usage(format!(
            "the variable {name} holds what no header can"
        )));
    }
    Ok(secret)
}

fn client(
    endpoint: &Endpoint,
    key: Option<Secret>,
    headers: &[Header],
    pace: &Pace,
) -> Result<Client, Usage> {
    let header = |header: &Header| {
        let value = match &header.value {
            HeaderValue::Text(text) => Secret::new(text),
            HeaderValue::Env(name) => variable(name)?,
        };
        Ok((header.name.clone(), value))
    };
    Ok(Client::new(Settings {
        endpoint: endpoint.clone(),
        key,
        headers: headers.iter().map(header).collect::<Result<_, Usage>>()?,
        timeout: Duration::from_secs(pace.timeout),
    }))
}

impl Pace {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            concurrency: self.concurrency,
            requests_per_minute: self.requests_per_minute,
            tokens_per_minute: self.tokens_per_minute,
            attempts_max: self.retries.saturating_add(1),
            backoff_ms: self.backoff_ms,
            failures_in_a_row_max: self.max_failures_in_a_row,
            ..Limits::default()
        }
    }

    pub(super) fn prices(&self) -> Result<Option<Prices>, Usage> {
        let (Some(prompt), Some(completion)) = (&self.price_in, &self.price_out) else {
            return Ok(None);
        };
        let prices = Prices::parse(prompt, completion);
        let prices = prices.ok_or_else(|| Usage(format!("a price is {NO_AMOUNT}")))?;
        Ok(Some(prices))
    }
}
