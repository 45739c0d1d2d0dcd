import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PythonParser } from '../source/parser.js';
import { Analyzer } from './analyzer.js';
import { type OpenFiles, WorkspaceModules } from './workspace-modules.js';

/**
 * Loads the parser from the two WebAssembly files that stand in a folder, for the doors that run under Node.
 *
 * @param open what an editor holds of the files that imports lead to
 */
export async function loadAnalyzer(folder: string, open?: OpenFiles): Promise<Analyzer> {
  const [runtime, grammar] = await Promise.all([
    readFile(join(folder, 'web-tree-sitter.wasm')),
    readFile(join(folder, 'tree-sitter-python.wasm')),
  ]);
  const parser = await PythonParser.load(runtime, grammar);
  return new Analyzer(parser, new WorkspaceModules(parser, open));
}
