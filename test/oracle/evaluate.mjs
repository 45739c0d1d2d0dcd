// Compares what meanfield reads in a package's source with what the package builds: `npm run evaluate -- torchvision` or `-- timm`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython } from '../bench/python-peer.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const python = findPython();
if (!python) {
  process.stderr.write('No Python with torch was found. MEANFIELD_BENCH_PYTHON may name one.\n');
  process.exit(2);
}
const cli = join(here, '..', '..', 'dist', 'cli.js');
const { status } = spawnSync(python, [join(here, 'evaluate.py'), process.execPath, cli, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 2);
