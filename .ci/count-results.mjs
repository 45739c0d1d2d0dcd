// Adds up the results of the test runs, prints "N passed, N failed", and fails if anything did.
import { readFileSync } from 'node:fs';

const status = Number(process.argv[2] ?? 0);
const runs = [unitTests(read('test-results/vitest.json')), read('test-results/vscode.json')].filter((run) => run !== null);
const passed = sum(runs.map((run) => run.passed));
let failed = sum(runs.map((run) => run.failed));
if (runs.length < 2) console.log('Not every test run has left its results: see above.');
// Lint, types and the build have no tests to count, and a run that broke off has no result: each is one failure.
if (failed === 0 && (status !== 0 || runs.length < 2)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Vitest's JSON report; a file that could not even be loaded has no tests and counts as one failure. */
function unitTests(report) {
  if (report === null) return null;
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
