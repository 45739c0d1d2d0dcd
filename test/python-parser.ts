import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PythonParser } from '../language-server/source/parser.js';

const require = createRequire(import.meta.url);

/** The parser with the grammar of the packages, as the bundles load it from `dist/`. */
export function loadParser(): Promise<PythonParser> {
  return PythonParser.load(
    readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    readFileSync(require.resolve('tree-sitter-python/tree-sitter-python.wasm')),
  );
}
