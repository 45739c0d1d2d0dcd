import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Analyzer } from '../language-server/analysis/analyzer.js';
import { PythonParser } from '../language-server/source/parser.js';

const require = createRequire(import.meta.url);

/** The pipeline with the grammars of the installed packages, as the doors load it from beside their bundle. */
export async function testAnalyzer(): Promise<Analyzer> {
  const [runtime, grammar] = await Promise.all([
    readFile(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    readFile(require.resolve('tree-sitter-python/tree-sitter-python.wasm')),
  ]);
  return new Analyzer(await PythonParser.load(runtime, grammar));
}
