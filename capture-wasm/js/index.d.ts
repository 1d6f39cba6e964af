/** Notices what people do with an AI answer on this page, and sends it to a Tacit collector. */

/** Of `start()`. All but `key` have a default. */
export interface StartOptions {
  /** The project's publishable key, `pk_…`. It can add signals and nothing else. */
  key: string;
  /** Where signals are sent: an address, or a path on the page's own origin. Default `/c`. */
  endpoint?: string;
  /** How outputs are found besides `data-ai-output` and `output()`. Default `auto`: by what they do. */
  adapter?: "auto" | Adapter;
  /**
   * The site's own pseudonym for the person, 1–128 printable ASCII characters; the
   * collector keeps only a keyed hash of it. Default: none, the session stands for the person.
   */
  subject?: string;
  /** The part of the product this page belongs to, for example `support`, at most 64 bytes. Default: none. */
  surface?: string;
  /**
   * `memory` (default) keeps nothing on the device. `local`, for sites with a
   * basis for it, keeps in `localStorage`: a random visitor id, a random key,
   * signals until the collector has them, and for up to 8 days keyed hashes of
   * accepted text, to see whether it survives.
   * With Global Privacy Control or Do Not Track it is `memory`;
   * `consent("denied")` takes everything away.
   */
  storage?: "memory" | "local";
  /** With `storage: "local"`: bytes of signals that wait on the device for the collector, at most. Default 262144. */
  queueBytes?: number;
  /** And the days they wait, 0–13. Default 7. */
  queueDays?: number;
  /** Which text may leave the browser. Default `off`: none. */
  content?: "off" | "edits" | "full";
  /**
   * Besides e-mail addresses, keys and long numbers: what is taken out of text before
   * it may leave. A text is the source of a pattern. Default: nothing else.
   */
  redact?: (RegExp | string)[];
  /** `sketch` sends 8 hashes of an answer, by which the collector finds what the server registered. Default `off`. */
  join?: "off" | "sketch";
  /** Share of the conversations that are captured, 0–1 in steps of 0.001. Default 1. */
  sample?: number;
  /** The longest a signal waits while the page is visible, in milliseconds, 250–60000. Default 10000. */
  flushAfterMs?: number;
  /** Every signal as it is detected, for a debugging panel. Default: nobody hears it. */
  onSignal?(signal: SignalEvent): void;
  /** After each attempt to send. Default: nobody hears it. */
  onSend?(sent: Sent): void;
  /** Capture never throws into the page; what goes wrong is said here. Default: only the console says what stops it. */
  onError?(error: CaptureError): void;
}

/** Finds outputs in a page that carries no `data-ai-output`. */
export interface Adapter {
  /** CSS selector of one output. */
  output: string;
  /** Attribute of the output or an element around it that holds the output's id. Default: the id is made up. */
  id?: string;
  /** Attribute, likewise, that holds the conversation's id. Default: none. */
  conversation?: string;
  /** Attribute, likewise, that holds the turn's number, from 0. Default: none. */
  turn?: string;
  /** Attribute, likewise, that holds the variant's number, from 0. Default: none. */
  variant?: string;
  /** CSS selector of the field that prompts are typed into. Default: found by what it does. */
  composer?: string;
  /** CSS selectors of controls whose names and effects do not tell what they are for. Default: none. */
  controls?: Partial<Record<ControlMeaning, string>>;
  /**
   * Shortcuts, such as `"Tab"` or `"Ctrl+Shift+R"`. They count if the page takes the
   * key, or the output goes away by it. Default: none.
   */
  keys?: Partial<Record<ControlMeaning, string>>;
}

/** What a control of an output is for. */
export type ControlMeaning =
  | "up"
  | "down"
  | "regenerate"
  | "stop"
  | "previous"
  | "next"
  | "accept"
  | "dismiss"
  | "share"
  | "download"
  | "edit"
  | "save"
  | "cancel"
  | "copy";

