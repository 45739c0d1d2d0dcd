import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

/** Bundles the server as it ships into a folder of its own, so that a test needs no build before it. */
export async function buildServer(): Promise<{ entry: string; [Symbol.asyncDispose](): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'meanfield-server-'));
  const entry = join(folder, 'server.js');
  await Promise.all([
    copyFile(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), join(folder, 'web-tree-sitter.wasm')),
    copyFile(require.resolve('tree-sitter-python/tree-sitter-python.wasm'), join(folder, 'tree-sitter-python.wasm')),
    build({
      entryPoints: { server: 'language-server/server-node.ts', simulation: 'language-server/server/simulation-worker.ts' },
      outdir: folder,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'error',
      alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
    }),
  ]);
  return { entry, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
