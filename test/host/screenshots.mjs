// Takes the pictures of docs/images in a real VS Code: run it after a change of what users see, and look at them.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchHost, project, startHost } from './node-host.mjs';
import { openWorkbench } from './workbench.mjs';

const images = join(project, 'docs', 'images');
const settings = {
  'files.autoSave': 'off',
  'editor.minimap.enabled': false,
  'editor.fontSize': 13,
  'git.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.layoutControl.enabled': false,
  'window.commandCenter': false,
  'editor.guides.indentation': false,
};
/** The right half of the page below the tabs. */
const panelArea = { x: 773, y: 31, width: 727, height: 805 };
const themes = [
  ['light', 'Light Modern'],
  ['dark', 'Dark Modern'],
];

await mkdir(images, { recursive: true });
await fetchHost();
const folder = await mkdtemp(join(tmpdir(), 'meanfield-images-'));
try {
  await cp(join(project, 'examples'), folder, { recursive: true });
  for (const [name, theme] of themes) await inTheme(name, theme);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function inTheme(name, theme) {
  const host = await startHost({ settings });
  let workbench = null;
  try {
    workbench = await openWorkbench(host, folder, { size: { width: 1500, height: 860 }, scale: 2 });
    const { page } = workbench;
    // The workbench offers its themes only some time after it is drawn.
    await page.waitForTimeout(5_000);
    await workbench.theme(theme);
    await workbench.openFile('tanh-mlp.py');
    await workbench.lens('ordered').first().waitFor();
    await page.keyboard.press('Control+b');
    await page.waitForTimeout(1_500);
    const word = page.locator('.view-line', { hasText: 'self.inputs = nn.Linear' });
    const place = await word.boundingBox();
    await page.screenshot({
      path: join(images, `editor-${name}.png`),
      clip: { x: 48, y: place.y - 150, width: 900, height: 470 },
    });
    await word.locator('span', { hasText: 'Linear' }).last().hover();
    await page.locator('.monaco-hover .hover-contents').first().waitFor();
    await page.waitForTimeout(800);
    await page.screenshot({ path: join(images, `hover-${name}.png`), clip: { x: 48, y: 60, width: 860, height: 500 } });
    await workbench.lens('Analyze initialization').first().click();
    await workbench.panel().locator('canvas').first().waitFor();
    await page.waitForTimeout(2_000);
    await page.screenshot({ path: join(images, `panel-${name}.png`), clip: panelArea });
    await workbench.panel().locator('canvas').first().scrollIntoViewIfNeeded();
    const scroll = () => document.querySelector('canvas').scrollIntoView({ block: 'start' });
    await workbench.panel().locator('body').evaluate(scroll);
    await page.waitForTimeout(800);
    await page.screenshot({ path: join(images, `charts-${name}.png`), clip: panelArea });
  } finally {
    await workbench?.close();
    await host.stop();
  }
}