/** What the page knows about an output it has rendered. */
export interface Binding {
  /** The id under which the server registered the output, 1–128 printable ASCII characters. */
  id: string;
  /** The conversation's id, 1–128 printable ASCII characters. Default: not told. */
  conversation?: string;
  /** Counts the answers of a conversation, from 0. Default: not told. */
  turn?: number;
  /** Counts the alternatives of a turn, from 0. Default: not told. */
  variant?: number;
  /** From the registration; makes the output's signals `signed`. Default: they are `known` at best. */
  token?: string;
}

/** Of the capture that runs on this page. No method throws. */
export interface Handle {
  /** Says that this element shows this output. */
  output(element: Element, binding: Binding): void;
  /** Says what the page itself knows: an answer was rated. */
  signal(output: string, kind: "rated", fields: SignalFields["rated"]): void;
  /** Says what the page itself knows: an answer led to a success, such as a sale. */
  signal(output: string, kind: "converted", fields: SignalFields["converted"]): void;
  /** Says what the page itself knows: an answer was inserted, shared, edited elsewhere. */
  signal<Kind extends Exclude<SignalKind, "rated" | "converted">>(
    output: string,
    kind: Kind,
    fields?: Partial<SignalFields[Kind]>,
  ): void;
  /** `denied` stops capture and purges what was kept; `granted` goes on from there. */
  consent(state: "granted" | "denied"): void;
  /** Resolves when what was recorded before has been sent and answered, or sending failed. Never rejects. */
  flush(): Promise<void>;
  /** Removes every trace from the page; what was not sent is sent. After it, `start()` starts anew. */
  stop(): void;
}

/**
 * Starts capture, or returns the handle of the capture that runs on this page
 * already, whoever began it. On a server it returns a handle that does nothing.
 * Never throws. What is called and done until the rest is loaded is not lost.
 */
export function start(options: StartOptions): Handle;

/**
 * The fields of each kind of signal. Shares are 0–1 in steps of 0.001; `chars` and the
 * like are Unicode scalar values, 0–100,000,000; `…_ms` are milliseconds, at most 30
 * days; texts have at most 64 bytes.
 */
