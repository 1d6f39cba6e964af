// Web Chat over a bot that streams: Direct Line as far as the chat needs it.

import "botframework-webchat/dist/webchat.js";
import { answer } from "model";

const BOT = { id: "bot", name: "Bot", role: "bot" };
/** How long the service takes to send back what a person said. */
const ECHO_MS = Number(new URLSearchParams(location.search).get("echo") ?? 20);

const activity$ = subject();
const connectionStatus$ = subject(0, 1, 2);
let sent = 0;

WebChat.renderWebChat(
  { directLine: { activity$, connectionStatus$, postActivity, end() {} }, userID: "person", locale: "en-US" },
  document.querySelector("#root"),
);

function postActivity(activity) {
  const id = `a-${++sent}`;
  const posted = subject();
  setTimeout(() => {
    posted.next(id);
    if (activity.type !== "message") return;
    activity$.next({ ...activity, id, timestamp: new Date().toISOString() });
    reply(activity.text);
  }, ECHO_MS);
  return posted;
}

/** An answer in the making is typing; whole, it is a message that may be liked. */
async function reply(prompt) {
  let text = "";
  let streamId;
  let streamSequence = 0;
  for await (text of answer([{ role: "user", content: prompt }])) {
    const stream = { streamType: "streaming", streamSequence: ++streamSequence, ...(streamId && { streamId }) };
    const id = say({ type: "typing", text, channelData: stream });
    streamId ??= id;
  }
  say({ type: "message", text, channelData: { streamType: "final", streamId }, entities: [likeable()] });
}

function say({ channelData, ...activity }) {
  const id = `a-${++sent}`;
  // Without its place, the start of a stream is put beside the start of the one before.
  const place = { "webchat:sequence-id": Date.now() + sent / 1_000 };
  activity$.next({ id, from: BOT, timestamp: new Date().toISOString(), channelData: { ...channelData, ...place }, ...activity });
  return id;
}

function likeable() {
  const action = (name) => ({ "@type": name, actionStatus: "PotentialActionStatus" });
  return {
    "@context": "https://schema.org",
    "@id": "",
    "@type": "Message",
    type: "https://schema.org/Message",
    potentialAction: [action("LikeAction"), action("DislikeAction")],
  };
}

/** The least that is an Observable: who comes later is told everything again. */
function subject(...told) {
  const observers = new Set();
  const observable = {
    next(value) {
      told.push(value);
      for (const observer of observers) observer.next?.(value);
    },
    subscribe(observer) {
      const told_ = typeof observer === "function" ? { next: observer } : observer;
      observers.add(told_);
      for (const value of told) told_.next?.(value);
      return { unsubscribe: () => observers.delete(told_) };
    },
    [Symbol.observable ?? "@@observable"]: () => observable,
  };
  return observable;
}
