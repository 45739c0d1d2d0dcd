// Draws the terminal report of an example as it looks on a dark and on a light terminal, into docs/images/.
// `node test/terminal/screenshot.mjs`, after a build; needs Chromium.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../host/browser.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = ['analyze', ...(process.argv.length > 2 ? process.argv.slice(2) : ['examples/tanh-mlp.py'])];
const { stdout } = spawnSync(process.execPath, ['dist/cli.js', ...command, '--color'], {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, COLUMNS: '110' },
});

/** The palettes of VS Code's terminal, so that the pictures look like what most readers have before them. */
const palettes = {
  dark: {
    background: '#1e1e1e',
    text: '#cccccc',
    31: '#f14c4c',
    32: '#23d18b',
    33: '#f5f543',
    34: '#3b8eea',
    35: '#d670d6',
    36: '#29b8db',
  },
  light: {
    background: '#ffffff',
    text: '#333333',
    31: '#cd3131',
    32: '#107c10',
    33: '#949800',
    34: '#0451a5',
    35: '#bc05bc',
    36: '#0598bc',
  },
};

const browser = await launchBrowser();
mkdirSync(`${root}docs/images`, { recursive: true });
for (const [name, palette] of Object.entries(palettes)) {
  const page = await browser.newPage({ deviceScaleFactor: 1.5, viewport: { width: 960, height: 200 } });
  await page.setContent(html(`$ meanfield ${command.join(' ')}\n${stdout}`, palette));
  await page.locator('pre').screenshot({ path: `${root}docs/images/terminal-${name}.png` });
}
await browser.close();

function html(text, palette) {
  const style = `margin:0;padding:16px;font:13px/1.4 'DejaVu Sans Mono',monospace;color:${palette.text};background:${palette.background}`;
  return `<body style="margin:0;background:${palette.background}"><pre style="${style}">${spans(text, palette)}</pre>`;
}

/** Select Graphic Rendition codes become nested elements; each code that ends one closes the innermost. */
function spans(text, palette) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is how colours are written
  return escaped.replace(/\u001b\[(\d+)m/g, (_, code) => {
    if (code === '22' || code === '39') return '</span>';
    if (code === '1') return '<span style="font-weight:bold">';
    return code === '2' ? '<span style="opacity:.65">' : `<span style="color:${palette[code]}">`;
  });
}
