// What became of a build.

/** Releases made from it and builds after it: `{title}` each. */
export function followers(id, builds, releases) {
  const live = releases.filter(({ from }) => from === id).map(({ name }) => ({ title: `released as ${name}` }));
  const next = builds.filter(({ previous }) => previous === id).map((build) => ({ title: `followed by ${build.id}` }));
  return [...live, ...next];
}

/** Erasures of people who are in it. */
export const holders = (id, erasures) => erasures.filter(({ builds = [] }) => builds.some(({ build }) => build === id));
