// A VS Code workbench in a browser page, as its user sees and works it.
import { launchBrowser } from './browser.mjs';
import { workbenchUrl } from './node-host.mjs';

/** A slow machine must not fail a right answer. */
export const patienceMs = 90_000;

/** Opens a folder in a page of its own. A workbench that does not come up is tried once more. */
export async function openWorkbench(host, folder, options = {}) {
  const { size = { width: 1440, height: 900 }, scale = 1, ...rest } = options;
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: size, deviceScaleFactor: scale });
  page.setDefaultTimeout(patienceMs);
  const violations = [];
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  const url = workbenchUrl(host, folder, rest);
  try {
    await page.goto(url);
    await page.waitForSelector('.monaco-workbench .part.statusbar').catch(async () => {
      await page.goto(url);
      await page.waitForSelector('.monaco-workbench .part.statusbar');
    });
  } catch (error) {
    await browser.close();
    throw error;
  }
  return new Workbench(browser, page, violations);
}

export class Workbench {
  constructor(browser, page, violations) {
    this.browser = browser;
    this.page = page;
    /** What the browser's console said about content security policies. */
    this.violations = violations;
  }

  close() {
    return this.browser.close();
  }

  /** Runs a command of the palette by its title. */
  async command(title) {
    await this.page.keyboard.press('F1');
    const box = this.page.locator('.quick-input-widget input').first();
    await box.fill(`>${title}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** Opens a file of the folder by a click in the explorer. */
  async openFile(name) {
    await this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first().dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  /** The code lenses of the active editor that contain a text. */
  lens(text) {
    return this.page.locator('.codelens-decoration a', { hasText: text });
  }

  /** The document inside of the panel: VS Code nests two frames. */
  panel() {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** Chooses a colour theme by its name. */
  async theme(name) {
    await this.command('Preferences: Color Theme');
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Browse Additional Color Themes' }).waitFor();
    await this.page.locator('.quick-input-widget input').first().fill(name);
    await rows
      .filter({ hasText: `Default ${name}` })
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }
}
