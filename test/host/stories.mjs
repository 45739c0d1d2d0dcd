// User stories, played by clicks in the workbench, with the packaged extension as a user installs it.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchHost, installExtension, project, startHost } from './node-host.mjs';
import { packageExtension } from './package-extension.mjs';
import { openWorkbench } from './workbench.mjs';

/** @returns the stories with title, ok and error */
export async function runStories() {
  await fetchHost();
  const folder = await mkdtemp(join(tmpdir(), 'meanfield-stories-'));
  try {
    const workspace = join(folder, 'workspace');
    const data = join(folder, 'data');
    await cp(join(project, 'test', 'extension', 'workspace'), workspace, { recursive: true });
    const vsix = join(folder, 'meanfield.vsix');
    const size = await packageExtension(vsix);
    await installExtension(data, vsix);
    return [
      await story('The package is not larger than 1.2 MB', async () => assert.ok(size <= 1_200_000, `${size} bytes`)),
      ...(await inWorkbench({ dataDir: data }, workspace, installedStories)),
      ...(await inWorkbench({ dataDir: data, trust: false }, workspace, restrictedStories)),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const installedStories = [
  [
    'The installed package shows a code lens above a model',
    async (workbench) => {
      await workbench.openFile('frozen.py');
      await workbench.lens('Analyze initialization · ordered').first().waitFor();
    },
  ],
  [
    'A click on the code lens opens the panel and draws charts',
    async (workbench) => {
      await workbench.lens('Analyze initialization').first().click();
      await workbench.panel().locator('h1', { hasText: 'Frozen' }).waitFor();
      const canvas = workbench.panel().locator('canvas').first();
      // The panel may be drawn anew at any time, which takes the element out of Playwright's hands.
      await canvas.evaluate((one) => one.scrollIntoView());
      const drawn = () =>
        canvas.evaluate((one) => new Set(one.getContext('2d').getImageData(0, 0, one.width, one.height).data).size > 8);
      for (let look = 0; look < 100 && !(await drawn()); look++) await workbench.page.waitForTimeout(100);
      assert.ok(await drawn(), 'the canvas is blank');
    },
  ],
  [
    'A click on a layer in the table reveals its source line',
    async (workbench) => {
      const row = workbench.panel().locator('tr[data-layer]', { hasText: 'outputs' });
      await row.locator('button').first().click();
      await workbench.page.locator('.statusbar-item', { hasText: 'Ln 10, Col 24' }).waitFor();
    },
  ],
  [
    'A simulation of the model runs and is told beside the charts',
    async (workbench) => {
      const start = workbench.panel().locator('button', { hasText: 'Check by simulation' });
      await start.click();
      await workbench.panel().locator('.simulation p', { hasText: 'Crosses in the charts' }).waitFor();
    },
  ],
  ['The panel breaks no content security policy', async (workbench) => assert.deepEqual(workbench.violations, [])],
];

const restrictedStories = [
  [
    'In Restricted Mode models are analysed, since nothing of them is run',
    async (workbench) => {
      const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'trust' });
      await dialog.waitFor();
      await dialog.locator('.monaco-button', { hasText: /^No/ }).click();
      await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      await workbench.openFile('frozen.py');
      await workbench.lens('Analyze initialization · ordered').first().waitFor();
    },
  ],
];

/** Plays stories one after the other in one workbench; a host that does not start is given a second chance. */
async function inWorkbench(options, workspace, stories) {
  for (let attempt = 1; ; attempt++) {
    let host = null;
    let workbench = null;
    try {
      host = await startHost(options);
      workbench = await openWorkbench(host, workspace, { development: false });
      const results = [];
      for (const [title, play] of stories) results.push(await story(title, () => play(workbench)));
      return results;
    } catch (error) {
      if (attempt === 2) throw error;
      console.log(`VS Code did not start, once more: ${error.message}`);
    } finally {
      await workbench?.close();
      await host?.stop();
    }
  }
}

async function story(title, play) {
  try {
    await play();
    return { title, ok: true, error: null };
  } catch (error) {
    return { title, ok: false, error: error.stack ?? String(error) };
  }
}
