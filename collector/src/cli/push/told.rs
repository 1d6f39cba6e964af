//! What became of pushes, for people and programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Options, ready::Ready, with_pusher};
use crate::{
    cli::{data::Data, export::listed, note, out, out_json},
    push::{
        run::{Status, Summary},
        sink::HttpRequest,
    },
};

pub(super) fn rehearse(options: &Options, data: &Data, all: &[Ready]) -> anyhow::Result<()> {
    for ready in all {
        let summary = with_pusher(options, data, ready, "", |pusher| {
            pusher.rehearse(&mut |request| out(&shown(ready, request).to_string()))
        })?;
        note(&format!("tacit: nothing was sent; {}", line(&summary)));
    }
    Ok(())
}

/// A request without its secrets.
fn shown(ready: &Ready, request: &HttpRequest) -> Value {
    let mut headers: BTreeMap<&str, &str> = BTreeMap::new();
    headers.extend(
        request
            .headers
            .iter()
            .map(|(name, value)| (*name, &**value)),
    );
    headers.extend(request.secrets.iter().map(|(name, _)| (&**name, "[key]")));
    json!({
        "push": ready.push.name,
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": serde_json::from_str::<Value>(&request.body).unwrap_or_default(),
    })
}

pub(super) fn tell(options: &Options, summaries: &[Summary]) -> anyhow::Result<()> {
    if options.json {
        return out_json(&json!({ "pushes": summaries }));
    }
    for summary in summaries {
        out(&line(summary))?;
    }
    Ok(())
}

/// What became of a pass, for people.
fn line(summary: &Summary) -> String {
    let Summary {
        push,
        delivered,
        rejected,
        unchanged,
        left,
        retries,
        ..
    } = summary;
    if summary.status == Status::Busy {
        return format!("{push}: another process is at it");
    }
    let skipped = summary.skipped.iter();
    let skipped: BTreeMap<String, u64> = skipped
        .map(|(reason, count)| ((*reason).to_owned(), *count))
        .collect();
    let mut line = format!(
        "{push}: {delivered} delivered, {rejected} rejected, {unchanged} unchanged, \
         skipped {}; {retries} requests failed",
        listed(&skipped)
    );
    if let Some(why) = &summary.why {
        line.push_str(&format!("; stopped with {left} in hand: {why}"));
    }
    line
}
