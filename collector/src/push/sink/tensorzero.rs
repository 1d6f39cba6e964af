//! TensorZero: feedback on inferences (`POST /feedback`). It is appended under an id of
//! the gateway's; a label that changed is another one, whose tags say what it supersedes.

use serde_json::{Value, json};

use super::{HttpRequest, Kind, Limits, Settings, Sink};
use crate::push::{Address, Ids, LabelOut, Part};

#[derive(Debug)]
pub(super) struct Tensorzero(pub(super) Settings);

impl Sink for Tensorzero {
    fn kind(&self) -> Kind {
        Kind::Tensorzero
    }

    fn limits(&self) -> Limits {
        Limits::ONE
    }

    fn address(&self, ids: &Ids) -> Result<Address, &'static str> {
        let inference = ids.named(Kind::Tensorzero).or(ids.uuid7.as_deref());
        let address = inference.map(|id| Address::Run(id.into()));
        address.ok_or("no_inference_id")
    }

    fn takes_corrections(&self) -> bool {
        true
    }

    fn request(&self, labels: &[LabelOut], _now: u64) -> HttpRequest {
        let body = labels.first().map(feedback).unwrap_or_default();
        self.0.json("POST", "/feedback", body.to_string())
    }
}

fn feedback(label: &LabelOut) -> Value {
    let inference = match &label.address {
        Address::Run(run) => run.as_str(),
        _ => "",
    };
    let (name, value) = match &label.part {
        // Metrics are declared in the gateway's configuration, as names of TOML tables.
        Part::Verdict => (label.name.replace('.', "_"), json!(label.kept())),
        Part::Correction(text) => ("demonstration".into(), json!(text)),
    };
    json!({
        "inference_id": inference,
        "metric_name": name,
        "value": value,
        "tags": label.texts(),
    })
}
