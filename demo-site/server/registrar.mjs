// Tells Tacit about every output, as a customer's server would: once when the answer starts, so
// that the page gets a token, and once with the text when it ended. The chat never waits for this
// and never fails because of it: retries are few, in the background, and bounded in number.

const RETRY_DELAYS_MS = [250, 1_000, 3_000];
const REQUEST_TIMEOUT_MS = 3_000;
const OPEN_OUTPUTS_MAX = 200;

export class Registrar {
  #url;
  #secretKey;
  #delaysMs;
  #open = new Set();
  #stopped = new AbortController();

  constructor({ tacitUrl, secretKey, delaysMs = RETRY_DELAYS_MS }) {
    this.#url = `${tacitUrl}/v1/outputs`;
    this.#secretKey = secretKey;
    this.#delaysMs = delaysMs;
  }

  /**
   * Registers an output whose text is still being written.
   * `token` resolves to the collector's token, or to undefined when there is none to be had.
   * `finish(text)` registers the text, if there is any; it is called once, whether the answer ended
   * or was stopped.
   */
  begin(record) {
    if (!this.#secretKey || this.#open.size >= OPEN_OUTPUTS_MAX) {
      return { token: Promise.resolve(undefined), finish() {} };
    }
    const { promise: text, resolve: finish } = deferred();
    const token = this.#post(record);
    const whole = (async () => {
      await token;
      const output = await text;
      // The same fields again are a no-op for the collector, so this also repairs a lost first call.
      if (output !== "") await this.#post({ ...record, output });
    })();
    this.#open.add(whole);
    whole.finally(() => this.#open.delete(whole));
    return { token, finish };
  }

  /** Waits for what is under way, at most `ms`, then gives up on it. */
  async drain(ms) {
    let timer;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.allSettled(this.#open), patience]);
    clearTimeout(timer);
    this.#stopped.abort();
  }

  async #post(record) {
    for (const delayMs of [...this.#delaysMs, undefined]) {
      const { token, retry } = await this.#postOnce(record);
      if (!retry || delayMs === undefined || this.#stopped.signal.aborted) return token;
      await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
    }
  }

  async #postOnce(record) {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: {
          authorization: `Bearer ${this.#secretKey}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(record),
        signal: AbortSignal.any([AbortSignal.timeout(REQUEST_TIMEOUT_MS), this.#stopped.signal]),
      });
      const body = await response.text();
      if (response.ok) return { token: JSON.parse(body).outputs?.[0]?.token, retry: false };
      const retry = response.status >= 500 || response.status === 429;
      if (!retry) console.warn(`collector refused ${record.id}: ${response.status} ${body}`);
      return { retry };
    } catch {
      return { retry: true }; // not reachable, too slow, or no JSON: worth another try
    }
  }
}

/** The registration of an output, in the collector's words. */
export function recordOf({ id, createdAt, request, model, promptVersion }) {
  const { conversation, turn, variant, subject, messages } = request;
  return {
    id,
    created_at: createdAt,
    conversation,
    turn,
    variant,
    ...(subject && { subject }),
    model,
    prompt_version: promptVersion,
    surface: "chat",
    input: messages.map(({ role, content }) => ({ role, content })),
  };
}

function deferred() {
  let resolve;
  const promise = new Promise((r) => (resolve = r));
  return { promise, resolve };
}
