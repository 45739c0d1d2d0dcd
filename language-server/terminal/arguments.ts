import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Command =
  | { kind: 'analyze'; paths: string[]; options: AnalyzeArguments }
  | { kind: 'simulate'; path: string; options: SimulateArguments }
  | { kind: 'lsp' }
  /** Of this program to itself: analyse the files that come over the channel to the parent process. */
  | { kind: 'help-analyze'; paths: string[] }
  | { kind: 'help' }
  | { kind: 'version' }
  /** A mistake in the arguments, in words for the person who made it. */
  | { kind: 'usage'; message: string };

export interface AnalyzeArguments {
  format: 'pretty' | 'json';
  /** Followed as in training, or as after `model.eval()`. */
  mode: 'train' | 'eval';
  /** Shape of the first tensor that models get, batch first; `null`: as the file shows. */
  input: number[] | null;
  /** Only findings and the closing line. */
  quiet: boolean;
  /** Every row of the layer tables instead of folded stacks. */
  full: boolean;
  /** Exit 0 although there are findings. */
  exitZero: boolean;
  /** Processes that share the work; `null`: one for every two cores. */
  jobs: number | null;
  /** `null`: decided by the environment and the terminal. */
  color: boolean | null;
}

export interface SimulateArguments {
  mode: 'train' | 'eval';
  /** Shape of the first tensor that models get, batch first; `null`: as the file shows. */
  input: number[] | null;
  draws: number;
  /** Draw i has seed + i. */
  seed: number;
  /** Every operation instead of layers with weights alone. */
  full: boolean;
}

/** The command that processes of this program give each other. */
export const helper = 'help-analyze';

/** Reads the arguments after the program's name; never throws. */
export function parseArguments(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  if (first === undefined) return { kind: 'usage', message: 'a command is missing: analyze, simulate or lsp' };
  if (first === 'help' || first === '--help' || first === '-h') return { kind: 'help' };
  if (first === 'version' || first === '--version' || first === '-V') return { kind: 'version' };
  if (first === 'analyze') return analyzeCommand(rest);
  if (first === 'simulate') return simulateCommand(rest);
  if (first === helper) return { kind: 'help-analyze', paths: rest };
  if (first === 'lsp') return lspCommand(rest);
  return { kind: 'usage', message: `unknown command '${first}': it is analyze, simulate or lsp` };
}

const analyzeOptions = {
  format: { type: 'string', short: 'f', default: 'pretty' },
  mode: { type: 'string', short: 'm', default: 'train' },
  input: { type: 'string', short: 'i' },
  quiet: { type: 'boolean', short: 'q', default: false },
  full: { type: 'boolean', default: false },
  'exit-zero': { type: 'boolean', default: false },
  jobs: { type: 'string', short: 'j' },
  color: { type: 'boolean' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function analyzeCommand(args: string[]): Command {
  const parsed = parse(() => parseArgs({ args, options: analyzeOptions, allowPositionals: true, allowNegative: true }));
  if (typeof parsed === 'string') return { kind: 'usage', message: parsed };
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help' };
  const { format, mode } = values;
  if (format !== 'pretty' && format !== 'json')
    return { kind: 'usage', message: `unknown format '${format}': it is pretty or json` };
  if (mode !== 'train' && mode !== 'eval') return { kind: 'usage', message: `unknown mode '${mode}': it is train or eval` };
  const shape = values.input === undefined ? null : shapeIn(values.input);
  if (values.input !== undefined && !shape) return noShape(values.input);
  const jobs = values.jobs === undefined ? null : Number(values.jobs);
  if (jobs !== null && !(Number.isInteger(jobs) && jobs >= 1 && jobs <= 256))
    return { kind: 'usage', message: `jobs must be a whole number from 1 to 256, not '${values.jobs}'` };
  return {
    kind: 'analyze',
    paths: positionals.length > 0 ? positionals : ['.'],
    options: {
      format,
      mode,
      input: shape,
      quiet: values.quiet,
      full: values.full,
      exitZero: values['exit-zero'],
      jobs,
      color: values.color ?? null,
    },
  };
}

const noShape = (text: string): Command => ({
  kind: 'usage',
  message: `'${text}' is no shape of an input: write it with its batch, as in 4x3x96x96`,
});

/** `4x3x96x96`, also with commas. */
function shapeIn(text: string): number[] | null {
  const sizes = text.split(/[x×,]/).map((size) => (/^\s*[1-9]\d*\s*$/.test(size) ? Number(size) : null));
  return sizes.length <= 6 && sizes.every((size) => size !== null) ? sizes : null;
}

const simulateOptions = {
  mode: { type: 'string', short: 'm', default: 'train' },
  input: { type: 'string', short: 'i' },
  draws: { type: 'string', short: 'n', default: '16' },
  seed: { type: 'string', default: '1' },
  full: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function simulateCommand(args: string[]): Command {
  const parsed = parse(() => parseArgs({ args, options: simulateOptions, allowPositionals: true }));
  if (typeof parsed === 'string') return { kind: 'usage', message: parsed };
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help' };
  const { mode, full } = values;
  if (mode !== 'train' && mode !== 'eval') return { kind: 'usage', message: `unknown mode '${mode}': it is train or eval` };
  const input = values.input === undefined ? null : shapeIn(values.input);
  if (values.input !== undefined && !input) return noShape(values.input);
  const [draws, seed] = [Number(values.draws), Number(values.seed)];
  if (!(Number.isInteger(draws) && draws >= 2 && draws <= 10_000))
    return { kind: 'usage', message: `draws must be a whole number from 2 to 10000, not '${values.draws}'` };
  if (!Number.isSafeInteger(seed)) return { kind: 'usage', message: `the seed must be a whole number, not '${values.seed}'` };
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) return { kind: 'usage', message: 'simulate takes one file' };
  return { kind: 'simulate', path, options: { mode, input, draws, seed, full } };
}

/** Editors append options of their own (`--clientProcessId=…`), so what is not known is left to the connection. */
function lspCommand(args: string[]): Command {
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  if (!args.includes('--stdio')) return { kind: 'usage', message: 'lsp speaks over standard input and output: say --stdio' };
  return { kind: 'lsp' };
}

/** `parseArgs` reports mistakes by throwing; the first sentence of its message is the part for users. */
function parse<Parsed>(attempt: () => Parsed): Parsed | string {
  try {
    return attempt();
  } catch (error) {
    const [sentence = 'cannot read the arguments'] = (error instanceof Error ? error.message : String(error)).split('. ');
    return sentence.charAt(0).toLowerCase() + sentence.slice(1);
  }
}
