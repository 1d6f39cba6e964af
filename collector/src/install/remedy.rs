//! What is to be done about each thing that can be wrong, and where that is told.

/// Words for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remedy {
    /// What is the case.
    pub says: &'static str,
    /// What to do.
    pub does: &'static str,
    /// Page of the documentation, and its heading.
    pub docs: &'static str,
}

const fn remedy(says: &'static str, does: &'static str, docs: &'static str) -> Remedy {
    Remedy { says, does, docs }
}

/// Of batches that were refused whole with `code`.
#[must_use]
pub fn of_refusal(code: &str) -> Remedy {
    match code {
        "origin_forbidden" => remedy(
            "Pages of an origin that the key does not allow sent signals.",
            "Make a key with that origin, or put the key onto the pages it is for. Origins \
             are compared to the byte: scheme, host and port. The live tail names the origin.",
            "access#pages-and-origins",
        ),
        "key_unknown" => remedy(
            "Batches came with a key this collector does not know.",
            "Compare data-key on the page with the list of keys: a key belongs to one data \
             directory.",
            "access",
        ),
        "key_revoked" => remedy(
            "Pages still send with a key that was revoked or has ended.",
            "Put the key of now into the page. For pages that are cached or left open, rotate \
             with a longer grace.",
            "access#rotation",
        ),
        "key_not_publishable" => remedy(
            "A page sent a secret key.",
            "Revoke that key at once: anybody can read it there. Put a publishable one into \
             the page.",
            "access",
        ),
        "abandoned" => remedy(
            "Clients hung up before their batch was read.",
            "Nothing, if they are few: people close pages, and what was not acknowledged is \
             sent again.",
            "transport#what-is-lost",
        ),
        code if code.starts_with("body_") || code.starts_with("content_") => remedy(
            "Bodies could not be read.",
            "Look for a proxy that cuts, packs or re-types bodies on the way: the endpoint \
             takes them as they are, up to 256 KiB.",
            "limits#a-body",
        ),
        code if code.ends_with("_rate_limited") => TOO_OFTEN,
        _ => remedy(
            "Batches were no batches.",
            "Something else than the capture package sends to this endpoint, or changes what \
             that sends.",
            "transport#what-the-collectors-answer-does",
        ),
    }
}

/// Of events that were refused alone with `code`.
#[must_use]
pub fn of_rejection(code: &str) -> Remedy {
    match code {
        "content_forbidden" => remedy(
            "Pages send texts that the project does not keep.",
            "Take data-content off the page, or have the project keep texts: `tacit keys \
             create --content edits`.",
            "privacy#what-leaves-the-page",
        ),
        "too_old" => remedy(
            "Events older than 14 days were refused.",
            "Nothing for pages that waited long offline. Of a server: send signals within 14 \
             days, or import history.",
            "import",
        ),
        _ => remedy(
            "Events with a value that cannot be were refused, the others of their batch kept.",
            "Look at the code and the field in the live tail: where signals are sent by your \
             own code, that is where to look.",
            "limits#a-body",
        ),
    }
}

/// Of pages that can capture nothing, by reason.
#[must_use]
pub fn of_page(reason: &str) -> Remedy {
    match reason {
        "wasm_refused" => remedy(
            "Pages refuse to compile the module.",
            "Add 'wasm-unsafe-eval' to script-src of the page's Content-Security-Policy.",
            "integrate#content-security-policy",
        ),
        _ => remedy(
            "Pages could not load the module's files.",
            "Serve the whole of /capture/v/ beside the loader, also of the version before, \
             and let script-src and connect-src of the page allow it.",
            "integrate#a-script-tag",
        ),
    }
}

/// Nobody can send.
pub const NO_KEY: Remedy = remedy(
    "There is no publishable key.",
    "Make one for the origin of your pages, and copy its snippet.",
    "access",
);

/// Nothing arrived.
pub const SILENT: Remedy = remedy(
    "No signal has arrived.",
    "Put the snippet onto the page, open it, and look at its console: where capture cannot \
     start it says so in one line. A connect-src that leaves out the collector hides itself.",
    "integrate#a-script-tag",
);

