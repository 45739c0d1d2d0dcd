import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PythonParser } from '../source/parser.js';
import { Analyzer } from './analyzer.js';
import { DiskModules } from './disk-modules.js';

/** Loads the parser from the two WebAssembly files that stand in a folder, for the doors that run under Node. */
export async function loadAnalyzer(folder: string): Promise<Analyzer> {
  const [runtime, grammar] = await Promise.all([
    readFile(join(folder, 'web-tree-sitter.wasm')),
    readFile(join(folder, 'tree-sitter-python.wasm')),
  ]);
  const parser = await PythonParser.load(runtime, grammar);
  return new Analyzer(parser, new DiskModules(parser));
}
