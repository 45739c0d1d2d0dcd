/**
 * Runs a long computation in slices of a few milliseconds, between which others get their turn.
 *
 * @param pause lets others run; true ends the computation
 * @returns `null` if it was ended
 */
export async function inSlices<T>(steps: Generator<void, T>, pause: () => Promise<boolean>): Promise<T | null> {
  let due = performance.now() + sliceMs;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < due) continue;
    if (await pause()) return null;
    due = performance.now() + sliceMs;
  }
}

/** Short enough that a hover does not feel it. */
const sliceMs = 12;
