// The handle where capture does not run: on a server, and before it has begun.

const nothing = () => {};

export const NONE = { output: nothing, signal: nothing, consent: nothing, flush: async () => {}, stop: nothing };