export interface SignalFields {
  /** An answer has settled after streaming. */
  shown: {
    /** Length of its text. */
    chars: number;
    /** Words of it. */
    words: number;
    /** Share of its characters that stand in code blocks. */
    code_share: number;
    /** From the first to the last growth of its text; 0 when it was there at once. */
    stream_ms: number;
    /** The answer's number in its conversation, from 0. */
    turn: number;
    /** Its number among the alternatives of the turn, from 0. */
    variant: number;
    /** The id of the output in whose place it came. */
    replaces?: string;
    /** The model, where the page says so. */
    model?: string;
    /** The prompt's version, where the page says so. */
    prompt_version?: string;
    /** With `join: "sketch"`, up to 8 hashes of 32 bits of the answer. */
    sketch?: number[];
  };
  /** An answer is being read. */
  dwell: {
    /** Time in view of an active person in this session so far. */
    active_ms: number;
    /** The deepest share of the answer that was in view. */
    read_share: number;
  };
  /** Text of the answer was selected; told again only when it is more. */
  selected: {
    /** Length of what is selected. */
    chars: number;
    /** Its share of the answer. */
    share: number;
  };
  /** Text of the answer went to the clipboard. */
  copied: {
    /** Length of what was copied. */
    chars: number;
    /** Its share of the answer. */
    share: number;
    /** By selecting, by a button, a code block by either, or told by the page. Default `api`. */
    via: "selection" | "button" | "code" | "api";
  };
  /** Text of the answer was pasted into an editor of the page. */
  pasted: {
    /** Length of what was pasted. */
    chars: number;
    /** Its share of the answer. */
    share: number;
  };
  /** The answer was accepted, inserted or applied. */
  accepted: {
    /** By which control or gesture, for example `insert`. Default `api`. */
    via: string;
  };
  /** The answer was rejected. */
  dismissed: {
    /** By which control or gesture. Default `api`. */
    via: string;
  };
  /** An editor that was filled with the answer changed it. */
  edited: {
    /** Length of the text in the editor before. */
    chars_before: number;
    /** Length of it now. */
    chars_after: number;
    /** Characters inserted, by the smallest script that makes the one text of the other. */
    inserted: number;
    /** Characters deleted, by the same. */
    deleted: number;
    /** The share of the answer that is left in the text. */
    survival: number;
    /** The editor was left or saved; the last one counts. */
    final: boolean;
  };
  /** Another answer was asked for in place of this one. */
  regenerated: {
    /** From the end of the answer to the request. */
    after_ms: number;
    /** Which request of this turn it was, from 1. */
    ordinal: number;
  };
  /** The person went from one alternative to another. */
  switched: {
    /** The id of the output that was left. */
    from: string;
    /** The id of the output that is shown now. */
    to: string;
  };
  /** The stream of the answer was stopped. */
  stopped: {
    /** From the beginning of the stream. */
    after_ms: number;
    /** Length of the text that was there by then. */
    chars: number;
  };
  /** The answer was rated. */
  rated: {
    /** −1 worst, 1 best, 0 taken back; in steps of 0.001. */
    value: number;
    /** What the control looked like: `thumbs`, `stars`. */
    scale?: string;
    /** The reason that was picked. */
    reason?: string;
  };
  /** A prompt followed the answer. */
  followed_up: {
    /** From the last word of the answer to the prompt. */
    gap_ms: number;
    /** Likeness of this prompt and the one before, 0–1. */
    similarity: number;
    /** What the prompt does. */
    intent: "rephrase" | "correction" | "thanks" | "other";
  };
  /** Accepted text was looked at again later. */
  survived: {
    /** Since it was accepted, in seconds. */
    age_s: number;
    /** The share of it that is still there. */
    share: number;
  };
  /** The answer was shared. */
  shared: {
    /** By which control. Default `api`. */
    via: string;
  };
  /** The answer was downloaded. */
  downloaded: {
    /** By which control. Default `api`. */
    via: string;
  };
  /** Success downstream, for example `{ name: "order", value: 49.9 }`. */
  converted: {
    /** Which success, at most 64 bytes. */
    name: string;
    /** Its worth in the site's own unit, ±1,000,000,000,000 in steps of 0.001. Default: not told. */
    value?: number;
  };
}

/** What a signal states. */
export type SignalKind = keyof SignalFields;

/** One signal as it is sent. */
export type SignalEvent = {
  [Kind in SignalKind]: {
    /** Counts the session's signals, from 0. */
    seq: number;
    /** When, by the client's clock, in Unix milliseconds. */
    at: number;
    /** What it states. */
    kind: Kind;
    /** The id of the output it is about. */
    output: string;
    /** The id of the conversation, where it is known. */
    conversation?: string;
  } & SignalFields[Kind];
}[SignalKind];

/** An attempt to send. */
export interface Sent {
  /** Size of the body, in bytes. */
  bytes: number;
  /** Signals in it. */
  events: number;
  /** By `fetch`, or by a beacon when the page is hidden or left. */
  via: "fetch" | "beacon";
  /** The answer's HTTP status; null where there was none, as to a beacon. */
  status: number | null;
}

/** What went wrong. */
export interface CaptureError {
  /**
   * `capture_unavailable`: the Wasm could not be loaded, nothing is captured.
   * `capture_failed`: it failed and was retired for this page.
   * `part_unavailable`: the late part could not be loaded; declared outputs are captured.
   * `slowed_down`: the page changes so much that looking at it took over 2 % of
   * the time; answers are then seen when they have settled. Said once.
   * `invalid_options`: what `start()` was given cannot be used.
   * Others come from the core and leave capture running.
   */
  code: "capture_unavailable" | "capture_failed" | "part_unavailable" | "slowed_down" | "invalid_options" | (string & {});
  /** In words, for a log. */
  message: string;
}
