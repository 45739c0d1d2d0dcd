// Runs test/extension in the extension host of a real VS Code and gives its results.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { desktopExecutable } from './desktop.mjs';
import { fetchHost, project, startHost } from './node-host.mjs';
import { openWorkbench } from './workbench.mjs';

const suite = join(project, 'test-results', 'suite', 'index.js');
const wholeSuiteMs = 10 * 60_000;

/** @returns the tests with title, ok and error; and where they ran */
export async function runSuite() {
  await build({
    absWorkingDir: project,
    entryPoints: ['test/extension/index.ts'],
    outfile: suite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const folder = await mkdtemp(join(tmpdir(), 'meanfield-suite-'));
  try {
    const workspace = join(folder, 'workspace');
    const results = join(folder, 'results.json');
    await cp(join(project, 'test', 'extension', 'workspace'), workspace, { recursive: true });
    const desktop = desktopExecutable();
    await (desktop ? onDesktop(desktop, workspace, results) : inNodeHost(workspace, results));
    const tests = await read(results);
    if (!tests) throw new Error('The suite ended without results.');
    return tests;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function onDesktop(executable, workspace, results) {
  const options = {
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: project,
    extensionTestsPath: suite,
    extensionTestsEnv: { MEANFIELD_TEST_RESULTS: results },
    launchArgs: [
      workspace,
      '--disable-extensions',
      '--disable-workspace-trust',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  };
  await runTests(options).catch(async (error) => {
    // A failed test ends VS Code with an error too; its result tells more.
    if (!(await read(results))) throw error;
  });
}

/** A host that does not start is given a second chance; the tests themselves are not. */
async function inNodeHost(workspace, results) {
  await fetchHost();
  for (let attempt = 1; ; attempt++) {
    const host = await startHost({ environment: { MEANFIELD_TEST_RESULTS: results } });
    let workbench = null;
    try {
      workbench = await openWorkbench(host, workspace, { suite });
      await finished(results);
      return;
    } catch (error) {
      if (workbench !== null || attempt === 2) throw error;
      console.log(`VS Code did not start, once more: ${error.message}`);
    } finally {
      await workbench?.close();
      await host.stop();
    }
  }
}

async function finished(results) {
  const end = Date.now() + wholeSuiteMs;
  while (Date.now() < end) {
    if (await read(results)) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`The suite did not end within ${wholeSuiteMs / 60_000} minutes.`);
}

async function read(results) {
  try {
    return JSON.parse(await readFile(results, 'utf8'));
  } catch {
    // Not written yet, or only half.
    return null;
  }
}
