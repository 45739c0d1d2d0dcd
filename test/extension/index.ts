import { runTests } from './runner.js';

/** Called by VS Code in its extension host. */
export async function run(): Promise<void> {
  await import('./activation.js');
  await import('./language-features.js');
  await import('./settings.js');
  await import('./panel.js');
  await import('./recovery.js');
  await import('./notebooks.js');
  await runTests();
}
