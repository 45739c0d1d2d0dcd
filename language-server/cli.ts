import { availableParallelism } from 'node:os';
import type { FileReport } from './protocol.js';
import { settleForManyFiles, settleForTyping } from './server/engine.js';
import { analyzeCommand } from './terminal/analyze-command.js';
import type { FileTask } from './terminal/analyze-file.js';
import { type Command, helper, parseArguments } from './terminal/arguments.js';
import { help } from './terminal/help.js';
import { processes } from './terminal/processes.js';
import { createProgress } from './terminal/progress.js';
import { projects } from './terminal/projects.js';
import { version } from './version.js';

/** The terminal door: `meanfield analyze`, `meanfield simulate` and `meanfield lsp`. Resolves to the exit code, `null` where the process lives on. */
async function main(command: Command): Promise<number | null> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(help);
      return 0;
    case 'version':
      process.stdout.write(`${version}\n`);
      return 0;
    case 'usage':
      process.stderr.write(`meanfield: ${command.message}\nTry 'meanfield --help'.\n`);
      return 2;
    case 'lsp':
      return lsp();
    case 'analyze':
      return analyze(command);
    case 'help-analyze':
      return helpAnalyze(command);
    case 'simulate':
      return simulate(command);
  }
}

async function analyze({ paths, options }: Extract<Command, { kind: 'analyze' }>): Promise<number> {
  settleForManyFiles();
  // Whoever reads along may stop, as `head` does: then nobody wants the rest.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  const progress = createProgress(process.stderr);
  process.once('SIGINT', () => {
    progress.clear();
    process.exit(130);
  });
  const [{ loadAnalyzer }, { analyzeFile, lostReport }] = await Promise.all([
    import('./analysis/load-analyzer.js'),
    import('./terminal/analyze-file.js'),
  ]);
  // The WebAssembly files stand beside the bundle.
  const analyzer = await loadAnalyzer(__dirname, projects(paths, process.cwd()));
  const jobs = options.jobs ?? Math.max(1, Math.min(Math.floor(availableParallelism() / coresOfJob), mostJobs));
  const others = processes<FileTask, FileReport>([__filename, helper, ...paths], jobs);
  const choices = { mode: options.mode, inputShape: options.input };
  const alone = performance.now() + aloneMs;
  try {
    return await analyzeCommand(paths, options, {
      tool: { name: 'meanfield', version },
      directory: process.cwd(),
      environment: process.env,
      input: process.stdin,
      output: process.stdout,
      errors: process.stderr,
      progress,
      ahead: jobs > 1 ? 2 * jobs : 1,
      analyze: (file, text) =>
        jobs === 1 || performance.now() < alone
          ? analyzeFile(analyzer, { file, text, choices })
          : others.run({ file, text, choices }).catch((error: Error) => lostReport(file, error.message)),
    });
  } finally {
    others.close();
  }
}

/** While one computes, its compiler and garbage collector work beside it: on two cores two processes are slower than one. */
const coresOfJob = 2;

/** More processes than this wait for each other's files and memory. */
const mostJobs = 8;

/** What takes no longer is over before other processes have started. */
const aloneMs = 800;

/** Answers each file that the parent process sends with its report, as long as that lives. */
async function helpAnalyze({ paths }: Extract<Command, { kind: 'help-analyze' }>): Promise<null> {
  settleForManyFiles();
  process.on('disconnect', () => process.exit());
  const parts = Promise.all([
    import('./analysis/load-analyzer.js').then(({ loadAnalyzer }) => loadAnalyzer(__dirname, projects(paths, process.cwd()))),
    import('./terminal/analyze-file.js'),
  ]);
  process.on('message', async (task) => {
    const [analyzer, { analyzeFile }] = await parts;
    process.send!(analyzeFile(analyzer, task as FileTask));
  });
  return null;
}

async function simulate({ path, options }: Extract<Command, { kind: 'simulate' }>): Promise<number> {
  const [{ loadAnalyzer }, { simulateCommand }] = await Promise.all([
    import('./analysis/load-analyzer.js'),
    import('./terminal/simulate-command.js'),
  ]);
  const { stdout, stderr } = process;
  return simulateCommand(path, options, await loadAnalyzer(__dirname, projects([], process.cwd())), {
    output: stdout,
    errors: stderr,
    watched: stderr.isTTY === true,
  });
}

async function lsp(): Promise<null> {
  settleForTyping();
  const [{ createConnection, ProposedFeatures }, { startServer }, { loadAnalyzer }, { threadSimulator }] = await Promise.all([
    import('vscode-languageserver/node'),
    import('./server.js'),
    import('./analysis/load-analyzer.js'),
    import('./server/simulation-thread.js'),
  ]);
  // Standard input and output, and the process to live no longer than, are read from the arguments of the process.
  startServer(
    createConnection(ProposedFeatures.all),
    (open) => loadAnalyzer(__dirname, open),
    version,
    threadSimulator(__dirname),
  );
  return null;
}

main(parseArguments(process.argv.slice(2))).then(
  (code) => {
    // Setting the code instead of exiting lets the output drain first.
    if (code !== null) process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`meanfield: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 2;
  },
);
