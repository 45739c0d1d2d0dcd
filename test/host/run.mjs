// The tests that need a real VS Code: the suite inside of its extension host, and user stories played from outside.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { project } from './node-host.mjs';
import { runStories } from './stories.mjs';
import { runSuite } from './suite.mjs';

const tests = [];
for (const [what, run] of [
  ['The suite in the extension host runs', runSuite],
  ['The user stories run', runStories],
])
  try {
    for (const test of await run()) tests.push(show(test));
  } catch (error) {
    tests.push(show({ title: what, ok: false, error: error.stack ?? String(error) }));
  }

const failed = tests.filter(({ ok }) => !ok).length;
const passed = tests.length - failed;
await mkdir(join(project, 'test-results'), { recursive: true });
await writeFile(join(project, 'test-results', 'vscode.json'), `${JSON.stringify({ passed, failed, tests }, null, 2)}\n`);
console.log(`\nIn VS Code: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

function show(test) {
  console.log(`${test.ok ? '✓' : '✗'} ${test.title}${test.ok ? '' : `\n    ${test.error.replaceAll('\n', '\n    ')}`}`);
  return test;
}
