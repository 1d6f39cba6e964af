/** Notices what people do with an AI answer on this page, and sends it to a Tacit collector. */

export interface StartOptions {
  /** The project's publishable key, `pk_…`. It can add signals and nothing else. */
  key: string;
  /** Where signals are sent. Default `/c` on the page's own origin. */
  endpoint?: string;
  /** How outputs are found besides `data-ai-output`. Default `auto`. */
  adapter?: "auto" | Adapter;
  /** The site's own pseudonym for the person; the collector keeps only a keyed hash of it. */
  subject?: string;
  /** The part of the product this page belongs to, for example `support`. */
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
  /** Besides e-mail addresses, keys and long numbers: what is taken out of text before it may leave. */
  redact?: (RegExp | string)[];
  /** `sketch` sends 8 hashes of an answer, by which the collector finds what the server registered. Default `off`. */
  join?: "off" | "sketch";
  /** Share of the conversations that are captured, 0–1. Default 1. */
  sample?: number;
  /** The longest a signal waits while the page is visible, 250–60000. Default 10000. */
  flushAfterMs?: number;
  /** Every signal as it is detected, for a debugging panel. */
  onSignal?(signal: SignalEvent): void;
  /** After each attempt to send. A beacon has no answer, so its `status` is null. */
  onSend?(sent: Sent): void;
  /** Capture never throws into the page; what goes wrong is said here. */
  onError?(error: CaptureError): void;
}

/** Finds outputs in a page that carries no `data-ai-output`. */
export interface Adapter {
  /** CSS selector of one output. */
  output: string;
  /** Attribute of the output or an element around it that holds the output's id. */
  id?: string;
  /** Attribute, likewise, that holds the conversation's id. */
  conversation?: string;
  /** Attribute that holds the turn's number. */
  turn?: string;
  /** Attribute that holds the variant's number. */
  variant?: string;
  /** CSS selector of the field that prompts are typed into, where it is not found by what it does. */
  composer?: string;
  /** CSS selectors of controls whose names and effects do not tell what they are for. */
  controls?: Partial<Record<ControlMeaning, string>>;
  /** Shortcuts, such as `"Tab"` or `"Ctrl+Shift+R"`. They count if the page takes the key, or the output goes away by it. */
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
  /** The id under which the server registered the output. */
  id: string;
  conversation?: string;
  /** Counts the answers of a conversation, from 0. */
  turn?: number;
  /** Counts the alternatives of a turn, from 0. */
  variant?: number;
  /** From the registration; makes the output's signals `signed`. */
  token?: string;
}

export interface Handle {
  /** Says that this element shows this output. */
  output(element: Element, binding: Binding): void;
  /** Says what the page itself knows: an answer was inserted, rated, led to a sale. */
  signal(output: string, kind: "rated", fields: SignalFields["rated"]): void;
  signal(output: string, kind: "converted", fields: SignalFields["converted"]): void;
  signal<Kind extends Exclude<SignalKind, "rated" | "converted">>(
    output: string,
    kind: Kind,
    fields?: Partial<SignalFields[Kind]>,
  ): void;
  /** `denied` stops capture and purges what was kept. */
  consent(state: "granted" | "denied"): void;
  /** Resolves when what was recorded before has been sent and answered, or sending failed. Never rejects. */
  flush(): Promise<void>;
  /** Removes every trace from the page; what was not sent is sent. After it, `start()` starts anew. */
  stop(): void;
}

/**
 * Starts capture, or returns the handle of the capture that runs on this page
 * already. On a server it returns a handle that does nothing.
 */
export function start(options: StartOptions): Handle;

/** The fields of each kind of signal. Shares are 0–1; `chars` are Unicode scalar values. */
export interface SignalFields {
  /** An answer has settled after streaming. */
  shown: {
    chars: number;
    words: number;
    code_share: number;
    stream_ms: number;
    turn: number;
    variant: number;
    replaces?: string;
    model?: string;
    prompt_version?: string;
    sketch?: number[];
  };
  /** Time in view of an active person, cumulative, and the deepest share read. */
  dwell: { active_ms: number; read_share: number };
  selected: { chars: number; share: number };
  copied: { chars: number; share: number; via: "selection" | "button" | "code" | "api" };
  pasted: { chars: number; share: number };
  accepted: { via: string };
  dismissed: { via: string };
  /** `survival` is the share of the answer that is left in the text. */
  edited: {
    chars_before: number;
    chars_after: number;
    inserted: number;
    deleted: number;
    survival: number;
    final: boolean;
  };
  regenerated: { after_ms: number; ordinal: number };
  switched: { from: string; to: string };
  stopped: { after_ms: number; chars: number };
  /** `value` is −1…1. */
  rated: { value: number; scale?: string; reason?: string };
  followed_up: {
    gap_ms: number;
    similarity: number;
    intent: "rephrase" | "correction" | "thanks" | "other";
  };
  survived: { age_s: number; share: number };
  shared: { via: string };
  downloaded: { via: string };
  /** Success downstream, for example `{ name: "order", value: 49.9 }`. */
  converted: { name: string; value?: number };
}

export type SignalKind = keyof SignalFields;

/** One signal as it is sent. `seq` counts the session's signals, `at` is the client's clock in Unix milliseconds. */
export type SignalEvent = {
  [Kind in SignalKind]: {
    seq: number;
    at: number;
    kind: Kind;
    output: string;
    conversation?: string;
  } & SignalFields[Kind];
}[SignalKind];

export interface Sent {
  bytes: number;
  events: number;
  via: "fetch" | "beacon";
  status: number | null;
}

export interface CaptureError {
  /**
   * `capture_unavailable`: the Wasm could not be loaded, nothing is captured.
   * `capture_failed`: it failed and was retired for this page.
   * `slowed_down`: the page changes so much that looking at it took over 2 % of
   * the time; answers are then seen when they have settled. Said once.
   * `invalid_options`: what `start()` was given cannot be used.
   * Others come from the core and leave capture running.
   */
  code: "capture_unavailable" | "capture_failed" | "invalid_options" | (string & {});
  message: string;
}
