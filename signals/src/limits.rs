//! Every bound of the wire in one place, each with its unit and reason.

/// Events in one batch. The browser sends at most a few dozen; the bound caps
/// the work one request can ask of the collector.
pub const EVENTS_PER_BATCH_MAX: usize = 1_000;

/// Bytes of one batch as received, content frames included.
pub const BATCH_BYTES_MAX: usize = 256 * 1024;

/// Bytes of one batch that the browser makes: a quarter of the 64 KiB keepalive
/// quota, which is shared with the page and its other scripts.
pub const BEACON_BYTES_MAX: usize = 16 * 1024;

/// Bytes of an id (output, conversation, subject, alias).
pub const ID_BYTES_MAX: usize = 128;

/// Bytes of a registration token: an HMAC-SHA256 in hex, an expiry and a version.
pub const TOKEN_BYTES_MAX: usize = 128;

/// Bytes of a short label (`via`, `scale`, `reason`, `name`, `device`, `sdk`, …).
pub const LABEL_BYTES_MAX: usize = 64;

/// Bytes of the name of an experiment or an arm.
pub const NAME_BYTES_MAX: usize = 64;

/// Arms of an experiment: one alone is compared with nothing.
pub const ARMS_MIN: usize = 2;

/// Arms of an experiment. More would leave so few people to each that no effect
/// worth a look could be told from chance.
pub const ARMS_MAX: usize = 16;

/// Bytes of text in one content frame.
pub const CONTENT_BYTES_MAX: usize = 32 * 1024;

/// Hashes in a sketch: the eight smallest.
pub const SKETCH_HASHES_MAX: usize = 8;

/// Milliseconds of one span (dwell, gap, stream): 30 days, beyond any visit.
pub const SPAN_MS_MAX: u32 = 2_592_000_000;

/// Unix milliseconds a clock may claim: up to the year 5138, so that sums never overflow.
pub const AT_MS_MAX: u64 = 100_000_000_000_000;

/// Characters a text may claim to have.
pub const CHARS_MAX: u32 = 100_000_000;

/// Milliseconds a client clock may differ from the collector's before it is
/// corrected: below that, transit time would make good clocks worse.
pub const SKEW_MS_MIN: u64 = 5_000;

/// Milliseconds an event may be old when it is received; bounds deduplication.
pub const EVENT_AGE_MS_MAX: u64 = 14 * 24 * 3_600 * 1_000;
