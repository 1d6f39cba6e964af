// An agent of CopilotKit that speaks with the team's own backend.

import { AbstractAgent } from "@ag-ui/client";
import { Observable } from "rxjs";
import { answer } from "model";

export class Agent extends AbstractAgent {
  #running;

  run({ threadId, runId, messages }) {
    return new Observable((observer) => {
      const own = (this.#running = new AbortController());
      this.#speak(observer, { threadId, runId, messages }, own.signal).then(
        () => observer.complete(),
        (error) => (own.signal.aborted ? observer.complete() : observer.error(error)),
      );
      return () => own.abort();
    });
  }

  async #speak(observer, { threadId, runId, messages }, signal) {
    const messageId = crypto.randomUUID();
    observer.next({ type: "RUN_STARTED", threadId, runId });
    observer.next({ type: "TEXT_MESSAGE_START", messageId, role: "assistant" });
    let said = "";
    try {
      for await (const text of answer(messages, signal)) {
        observer.next({ type: "TEXT_MESSAGE_CONTENT", messageId, delta: text.slice(said.length) });
        said = text;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    observer.next({ type: "TEXT_MESSAGE_END", messageId });
    observer.next({ type: "RUN_FINISHED", threadId, runId });
  }

  abortRun() {
    this.#running?.abort();
  }

  /** Each run works on a copy of the agent that was given. */
  clone() {
    const copy = super.clone();
    copy.abortRun = () => copy.#running?.abort();
    return copy;
  }
}
