//! What is left of whoever was erased: a code by which they are known again, and by
//! which nobody finds out who they were.

use tacit_signals::SubjectKind;

use crate::{accept::record::subject_bytes, keyed::Keyed, store::rows::StoredSubject};

/// The start of an HMAC under the project's pepper. Of the hidden id, not of the raw one:
/// nothing but the grave is needed to find what is stored of somebody.
pub type Grave = [u8; 16];

/// Begins what is signed: raw subjects are printable, so none of them is signed alike.
const SUBJECT: &[u8] = b"\0grave of a subject\0";
const OUTPUT: &[u8] = b"\0grave of an output\0";

/// The grave of a person.
#[must_use]
pub fn of_subject(pepper: &Keyed, subject: &StoredSubject) -> Grave {
    of_hidden(pepper, subject.kind, &subject_bytes(subject))
}

/// The grave of a person of whom the hidden id's bytes are known.
#[must_use]
pub fn of_hidden(pepper: &Keyed, kind: SubjectKind, id: &[u8; 16]) -> Grave {
    start(pepper.sign(&[SUBJECT, kind.name().as_bytes(), b"\0", id]))
}

/// The grave of an output that was erased with its person.
#[must_use]
pub fn of_output(pepper: &Keyed, id: &str) -> Grave {
    start(pepper.sign(&[OUTPUT, id.as_bytes()]))
}

fn start(code: [u8; 32]) -> Grave {
    let mut grave = Grave::default();
    grave.copy_from_slice(&code[..16]);
    grave
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn graves_differ_by_project_kind_and_id() {
        let (one, two) = (project(1), project(2));
        let subject = one.subject("u-42", SubjectKind::App);
        let grave = of_subject(&one.pepper, &subject);
        assert_eq!(grave, of_subject(&one.pepper, &subject));
        let others = [
            of_subject(&two.pepper, &subject),
            of_subject(&one.pepper, &one.subject("u-42", SubjectKind::Visitor)),
            of_subject(&one.pepper, &one.subject("u-43", SubjectKind::App)),
            of_output(&one.pepper, "u-42"),
        ];
        assert!(!others.contains(&grave));
        // The hidden id cannot be read off it.
        assert!(!subject.id.contains(&hex::encode(&grave[..4])));
    }
}
