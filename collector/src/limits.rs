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

/// Times its own size that a packed body may become. The most monotonous batches there
/// are, one event over and over, were measured at 17 (gzip, best), 50 (br, 9) and 59
/// (zstd, 19); a bomb is at 1 000 (gzip) and far beyond it (br, zstd).
pub const UNPACK_RATIO_MAX: usize = 200;

/// Bytes a packed body may become whatever its ratio: so little harms nobody.
pub const UNPACKED_FREE_BYTES: usize = 64 * 1024;

/// Bytes of a packed body that is unpacked where it was read, which takes some hundred
/// microseconds; larger ones are unpacked on threads that answer nobody.
pub const UNPACKED_IN_PLACE_BYTES_MAX: usize = 4 * 1024;

/// Members of a gzip body: parallel packers write several, and each costs a decoder.
pub const GZIP_MEMBERS_MAX: usize = 64;

/// Binary logarithm of the bytes a zstd body may make its reader remember: 8 MiB, what
/// RFC 9659 allows on the web.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// Bodies that are unpacked at once on threads of their own; others wait in line.
pub const UNPACKING_AT_ONCE_MAX: usize = 4;

/// Bytes of a body that count against [`BODIES_BYTES_MAX`] only beyond: a browser's batch
/// is never refused because large bodies fill the memory.
pub const BODY_FREE_BYTES: usize = tacit_signals::limits::BEACON_BYTES_MAX;

/// Bytes of all bodies that are being read, unpacked or registered at once. Slow senders
/// of large bodies cost memory for as long as they take.
pub const BODIES_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Values within values of JSON: `serde_json` counts, and refuses what is deeper.
pub const JSON_DEPTH_MAX: usize = 127;

/// Headers of a request, and bytes of its head; both are the HTTP library's.
pub const HEADERS_MAX: usize = 96;
/// See [`HEADERS_MAX`].
pub const HEAD_BYTES_MAX: usize = 128 * 1024;

/// Requests of one connection that wait for the one before; further ones are not read.
/// The HTTP library's.
pub const PIPELINED_MAX: usize = 16;

/// Connections that wait to be accepted; the system answers no further ones.
pub const ACCEPT_QUEUE_LEN: u32 = 1_024;

/// Files the process keeps for itself, of those it may open: log, store and builds are
/// never without one because of connections.
pub const FILES_KEPT_FREE: usize = 256;

/// Milliseconds a salt hashes addresses: long enough for a rate to mean something, short
/// enough that what was counted yesterday belongs to nobody.
pub const ADDRESS_SALT_MS: u64 = 3_600_000;

/// Bits of an IPv6 address that count: a host picks the other 64 as it likes.
pub const IPV6_PREFIX_BITS: usize = 64;

/// Addresses, sessions and keys whose rates are remembered, 16 bytes each. Where there
/// are more, those that used least of their rate are forgotten.
pub const ADDRESSES_COUNTED_MAX: usize = 1 << 20;
/// See [`ADDRESSES_COUNTED_MAX`].
pub const SESSIONS_COUNTED_MAX: usize = 1 << 20;
/// See [`ADDRESSES_COUNTED_MAX`].
pub const KEYS_COUNTED_MAX: usize = 1 << 18;

/// Bytes read and thrown away of a body beyond its limit, so that the answer
/// reaches the client and the connection stays usable; beyond it is closed.
pub const DRAIN_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of records waiting for the log's writer; more is shed.
pub const QUEUE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// How long what waits for the log's writer may take by what the disk was seen to take, in
/// ms; more is shed. Who waits for an answer waits for that.
pub const QUEUE_MS_MAX: u64 = 100;

/// Bytes that may wait for the log's writer however slow the disk.
pub const QUEUE_BYTES_MIN: usize = 1024 * 1024;

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

/// Registrations that wait for the store's writer; more is shed. What they hold in memory is
/// bounded by [`BODIES_BYTES_MAX`], but for bodies that do not count: a quarter of a GB.
pub const REGISTRATIONS_WAITING_MAX: usize = 4_096;

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

/// Outputs whose ids begin alike that are listed from the index of ids: they are sorted for
/// each page. More are looked for among all, in the order of time.
pub const LISTED_BY_ID_MAX: usize = 1_000;

/// Outputs of the list that one request goes through to find those that were asked for by
/// their ids, some 3 µs each. Further ones are for the request that goes on from there.
pub const LISTED_MAX: usize = 20_000;

/// Outputs that one request reads with all they have and labels, to list those with a
/// state, a signal or a word: some 100 µs each. See [`LISTED_MAX`].
pub const LOOKED_AT_MAX: usize = 2_000;

/// Events among them: a few programs may have sent thousands about each.
pub const LOOKED_AT_EVENTS_MAX: usize = 100_000;

/// Bytes of texts among them: each is searched word by word.
pub const LOOKED_AT_TEXT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Words of one search: each is looked for in every text.
pub const SEARCH_WORDS_MAX: usize = 16;

/// Characters of a prompt and of an answer in a list, to tell outputs by.
pub const START_CHARS_MAX: usize = 160;

