// The server of a real VS Code, from npm alone, for machines without a desktop: fetches it once, starts it and ends it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

const version = '4.100.3';
/** Several checkouts can share one folder of hosts. */
const hosts = process.env.MEANFIELD_HOSTS ?? join(project, '.hosts');
const vscode = join(hosts, 'node_modules', 'code-server', 'lib', 'vscode');

/** Fetches VS Code's server where it is not there yet. */
export async function fetchHost() {
  await mkdir(hosts, { recursive: true });
  if (!existsSync(join(hosts, 'package.json'))) await writeFile(join(hosts, 'package.json'), '{ "private": true }\n');
  // npm writes this file when an installation is complete, so a broken one is taken up again.
  const installed = (folder) => existsSync(join(folder, 'node_modules', '.package-lock.json'));
  if (!existsSync(join(vscode, 'out', 'server-main.js'))) await npmInstall(hosts, [`code-server@${version}`]);
  for (const folder of [vscode, join(vscode, 'extensions')]) if (!installed(folder)) await npmInstall(folder, ['--omit=dev']);
  await linkRipgrep();
}

/**
 * Starts VS Code's server on a free port.
 *
 * @param options.dataDir user data and installed extensions; a fresh temporary folder, removed at the end, if not given
 * @param options.trust false for a host that asks before it trusts a folder (Restricted Mode)
 * @param options.settings settings of the machine, as a user would set them
 * @param options.environment further variables of the extension host
 */
export async function startHost({ dataDir = null, trust = true, settings = {}, environment = {} } = {}) {
  const data = dataDir ?? (await mkdtemp(join(tmpdir(), 'meanfield-host-')));
  const machine = join(data, 'data', 'Machine');
  await mkdir(machine, { recursive: true });
  await writeFile(join(machine, 'settings.json'), JSON.stringify(settings));
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [...serverMain(data), '--host', '127.0.0.1', '--port', String(port), ...(trust ? ['--disable-workspace-trust'] : [])],
    {
      env: { ...ownEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (log = (log + chunk).slice(-20_000)));
  const stop = async () => {
    await ended(server);
    if (!dataDir) await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await answering(`http://localhost:${port}/version`, server);
  } catch (error) {
    await stop();
    throw new Error(`VS Code's server did not start: ${error.message}\n${log}`);
  }
  return { port, address: `http://localhost:${port}`, data, stop, log: () => log };
}

/** Installs a packaged extension into a data folder, as `code --install-extension` does. */
export function installExtension(data, vsix) {
  return run(process.execPath, [...serverMain(data), '--install-extension', vsix, '--force'], project);
}

/**
 * The address of the workbench with a folder, with this checkout as an extension under development.
 *
 * @param options.suite path of a test bundle whose `run` is called in the extension host
 * @param options.development false to use installed extensions alone
 */
export function workbenchUrl({ port, address }, folder, { suite = null, development = true, files = [] } = {}) {
  const remote = (path) => `vscode-remote://localhost:${port}${path}`;
  const payload = [['skipWelcome', 'true']];
  if (development) payload.push(['extensionDevelopmentPath', remote(project)]);
  if (suite) payload.push(['extensionTestsPath', remote(suite)]);
  for (const file of files) payload.push(['openFile', remote(file)]);
  const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
  return `${address}/?${query}`;
}

const serverMain = (data) => [
  join(vscode, 'out', 'server-main.js'),
  '--without-connection-token',
  '--accept-server-license-terms',
  '--server-data-dir',
  data,
  '--telemetry-level',
  'off',
];

/** VS Code's server reads variables of an outer VS Code or Electron as its own. */
function ownEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('VSCODE_') && !name.startsWith('ELECTRON_'));
  return Object.fromEntries(kept);
}

async function answering(url, server) {
  const patience = Date.now() + 120_000;
  while (Date.now() < patience) {
    if (server.exitCode !== null) throw new Error(`it ended with code ${server.exitCode}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('it did not answer within two minutes');
}

async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exit;
  clearTimeout(timer);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Quick open and search need ripgrep, which the package would download in an install script. */
async function linkRipgrep() {
  const target = join(vscode, 'node_modules', '@vscode', 'ripgrep', 'bin', 'rg');
  const rg = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'rg'))
    .find(existsSync);
  if (!rg || existsSync(target)) return;
  await mkdir(join(target, '..'), { recursive: true });
  await symlink(rg, target).catch(() => {});
}

async function npmInstall(folder, options) {
  console.log(`Fetching VS Code's server: npm install in ${folder}`);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...options], folder);
}

function run(command, options, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, options, {
      cwd,
      env: ownEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(log) : reject(new Error(`${command} ended with code ${code}\n${log}`))));
  });
}
