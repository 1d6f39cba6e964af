//! Tokens: proof that a page got an output from the server that registered it.
//!
//! `1.<expiry>.<subject>.<code>`: expiry in Unix seconds (hex), subject as the
//! 32 hex digits of its stored form or `-`, code as the 64 hex digits of
//! HMAC-SHA256(project secret, version ␟ output ␟ subject ␟ expiry). At most 117 bytes. The
//! subject travels inside because pages often do not name the person they were
//! rendered for; where they do, it has to be the same one.

use tacit_signals::SubjectKind;

use crate::{control::Project, store::rows::StoredSubject};

const VERSION: &str = "1";
const NOBODY: &str = "-";

/// What a token proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The server issued it for this output and person.
    Valid,
    /// It did, too long ago.
    Expired,
    /// It did not.
    Invalid,
}

/// The token of `output`, good until `expires_at` (Unix ms).
#[must_use]
pub fn issue(
    project: &Project,
    output: &str,
    subject: Option<&StoredSubject>,
    expires_at: u64,
) -> String {
    let expiry = format!("{:x}", expires_at / 1_000);
    let subject = subject.map_or(NOBODY, digits);
    let code = project.secret.sign(&[&message(output, subject, &expiry)]);
    let code = hex::encode(code);
    [VERSION, &expiry, subject, &code].join(".")
}

/// Checks the `token` that came with a signal about `output` at `now` (Unix ms).
#[must_use]
pub fn verify(
    project: &Project,
    token: &str,
    output: &str,
    subject: &StoredSubject,
    now: u64,
) -> Proof {
    let mut fields = token.split('.');
    let (Some(VERSION), Some(expiry), Some(bound), Some(code), None) = (
        fields.next(),
        fields.next(),
        fields.next(),
        fields.next(),
        fields.next(),
    ) else {
        return Proof::Invalid;
    };
    let mut bytes = [0; 32];
    let (Ok(()), Ok(expiry_s)) = (
        hex::decode_to_slice(code, &mut bytes),
        u64::from_str_radix(expiry, 16),
    ) else {
        return Proof::Invalid;
    };
    if !project
        .secret
        .verify(&[&message(output, bound, expiry)], &bytes)
    {
        return Proof::Invalid;
    }
    if subject.kind == SubjectKind::App && bound != NOBODY && bound != digits(subject) {
        return Proof::Invalid;
    }
    if now / 1_000 > expiry_s {
        return Proof::Expired;
    }
    Proof::Valid
}

/// Ids are printable ASCII, so the unit separator cannot occur inside a part.
fn message(output: &str, subject: &str, expiry: &str) -> Vec<u8> {
    [VERSION, output, subject, expiry]
        .join("\u{1f}")
        .into_bytes()
}

fn digits(subject: &StoredSubject) -> &str {
    subject.id.strip_prefix("s_").unwrap_or(&subject.id)
}

#[cfg(test)]
mod tests {
    use tacit_signals::limits::TOKEN_BYTES_MAX;

    use super::*;
    use crate::testing::{NOW, project};

    #[test]
    fn binds_output_person_expiry_and_project() {
        let ours = project(1);
        let ada = ours.subject("ada", SubjectKind::App);
        let token = issue(&ours, "o-1", Some(&ada), NOW);
        assert!(token.len() <= TOKEN_BYTES_MAX, "{}", token.len());
        assert_eq!(verify(&ours, &token, "o-1", &ada, NOW), Proof::Valid);
        assert_eq!(verify(&ours, &token, "o-2", &ada, NOW), Proof::Invalid);
        let bob = ours.subject("bob", SubjectKind::App);
        assert_eq!(verify(&ours, &token, "o-1", &bob, NOW), Proof::Invalid);
        assert_eq!(
            verify(&project(2), &token, "o-1", &ada, NOW),
            Proof::Invalid
        );
        let late = NOW + 1_000;
        assert_eq!(verify(&ours, &token, "o-1", &ada, late), Proof::Expired);
    }

    #[test]
    fn a_page_that_names_nobody_may_use_it() {
        let ours = project(1);
        let ada = ours.subject("ada", SubjectKind::App);
        let session = ours.session_subject(tacit_signals::SessionId([7; 16]));
        let token = issue(&ours, "o-1", Some(&ada), NOW);
        assert_eq!(verify(&ours, &token, "o-1", &session, NOW), Proof::Valid);
        let open = issue(&ours, "o-1", None, NOW);
        assert_eq!(verify(&ours, &open, "o-1", &ada, NOW), Proof::Valid);
    }

    #[test]
    fn nonsense_is_invalid() {
        let ours = project(1);
        let ada = ours.subject("ada", SubjectKind::App);
        let good = issue(&ours, "o-1", None, NOW);
        for token in [
            "",
            "1",
            "1...",
            "2.0.-.00",
            &good[..good.len() - 1],
            &format!("{good}.x"),
        ] {
            assert_eq!(
                verify(&ours, token, "o-1", &ada, NOW),
                Proof::Invalid,
                "{token}"
            );
        }
        let later = good.replacen('.', ".f", 1);
        assert_eq!(verify(&ours, &later, "o-1", &ada, NOW), Proof::Invalid);
    }
}
