import { writeFileSync } from 'node:fs';

export interface Result {
  readonly title: string;
  readonly ok: boolean;
  readonly error: string | null;
}

const cases: { readonly title: string; readonly check: () => Promise<void> }[] = [];

/** Adds a test; its title is a sentence that would stand in a manual. */
export function test(title: string, check: () => Promise<void>): void {
  cases.push({ title, check });
}

/**
 * Runs all tests, one after the other in the order of the files, since they share one editor.
 *
 * @throws Error if any test fails, as VS Code expects it of a suite
 */
export async function runTests(): Promise<void> {
  const results: Result[] = [];
  for (const { title, check } of cases) results.push(await runTest(title, check));
  const path = process.env.MEANFIELD_TEST_RESULTS;
  if (path) writeFileSync(path, JSON.stringify(results));
  const failed = results.filter(({ ok }) => !ok);
  if (failed.length > 0) throw new Error(failed.map(({ title, error }) => `${title}: ${error}`).join('\n'));
}

async function runTest(title: string, check: () => Promise<void>): Promise<Result> {
  try {
    await withLimit(check());
    return { title, ok: true, error: null };
  } catch (error) {
    return { title, ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function withLimit(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${testMs / 1000} s`)), testMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** Calls until it gives something, because an editor answers in its own time. @throws Error after `patienceMs` */
export async function eventually<T>(
  what: string,
  find: () => T | null | undefined | false | Promise<T | null | undefined | false>,
) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Generous, because two slow cores must not fail a right answer. */
const patienceMs = 45_000;
const testMs = 150_000;
