// What the late part uses of the core. It is handed over: a copy of its own would
// be bytes, and one imported by another address a second core.

import { MEANINGS, NAME_MAX, SURE, mayStop } from "./controls.js";
import { holds, hostOf, meet, parentOf, path, shadows, up } from "./find/tree.js";
import { read } from "./reading.js";

export const shared = () => ({ MEANINGS, NAME_MAX, SURE, holds, hostOf, mayStop, meet, parentOf, path, read, shadows, up });

/** Takes what is shared. Here nothing: in the package, the builder puts variables in the place of the imports above. */
export const share = () => {};
