// Only records; the sender is the simplest there is: JSON every five seconds, a beacon at the end.
import { record } from "@rrweb/record";

let waiting = [];
record({ emit: (event) => waiting.push(event) });

function send(how) {
  if (waiting.length > 0) how(`${window.BENCH_SINK}/rrweb`, JSON.stringify(waiting));
  waiting = [];
}
setInterval(() => send((url, body) => fetch(url, { method: "POST", body })), 5_000);
addEventListener("pagehide", () => send((url, body) => navigator.sendBeacon(url, body)));
