// What running the model costs instead of reading it: Python with torch, where it is installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first Python that can import torch: MEANFIELD_BENCH_PYTHON, else those on the PATH. `null` where there is none. */
export function findPython() {
  const named = process.env.MEANFIELD_BENCH_PYTHON;
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'python3'));
  const candidates = named ? [named] : onPath.filter((path) => existsSync(path));
  return candidates.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0) ?? null;
}

/** Folder of an installed package; `null` where there is none. */
export function packageFolder(python, name) {
  const code = `import importlib.util as u; print(u.find_spec(${JSON.stringify(name)}).submodule_search_locations[0])`;
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Wall time in milliseconds and peak memory in megabytes of a script in a fresh process; `null` where it fails. */
export function runPython(python, code) {
  const report = 'import resource as _r\nprint(_r.getrusage(_r.RUSAGE_SELF).ru_maxrss)';
  const start = performance.now();
  const { status, stdout } = spawnSync(python, ['-c', `${code}\n${report}`], { encoding: 'utf8' });
  if (status !== 0) return null;
  return { milliseconds: performance.now() - start, megabytes: Number(stdout.trim().split('\n').at(-1)) / 1024 };
}

/**
 * Milliseconds of a statement in a process that has done the setup already: what a tool that runs the code must do again at each edit,
 * even if it keeps Python and torch loaded. `null` where it fails.
 */
export function timePython(python, setup, statement, runs) {
  const code = `
import time
${setup}
for _ in range(${runs}):
    start = time.perf_counter()
    ${statement}
    print((time.perf_counter() - start) * 1000)
`;
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n').map(Number) : null;
}
