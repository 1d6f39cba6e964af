//! Every bound of the collector that the wire does not already set, with its
//! unit and reason. Bounds of a batch are in [`tacit_signals::limits`].

/// Bytes of a `POST /v1/outputs` body: a long conversation with its documents,
/// or a backfill of many short ones.
pub const OUTPUTS_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Outputs in one registration request; each costs a few index look-ups in one
/// transaction that others wait for.
pub const OUTPUTS_PER_REQUEST_MAX: usize = 1_000;

/// Bytes of one registered output as JSON, texts included.
pub const OUTPUT_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Bytes of a `POST /v1/traces` body, as sent and unpacked: batches of 512 spans, the
/// default of exporters, with some pages of text each. A body that unpacks to more is
/// refused as soon as it does, however small it was.
pub const TRACES_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Spans in one request: 512 are the default of exporters, 8192 that of the
/// OpenTelemetry collector. Further ones are rejected, the others kept.
pub const SPANS_PER_REQUEST_MAX: usize = 10_000;

/// Attributes of one span and its events: a thousand messages in the conventions that
/// need several attributes for each.
pub const SPAN_ATTRIBUTES_MAX: usize = 8_192;

/// Spans above one another that are looked at.
pub const SPAN_DEPTH_MAX: usize = 128;

/// Sessions whose dropped events are remembered, so that none counts twice: 40 bytes
/// each, and only of sessions that dropped any.
pub const DROPPED_SESSIONS_MAX: usize = 10_000;

/// Requests with spans that are decoded at once: a body may take some twenty times its
/// size in memory while it is. Further ones are told to come again.
pub const TRACES_AT_ONCE_MAX: usize = 4;

/// Bytes that are kept of the spans of one trace; further ones are rejected. A trace that
/// never ends is no conversation.
pub const TRACE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Milliseconds after which a trace is registered although more spans keep coming.
pub const TRACE_WAIT_MS_MAX: u64 = 5 * 60_000;

/// Milliseconds the spans of a trace are kept after the last one, so that late ones are
/// understood.
pub const SPANS_KEPT_MS: u64 = 3_600_000;

/// Traces that are registered in one transaction, and the bytes of their spans: others
/// wait for it.
pub const DUE_TRACES_MAX: usize = 256;
/// See [`DUE_TRACES_MAX`].
pub const DUE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Aliases of one output in one registration.
pub const ALIASES_MAX: usize = 16;

/// Entries of `arms` and of `tags`.
pub const MAP_ENTRIES_MAX: usize = 32;

/// Bytes of a `model`, `prompt_version`, `surface`, arm or tag.
pub const NAME_BYTES_MAX: usize = 128;

/// Secondary metrics of an experiment, and guardrails: each costs sums per person.
pub const METRICS_MAX: usize = 32;

/// Milliseconds an output may be given to settle: beyond it nothing is ever known.
pub const SETTLE_MS_MAX: u64 = 90 * 86_400_000;

/// Bytes of a `POST /v1/experiments` body.
pub const EXPERIMENT_BODY_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a release's or an experiment's note.
pub const NOTE_BYTES_MAX: usize = 2_000;

/// Bytes of a `POST /v1/releases` body.
pub const RELEASE_BODY_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a `POST /v1/signals` body.
pub const SIGNALS_BODY_BYTES_MAX: usize = 256 * 1024;

/// Bytes read and thrown away of a body beyond its limit, so that the answer
/// reaches the client and the connection stays usable; beyond it is closed.
pub const DRAIN_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of records waiting for the log's writer; more is shed.
pub const QUEUE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Requests waiting for the log's writer; more is shed.
pub const QUEUE_LEN_MAX: usize = 16 * 1024;

/// Bytes written between two syncs, so that nobody waits for a huge write.
pub const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of one record of the log: an accepted batch is never larger than what
/// it was made of, plus a header for each output.
pub const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of log the consumer folds in one transaction: some 25 000 batches. Ids come in no
/// order, so that each adds to a page of an index of its own; a page that several add to is
/// written once: measured, 22 µs a batch with 8 000 of them in a transaction and 18 µs with
/// 32 000. Those who register outputs wait for it.
pub const FOLD_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Registrations that wait for the store's writer; more is shed.
pub const REGISTRATIONS_WAITING_MAX: usize = 1_024;

/// Milliseconds a registration's token is good for: as long as a late event may
/// still be received.
pub const TOKEN_AGE_MS_MAX: u64 = tacit_signals::limits::EVENT_AGE_MS_MAX;

/// Builds that wait for the one being made; each may take minutes.
pub const BUILDS_WAITING_MAX: usize = 8;

/// Milliseconds that imported feedback may be old: three years. Live events are held to
/// 14 days because any page can claim a time; an import is a server's, and history is
/// what it is for. The ids of what was imported are kept like all others.
pub const HISTORY_AGE_MS_MAX: u64 = 1_096 * 86_400_000;

/// Bytes of a `POST /v1/datasets/builds` body.
pub const BUILD_BODY_BYTES_MAX: usize = 64 * 1024;

/// Outputs on one page of `GET /v1/outputs`.
pub const PAGE_LEN_MAX: usize = 200;

/// Milliseconds between two looks at whether keys changed.
pub const CONTROL_AGE_MS_MAX: u64 = 2_000;

/// Events of one output that a label can see: the first by (corrected time,
/// session, seq). A person's acts on one answer are some dozens; beyond it is a
/// program or an accident, and no fold may hold what has no end.
pub const EVENTS_PER_OUTPUT_MAX: usize = 4_096;

/// Texts among them, each of at most 32 KiB: 2 MiB an output.
pub const TEXTS_PER_OUTPUT_MAX: usize = 64;

/// Projects that metrics name; the others are one, `_other`: a scrape has some thirty
/// lines of each.
pub const METRICS_PROJECTS_MAX: usize = 100;

/// Bytes of a request id that is taken over from the client.
pub const REQUEST_ID_BYTES_MAX: usize = 128;

/// Log lines about requests in a second; further ones are counted and left out, so that
/// whoever sends nonsense does not fill the disk with what is said about it.
pub const REQUEST_LINES_PER_SECOND_MAX: u32 = 200;

/// Milliseconds without a sign of the store's writer after which it counts as stuck: a
/// transaction takes a second at most, the rewriting of the database's file that an
/// erasure needs perhaps a minute.
pub const STORE_SILENT_MS_MAX: u64 = 120_000;

/// Milliseconds between two counts of all labels for the metrics, at least.
pub const LABELS_COUNTED_EVERY_MS: u64 = 60_000;

/// Of the time, one part in so many goes to counting labels, at most.
pub const LABELS_COUNTED_SHARE: u64 = 50;

/// Screened people that are listed by name; all are counted. An attack makes as many as it
/// likes, and a list of thousands is read by nobody.
pub const SCREENED_LISTED: usize = 1_000;