/// Characters of an answer and of what a person made of it that are compared: a diff of
/// two long texts costs the product of their lengths.
pub const DIFF_CHARS_MAX: usize = 20_000;

/// Bytes of a `POST /v1/labels/preview` body: the built-in policy has some 15 KiB.
pub const PREVIEW_BODY_BYTES_MAX: usize = 128 * 1024;

/// Rules of a policy that is previewed: each is asked about every output of the sample.
pub const PREVIEW_RULES_MAX: usize = 256;

/// Milliseconds a preview labels outputs; it then answers with those it has.
pub const PREVIEW_MS_MAX: u64 = 3_000;

/// Milliseconds between two looks at whether keys changed: what another process revokes
/// is taken no longer than that. A look reads one row.
pub const CONTROL_AGE_MS_MAX: u64 = 200;

/// Milliseconds between two writes of when keys were used.
pub const USES_KEPT_EVERY_MS: u64 = 5_000;

/// Origins of a publishable key: each is compared with every batch.
pub const KEY_ORIGINS_MAX: usize = 64;

/// Milliseconds a rotated key may go on: 90 days. Who needs longer does not rotate.
pub const ROTATION_GRACE_MS_MAX: u64 = 90 * 86_400_000;

/// Milliseconds a rotated key goes on unless it is said: a day, for whoever deploys by day.
pub const ROTATION_GRACE_MS_DEFAULT: u64 = 86_400_000;

/// Bytes of a `POST /v1/keys`, `…/rotate` or `POST /v1/login` body.
pub const ACCESS_BODY_BYTES_MAX: usize = 16 * 1024;

/// Milliseconds somebody stays signed in at the dashboard: a working day.
pub const SIGN_IN_AGE_MS_MAX: u64 = 12 * 3_600_000;

/// Milliseconds somebody stays signed in without the page being looked at.
pub const SIGN_IN_IDLE_MS_MAX: u64 = 2 * 3_600_000;

/// People signed in with one key; beyond it the one who looked least recently is out.
pub const SIGN_INS_PER_KEY_MAX: usize = 32;

/// Projects one browser is signed in to; beyond it the one looked at least recently is out.
/// Each is a cookie of about 100 bytes with every request.
pub const SIGN_INS_PER_BROWSER_MAX: usize = 16;

/// Expiries `GET /v1/retention` looks through: about as many days.
pub const EXPIRIES_TOLD: usize = 30;

/// Attempts to sign in that may fail from one address in a [`SIGN_IN_WINDOW_MS`].
pub const SIGN_IN_FAILURES_MAX: u32 = 10;

/// Milliseconds after which failed attempts are forgotten.
pub const SIGN_IN_WINDOW_MS: u64 = 5 * 60_000;

/// Addresses whose failed attempts are counted: 32 bytes each.
pub const SIGN_IN_ADDRESSES_MAX: usize = 10_000;

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

/// Milliseconds by which time moves on for labels in roll-ups: they are as of the last whole
/// minute, so that what rests shows the same moment as what does not.
pub const ROLLUP_STEP_MS: u64 = 60_000;

/// Cells of roll-ups, of one to two KiB, that are held in memory so that a query need not read
/// them: those of some ten million outputs of a few models. With more, some are read again.
pub const ROLLUP_CELLS_HELD_MAX: usize = 32_768;

/// Rows of roll-ups by name; what has fewer outputs than the others is one row: pages can
/// claim any model, and a list of hundreds is read by nobody.
pub const ROLLUP_NAMES_MAX: usize = 256;

/// Lines of the live tail that are kept of a project somebody watches: what a person can
/// look through.
pub const LIVE_ENTRIES_MAX: usize = 400;

/// Bytes of them: 400 lines of a thousand bytes and what holding them takes.
pub const LIVE_BYTES_MAX: usize = 1024 * 1024;

/// Different refusals among them; the same one again is counted.
pub const LIVE_REFUSALS_MAX: usize = 20;

/// Projects that are watched at once; beyond it the one asked for least recently is out.
pub const LIVE_PROJECTS_MAX: usize = 32;

/// Milliseconds without a question after which nobody watches: a page asks every second
/// or two.
pub const LIVE_IDLE_MS_MAX: u64 = 60_000;

/// Outputs the install check reads, the latest first: enough to see what a site sends.
pub const INSTALL_OUTPUTS_MAX: usize = 200;

/// Milliseconds an answer waits for the store where batches are acknowledged by it: beyond,
/// whoever asked is told to come again. What they sent is in the log, and counted once.
pub const STORE_ACK_MS_MAX: u64 = 10_000;

/// Milliseconds an answer waits for the store to register outputs: a little longer than one
/// that is asked in vain is waited for. They may be registered all the same.
pub const REGISTERING_MS_MAX: u64 = 30_000;

/// Servers in the address of a store: any of them will do, and a cluster knows its others.
pub const STORE_HOSTS_MAX: usize = 16;

/// Bytes of the user, the database and the cluster in the address of a store: as long as
/// other databases let names be.
pub const STORE_NAME_BYTES_MAX: usize = 64;

/// Bytes of the password in the address of a store: far more than a random one needs.
pub const STORE_PASSWORD_BYTES_MAX: usize = 256;
