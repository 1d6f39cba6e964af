//! `tacit import`.

use std::{collections::BTreeMap, env, fs, path::PathBuf, thread, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use super::{Usage, note, out, out_json};
use crate::{
    client::{Backoff, Secret},
    import::{Importer, Skip, System, Wanted, read, requests},
    keyed::random,
    push::{
        Endpoint,
        sink::{HttpRequest, Response},
        transport::{Http, Transport},
    },
};

/// Requests of one body before the import stops.
const ATTEMPTS_MAX: u32 = 6;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Whose export it is: langfuse, langsmith or phoenix.
    #[arg(long, value_parser = system)]
    from: System,
    /// The export: JSON, JSON lines or CSV.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The collector.
    #[arg(long, default_value = "http://127.0.0.1:8787")]
    url: String,
    /// Environment variable that holds a secret key of the project.
    #[arg(long, default_value = "TACIT_SECRET_KEY")]
    api_key_env: String,
    /// What numbers go from and to: 1..5, or NAME=1..5 for feedback of one name; 0..1
    /// without.
    #[arg(long, value_name = "[NAME=]MIN..MAX", allow_hyphen_values = true)]
    scale: Vec<String>,
    /// Only feedback of this name; may be given again.
    #[arg(long)]
    name: Vec<String>,
    /// Also what models and code judged: as measured values, which no label rests on.
    #[arg(long)]
    evaluations: bool,
    /// Also corrected texts.
    #[arg(long)]
    edits: bool,
    /// Print the signals, a line of JSON each, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

fn system(text: &str) -> Result<System, String> {
    System::from_name(text).ok_or_else(|| {
        let names = System::ALL.map(System::name);
        format!("one of {}", names.join(", "))
    })
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let importer = importer(options)?;
    let target = (!options.dry_run).then(|| target(options)).transpose()?;
    let mut told = Told::default();
    let mut signals = Vec::new();
    for file in &options.files {
        let named = || file.display().to_string();
        let bytes = fs::read(file).with_context(named)?;
        for record in read(&bytes).with_context(named)? {
            told.read += 1;
            let (made, skipped) = importer.signals(&record);
            signals.extend(made);
            for skip in skipped {
                *told.skipped.entry(skip).or_default() += 1;
            }
        }
    }
    told.signals = signals.len();
    let Some(target) = target else {
        for signal in &signals {
            out(&signal.to_string())?;
        }
        note(&format!("tacit: nothing was sent; {}", told.line()));
        return Ok(());
    };
    let sent = send(&target, &signals, &mut told);
    if options.json {
        out_json(&told.json())?;
    } else {
        out(&told.line())?;
    }
    sent?;
    if !told.rejected.is_empty() {
        bail!("the collector refused some of it");
    }
    Ok(())
}

fn importer(options: &Options) -> anyhow::Result<Importer> {
    let scales = crate::import::Scales::parse(options.scale.iter().map(String::as_str));
    Ok(Importer {
        system: options.from,
        wanted: Wanted {
            scales: scales.map_err(|error| Usage(format!("--scale {error}")))?,
            names: options.name.iter().cloned().collect(),
            evaluations: options.evaluations,
            edits: options.edits,
        },
    })
}

struct Target {
    url: String,
    key: Secret,
}

fn target(options: &Options) -> anyhow::Result<Target> {
    let endpoint =
        Endpoint::parse(&options.url).map_err(|error| Usage(format!("--url {error}")))?;
    let variable = &options.api_key_env;
    let key = env::var(variable).map_err(|_| {
        Usage(format!(
            "--api-key-env {variable}: there is no such variable with a secret key"
        ))
    })?;
    Ok(Target {
        url: endpoint.url("/v1/signals"),
        key: Secret::new(&format!("Bearer {}", key.trim())),
    })
}

/// What became of an export.
#[derive(Default)]
struct Told {
    /// Records of the files.
    read: usize,
    /// Signals made of them.
    signals: usize,
    /// Signals the collector took; those it had already are among them.
    accepted: u64,
    /// Left out, by reason.
    skipped: BTreeMap<Skip, usize>,
    /// Refused by the collector, by code.
    rejected: BTreeMap<String, usize>,
}

impl Told {
    fn json(&self) -> Value {
        json!({
            "read": self.read, "signals": self.signals, "accepted": self.accepted,
            "skipped": self.skipped, "rejected": self.rejected,
        })
    }

    fn line(&self) -> String {
        let mut line = format!(
            "{} read, {} signals, {} accepted",
            self.read, self.signals, self.accepted
        );
        let json = self.json();
        for what in ["skipped", "rejected"] {
            for (reason, count) in json[what].as_object().into_iter().flatten() {
                line.push_str(&format!(", {count} {what}: {reason}"));
            }
        }
        line
    }
}

fn send(target: &Target, signals: &[Value], told: &mut Told) -> anyhow::Result<()> {
    let http = Http::new(Duration::from_secs(30));
    let backoff = Backoff {
        first_ms: 500,
        max_ms: 20_000,
        seed: u64::from_le_bytes(random()?),
    };
    for body in requests(signals) {
        let count = body.lines().count() as u64;
        let request = HttpRequest {
            method: "POST",
            url: target.url.clone(),
            headers: vec![("content-type", "application/x-ndjson".into())],
            secrets: vec![("authorization".into(), target.key.clone())],
            body,
            body_key: None,
        };
        let answer = ask(&http, &request, backoff)?;
        if answer.status == 204 {
            told.accepted += count;
            continue;
        }
        let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        told.accepted += json["accepted"].as_u64().unwrap_or_default();
        for one in json["rejected"].as_array().into_iter().flatten() {
            let code = one["code"].as_str().unwrap_or("unknown");
            *told.rejected.entry(code.into()).or_default() += 1;
        }
    }
    Ok(())
}

/// The collector's answer; what may pass is asked again, which is safe: signals have ids.
fn ask(http: &Http, request: &HttpRequest, backoff: Backoff) -> anyhow::Result<Response> {
    let mut attempt = 1;
    loop {
        let (why, after_ms) = match http.send(request) {
            Ok(answer) if matches!(answer.status, 200 | 204) => return Ok(answer),
            Ok(answer) => {
                let why = format!("{}: {} {}", request.url, answer.status, answer.body.trim());
                if !matches!(answer.status, 408 | 429 | 500..=599) {
                    bail!(why);
                }
                (why, answer.retry_after_ms)
            }
            Err(error) => (format!("{}: {error}", request.url), None),
        };
        if attempt == ATTEMPTS_MAX {
            bail!("{why}; what was sent is kept: run it again to go on");
        }
        let wait = backoff.wait_ms(request.body.as_bytes(), attempt);
        thread::sleep(Duration::from_millis(
            wait.max(after_ms.unwrap_or_default()).min(60_000),
        ));
        attempt += 1;
    }
}
