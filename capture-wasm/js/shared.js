// What the parts use of the core. It is handed over: a copy of its own would
// be bytes, and one imported by another address a second core.

import { attached } from "./attach.js";
import { compile } from "./compile.js";
import { MEANINGS, NAME_MAX, SURE, mayStop } from "./controls.js";
import { holds, hostOf, meet, parentOf, path, shadows, up } from "./find/tree.js";
import { isShown, read, valueOf } from "./reading.js";
import { redact } from "./redact.js";
import { copies, onKept, post, stamp } from "./send.js";
import { get, names, own, remove, set } from "./storage.js";
import { clearTimeout, setTimeout } from "./timers.js";

export const shared = () => ({
  ...{ MEANINGS, NAME_MAX, SURE, clearTimeout, compile, get, holds, hostOf, isShown, mayStop, meet, own, parentOf, path },
  ...{ attached, copies, names, onKept, post, remove, stamp },
  ...{ read, redact, set, setTimeout, shadows, up, valueOf },
});

/** Takes what is shared. Here nothing: in the package, the builder puts variables in the place of the imports above. */
export const share = () => {};
