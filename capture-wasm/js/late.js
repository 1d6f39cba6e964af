// The part that is fetched when capture has begun; later.js says how.

export { outlive } from "./arming.js";
export { decode, encode } from "./fields.js";
export { compare } from "./followed.js";
export { finder } from "./find/finder.js";
export { learnNames, meaningOf, nameControl } from "./naming.js";
export { share } from "./shared.js";
