//! Records of the log without the people who were erased: as long as before, so that every
//! place in the log stays where it was.

use tacit_signals::Id;

use super::{
    accepted::{Accepted, Part},
    record,
};
use crate::{control::ProjectId, store::rows::StoredSubject};

/// Who and what is erased.
pub trait Gone {
    /// Whether nothing of `subject` may be kept.
    fn subject(&self, project: ProjectId, subject: &StoredSubject) -> bool;
    /// Whether nothing about the output called `id` may be kept.
    fn output(&self, project: ProjectId, id: &Id) -> bool;
}

/// The payload of a record without what is `gone`, and how many events that were; `None`
/// when nothing of it is. A record that cannot be read is left alone: nothing of it
/// reaches the store.
#[must_use]
pub fn trimmed(payload: &[u8], gone: &dyn Gone) -> Option<(Vec<u8>, u32)> {
    let mut request = record::read(payload).ok()?;
    let erased = drop_gone(&mut request, gone)?;
    let mut bytes = Vec::with_capacity(payload.len());
    record::put(&mut bytes, &request);
    // What was taken out is always longer than the counter that says so: a slice has an
    // output, a time and its events. What follows the parts is not read.
    debug_assert!(bytes.len() <= payload.len(), "a record grew by an erasure");
    bytes.resize(payload.len(), 0);
    Some((bytes, erased))
}

/// Takes what is `gone` out of `request`, and counts it there; how many events it was,
/// `None` when nothing changed.
pub fn drop_gone(request: &mut Accepted, gone: &dyn Gone) -> Option<u32> {
    let project = request.project;
    let (before, parts) = (kept(&request.parts), request.parts.len());
    request
        .parts
        .retain(|part| !gone.subject(project, &part.subject));
    for part in &mut request.parts {
        part.slices
            .retain(|slice| !gone.output(project, &slice.output));
    }
    let erased = before.saturating_sub(kept(&request.parts));
    // A part without events still says who sent it.
    if erased == 0 && request.parts.len() == parts {
        return None;
    }
    request.parts.retain(|part| !part.slices.is_empty());
    request.add_erased(erased);
    Some(erased)
}

fn kept(parts: &[Part]) -> u32 {
    let slices = parts.iter().flat_map(|part| &part.slices);
    let events: usize = slices.map(|slice| slice.seqs.len()).sum();
    u32::try_from(events).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tacit_signals::json as twin;

    use super::*;
    use crate::{
        accept::{accept, accept_server},
        testing::{NOW, project},
    };

    struct These(Vec<StoredSubject>, Vec<&'static str>);

    impl Gone for These {
        fn subject(&self, _: ProjectId, subject: &StoredSubject) -> bool {
            self.0.contains(subject)
        }

        fn output(&self, _: ProjectId, id: &Id) -> bool {
            self.1.contains(&id.as_str())
        }
    }

    fn batch() -> Accepted {
        let batch = json!({"v":1,"key":"pk_1","session":"9f3c000000000000000000000000000a",
        "subject":"u-42","sent_at":NOW,
        "events":[{"seq":0,"at":NOW,"kind":"copied","output":"o","chars":1,"share":0.5,"via":"api"},
                  {"seq":1,"at":NOW,"kind":"shared","output":"p"}]});
        let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
        accept(decoded, &project(1), NOW).accepted
    }

    fn bytes(request: &Accepted) -> Vec<u8> {
        let mut bytes = Vec::new();
        record::put(&mut bytes, request);
        bytes
    }

    #[test]
    fn a_record_is_as_long_and_answers_for_as_many_events_as_before() {
        let request = batch();
        let whole = bytes(&request);
        let person = request.parts[0].subject.clone();
        let cases = [
            (These(vec![person], vec![]), 2, 0),
            (These(vec![], vec!["o"]), 1, 1),
            (These(vec![], vec!["o", "p"]), 2, 0),
        ];
        for (gone, erased, left) in cases {
            let (trimmed, events) = trimmed(&whole, &gone).unwrap();
            assert_eq!((trimmed.len(), events), (whole.len(), erased));
            let read = record::read(&trimmed).unwrap();
            assert_eq!((read.events(), read.erased()), (2, erased));
            assert_eq!(read.parts.len(), left);
            assert_eq!(record::peek(&trimmed), record::peek(&whole));
            // Again changes nothing.
            assert_eq!(super::trimmed(&trimmed, &gone), None);
        }
        let nobody = These(
            vec![project(1).subject("u-4", tacit_signals::SubjectKind::App)],
            vec![],
        );
        assert_eq!(trimmed(&whole, &nobody), None);
    }

    #[test]
    fn others_in_the_same_request_stay_as_they_were() {
        let signal = |id: &str, subject: &str| match json!({"id":id,"output":id,"subject":subject,
            "kind":"shared"})
        {
            serde_json::Value::Object(object) => object,
            _ => panic!("an object"),
        };
        let signals = vec![signal("x", "u-1"), signal("y", "u-2"), signal("z", "u-1")];
        let request = accept_server(signals, &project(1), NOW).accepted;
        let gone = These(vec![request.parts[0].subject.clone()], vec![]);
        let (trimmed, events) = trimmed(&bytes(&request), &gone).unwrap();
        assert_eq!(events, 2);
        assert_eq!(record::read(&trimmed).unwrap().parts, request.parts[1..2]);
    }
}
