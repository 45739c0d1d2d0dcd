// Builds everything that ships into dist/: extension, language server, command line, webview and the Python grammar.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const require = createRequire(import.meta.url);
const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: flags.has('--quiet') ? 'warning' : 'info',
  outdir: 'dist',
};

/** The CommonJS entry of web-tree-sitter: its ES module reads import.meta, which is empty in a CommonJS bundle. */
const node = {
  ...shared,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  { ...node, entryPoints: { extension: 'extension/extension.ts' }, external: ['vscode'] },
  { ...node, entryPoints: { server: 'language-server/server-node.ts' } },
  { ...node, entryPoints: { simulation: 'language-server/server/simulation-worker.ts' } },
  { ...node, entryPoints: { cli: 'language-server/cli.ts' }, banner: { js: '#!/usr/bin/env node' } },
  { ...shared, platform: 'browser', target: 'es2022', format: 'iife', entryPoints: { webview: 'webview/main.ts' } },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
await Promise.all([
  copyFile(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), 'dist/web-tree-sitter.wasm'),
  copyFile(require.resolve('tree-sitter-python/tree-sitter-python.wasm'), 'dist/tree-sitter-python.wasm'),
]);
if (flags.has('--watch')) for (const options of bundles) await (await context(options)).watch();
else await Promise.all(bundles.map((options) => build(options)));
