//! Systems that take labels: one file each. Pure: requests are values, answers are read.
//!
//! A new one implements [`Sink`], has a [`Kind`] and a golden of its request.

mod answer;
mod langfuse;
mod langsmith;
mod mlflow;
mod otel;
mod phoenix;
mod posthog;
mod settings;
mod tensorzero;
mod webhook;

pub use self::{
    answer::{Outcome, Reading, Response},
    settings::{KeyError, Settings},
};
use super::label_out::{Address, LabelOut};
use crate::client::Secret;

/// A system that takes labels.
pub trait Sink: Send + Sync {
    /// Which one.
    fn kind(&self) -> Kind;

    /// What fits into a request.
    fn limits(&self) -> Limits;

    /// What this system takes a label under; the reason where it has no such id.
    fn address(&self, ids: &super::Ids) -> Result<Address, &'static str>;

    /// Whether it takes texts that people made of outputs.
    fn takes_corrections(&self) -> bool {
        false
    }

    /// The request that sends these labels, all of one lane, at `now` (Unix ms).
    fn request(&self, labels: &[LabelOut], now: u64) -> HttpRequest;

    /// What became of them.
    fn read(&self, labels: &[LabelOut], response: &Response) -> Reading {
        let _ = labels;
        response.reading()
    }
}

/// What fits into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Labels.
    pub items: usize,
    /// Bytes, about.
    pub bytes: usize,
}

impl Limits {
    /// A request for each label.
    pub const ONE: Self = Self {
        items: 1,
        bytes: usize::MAX,
    };
}

/// A request, not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `POST` or `PATCH`.
    pub method: &'static str,
    /// Where.
    pub url: String,
    /// Headers that are no secrets.
    pub headers: Vec<(&'static str, String)>,
    /// Headers that are.
    pub secrets: Vec<(String, Secret)>,
    /// JSON. Where a key goes into it, `key` stands at its place.
    pub body: String,
    /// A key that takes the place of [`KEY_MARK`] in the body.
    pub body_key: Option<Secret>,
}

/// Stands in a body where a key belongs.
pub const KEY_MARK: &str = "[key]";

/// The systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// OpenTelemetry `gen_ai.evaluation.result` events over OTLP/HTTP.
    Otel,
    /// Langfuse scores.
    Langfuse,
    /// Arize Phoenix annotations.
    Phoenix,
    /// MLflow assessments.
    Mlflow,
    /// Signed webhooks by the Standard Webhooks scheme.
    Webhook,
    /// LangSmith feedback.
    Langsmith,
    /// TensorZero feedback.
    Tensorzero,
    /// PostHog events.
    Posthog,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Otel,
        Self::Langfuse,
        Self::Phoenix,
        Self::Mlflow,
        Self::Webhook,
        Self::Langsmith,
        Self::Tensorzero,
        Self::Posthog,
    ];

    /// Its name in configurations, and before ids.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Otel => "otel",
            Self::Langfuse => "langfuse",
            Self::Phoenix => "phoenix",
            Self::Mlflow => "mlflow",
            Self::Webhook => "webhook",
            Self::Langsmith => "langsmith",
            Self::Tensorzero => "tensorzero",
            Self::Posthog => "posthog",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it cannot be used without a key.
    #[must_use]
    pub const fn needs_key(self) -> bool {
        matches!(
            self,
            Self::Langfuse | Self::Webhook | Self::Langsmith | Self::Posthog
        )
    }

    /// The sink.
    pub fn open(self, settings: Settings) -> Result<Box<dyn Sink>, KeyError> {
        if self.needs_key() && settings.key.is_none() {
            return Err(KeyError::Missing(self));
        }
        Ok(match self {
            Self::Otel => Box::new(otel::Otel(settings)),
            Self::Langfuse => Box::new(langfuse::Langfuse::new(settings)?),
            Self::Phoenix => Box::new(phoenix::Phoenix(settings)),
            Self::Mlflow => Box::new(mlflow::Mlflow(settings)),
            Self::Webhook => Box::new(webhook::Webhook::new(settings)?),
            Self::Langsmith => Box::new(langsmith::Langsmith(settings)),
            Self::Tensorzero => Box::new(tensorzero::Tensorzero(settings)),
            Self::Posthog => Box::new(posthog::Posthog(settings)),
        })
    }
}

/// Unix ms as RFC 3339 in UTC.
fn instant(at: u64) -> String {
    let at = i64::try_from(at).ok();
    let at = at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    at.unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests;
