// Visits that are made side by side: they are idle most of the time, and what is measured of
// a page is its own thread's time.

/**
 * Does `work(job, lane)` for all jobs, `lanes` at a time and in their order, but never two
 * of one name at once. A lane is the number of the place they are done in.
 */
export async function inLanes(jobs, lanes, work) {
  const waiting = [...jobs];
  const busy = new Set();
  const lane = async (number) => {
    for (;;) {
      const next = waiting.findIndex(({ name }) => !busy.has(name));
      if (next < 0) return;
      const [job] = waiting.splice(next, 1);
      busy.add(job.name);
      await work(job, number);
      busy.delete(job.name);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  // Of one name alone some may be left, where the last lane that could do them ended.
  if (waiting.length > 0) await inLanes(waiting, 1, work);
}