/// Signals, but nothing seen.
pub const NOTHING_SHOWN: Remedy = remedy(
    "Signals arrive, but no answer was seen on a page.",
    "Mark answers with data-ai-output, or choose an adapter that finds them.",
    "adapters",
);

/// Refused for coming too often.
pub const TOO_OFTEN: Remedy = remedy(
    "Batches were refused for want of room or for coming too often; pages send them again.",
    "Look at ingest health. Where many people share one address, raise the limit of an \
     address, or tell the collector of its proxy.",
    "limits#how-often",
);

/// Signals of outputs nobody registered.
pub const UNLINKED: Remedy = remedy(
    "Outputs with signals are not among those your server registers.",
    "Give the page the id the server registers (data-ai-output), or register the page's id \
     as an alias.",
    "otlp#the-page-needs-an-id-it-shares-with-the-trace",
);

/// Registered outputs without a text.
pub const NO_TEXT: Remedy = remedy(
    "Registered outputs have no text: no training row can be made of them.",
    "Send output, and input, with the registration; either may follow once the stream ends.",
    "datasets#why-something-is-in-no-row",
);

/// Clocks.
pub const CLOCK: Remedy = remedy(
    "Some devices' clocks are off by more than 5 s.",
    "Nothing: times are corrected by when the batch was sent. If it is most of them, look \
     at the collector's own clock.",
    "transport#clocks-and-samples",
);

/// Programs.
pub const AUTOMATED: Remedy = remedy(
    "Pages were driven by a program (navigator.webdriver).",
    "Nothing: labels leave them out. Try it by hand to see labels.",
    "policy",
);

/// Tokens.
pub const TOKENS: Remedy = remedy(
    "Tokens did not fit the output or the person, or had expired.",
    "Put the token of the registration onto the page together with that output's id, for \
     the same person; what it came with counts as known or claimed.",
    "poisoning",
);

/// Later kinds.
pub const QUARANTINED: Remedy = remedy(
    "Signals of kinds this version does not know are kept and not read.",
    "Update the collector: the pages' capture package is newer.",
    "transport",
);

/// Lost on the way.
pub const DROPPED: Remedy = remedy(
    "Pages dropped events unsent: more waited than a page may keep.",
    "Look for long times in which the collector could not be reached.",
    "transport#what-is-lost",
);

/// Level 0.
pub const LEVEL_0: Remedy = remedy(
    "Signals, labels and this dashboard; no text, so no training rows.",
    SILENT.does,
    SILENT.docs,
);

/// Level 1 lacks registrations.
pub const REGISTER: Remedy = remedy(
    "No output is registered.",
    "Have your server register outputs: one POST to /v1/outputs after each answer, or the \
     OpenTelemetry spans it sends already.",
    "otlp",
);

/// Level 1 lacks the prompt.
pub const NO_INPUT: Remedy = remedy(
    "Registered outputs have no prompt.",
    "Send input, the messages the model got, with the registration.",
    "datasets#why-something-is-in-no-row",
);

/// Level 1 lacks a join.
pub const NOT_JOINED: Remedy = remedy(
    "No output is both registered and seen on a page.",
    UNLINKED.does,
    UNLINKED.docs,
);

/// Level 2 lacks the project's leave.
pub const KEEPS_NO_TEXT: Remedy = remedy(
    "The project keeps no texts of pages.",
    "If you have a basis for it: `tacit keys create --content edits`.",
    "privacy#what-leaves-the-page",
);

/// Level 2 lacks texts.
pub const NO_EDIT: Remedy = remedy(
    "No page has sent what a person made of an answer.",
    "Add data-content=\"edits\" to the snippet, and edit an answer.",
    "capture#edits",
);

/// All there are but for codes, for the test that looks up their pages.
#[cfg(test)]
pub(super) const ALL: [Remedy; 16] = [
    NO_KEY,
    SILENT,
    NOTHING_SHOWN,
    TOO_OFTEN,
    UNLINKED,
    NO_TEXT,
    CLOCK,
    AUTOMATED,
    TOKENS,
    QUARANTINED,
    DROPPED,
    REGISTER,
    NO_INPUT,
    NOT_JOINED,
    KEEPS_NO_TEXT,
    NO_EDIT,
];
