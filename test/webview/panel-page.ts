/** The panel in a real browser, under the same content security policy as in VS Code. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { FromWebview } from '../../language-server/protocol.js';

export type Theme = 'vscode-light' | 'vscode-dark' | 'vscode-high-contrast' | 'vscode-high-contrast-light';
export const themes: Theme[] = ['vscode-light', 'vscode-dark', 'vscode-high-contrast', 'vscode-high-contrast-light'];

export interface PanelBrowser extends AsyncDisposable {
  /** Bytes of the script as it ships. */
  scriptSize: number;
  open(options?: OpenOptions): Promise<PanelPage>;
}

export interface OpenOptions {
  theme?: Theme;
  width?: number;
  height?: number;
  state?: unknown;
  reducedMotion?: boolean;
}

export class PanelPage {
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(error.message));
  }

  /** Sends a message as the host does and waits until the page has drawn. */
  async send(...messages: unknown[]): Promise<void> {
    await this.page.evaluate(
      (all) =>
        new Promise<void>((drawn) => {
          for (const message of all) window.postMessage(message, '*');
          setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => drawn())), 0);
        }),
      messages,
    );
  }

  posted = (): Promise<FromWebview[]> => this.page.evaluate('window.posted');
  state = (): Promise<Record<string, unknown>> => this.page.evaluate('window.state');
  violations = (): Promise<string[]> => this.page.evaluate('window.violations');
  setTheme = (theme: Theme): Promise<void> =>
    this.page.evaluate((name) => {
      document.body.className = name === 'vscode-high-contrast-light' ? `vscode-high-contrast ${name}` : name;
      return new Promise((drawn) => setTimeout(() => requestAnimationFrame(() => drawn()), 50));
    }, theme);

  /** Number of different colours in a canvas: a blank one has one. */
  colors = (selector: string): Promise<number> =>
    this.page.evaluate((query) => {
      const canvas = document.querySelector<HTMLCanvasElement>(query)!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }, selector);

  /** What the browser has to complain about: exceptions and breaches of the security policy. */
  complaints = async (): Promise<string[]> => [...this.errors, ...(await this.violations())];
}

export async function openBrowser(): Promise<PanelBrowser> {
  const files = await panelFiles();
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://panel');
    const file = files.get(pathname);
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' }).end(file?.text);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  return {
    scriptSize: files.get('/webview.js')!.text.length,
    open: (options = {}) => openPanel(page, origin, options),
    [Symbol.asyncDispose]: () => close(browser, server),
  };
}

async function close(browser: Browser, server: Server) {
  await browser.close();
  await new Promise((closed) => server.close(closed));
}

export const chromiumPath = (): string => {
  const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (!existsSync(path)) throw new Error(`No Chromium at ${path}: install it or set CHROMIUM_PATH`);
  return path;
};

async function openPanel(page: Page, origin: string, options: OpenOptions): Promise<PanelPage> {
  const { theme = 'vscode-light', width = 1200, height = 900, state, reducedMotion = false } = options;
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ reducedMotion: reducedMotion ? 'reduce' : 'no-preference' });
  page.removeAllListeners('pageerror');
  const panel = new PanelPage(page);
  await page.goto(`${origin}/?state=${encodeURIComponent(JSON.stringify(state ?? null))}`);
  await panel.setTheme(theme);
  return panel;
}

async function panelFiles(): Promise<Map<string, { type: string; text: string }>> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { webview: 'webview/main.ts' },
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    outdir: 'dist',
    write: false,
    logLevel: 'warning',
  });
  const output = (extension: string) => outputFiles.find(({ path }) => path.endsWith(extension))!.text;
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: html }],
    ['/webview.js', { type: 'text/javascript', text: output('.js') }],
    ['/webview.css', { type: 'text/css', text: output('.css') }],
    ['/host.js', { type: 'text/javascript', text: hostScript }],
    ['/themes.css', { type: 'text/css', text: await readFile(new URL('themes.css', import.meta.url), 'utf8') }],
  ]);
}

/** What VS Code gives to a webview: a function for the messages, and a state that it keeps. */
const hostScript = `
  window.posted = [];
  window.violations = [];
  window.state = JSON.parse(new URLSearchParams(location.search).get('state')) ?? undefined;
  document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.posted.push(message),
    getState: () => window.state,
    setState: (state) => { window.state = JSON.parse(JSON.stringify(state)); },
  });
`;

const policy =
  "default-src 'none'; script-src 'nonce-test'; style-src http://127.0.0.1:*; font-src 'none'; img-src http://127.0.0.1:* data:";

const html = `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>meanfield</title>
  <link rel="stylesheet" href="themes.css">
  <link rel="stylesheet" href="webview.css">
</head>
<body>
  <div id="root"></div>
  <script nonce="test" src="host.js"></script>
  <script nonce="test" src="webview.js"></script>
</body>
</html>`;
