import type { Analyzer } from '../analysis/analyzer.js';
import { networkOf, simulationReport } from '../analysis/simulation-report.js';
import { showNumber } from '../format-number.js';
import type { Measured, ModelReport, SimulatedPoint, Simulation } from '../protocol.js';
import { defaultSettings } from '../settings.js';
import { defaultOptions, simulate } from '../simulation/simulate.js';
import type { SimulateArguments } from './arguments.js';
import { readSource } from './read-source.js';
import { pad, printable, truncate, widthOf } from './text-width.js';

interface Streams {
  readonly output: { write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
  /** A person sees how far it is. */
  readonly watched: boolean;
}

/** `meanfield simulate`: for each model of a file what the theory says and what random networks do. @returns the exit code */
export async function simulateCommand(
  path: string,
  options: SimulateArguments,
  analyzer: Analyzer,
  { output, errors, watched }: Streams,
): Promise<number> {
  const source = await readSource(path).catch((error: unknown) => ({ kind: 'unsuitable' as const, message: String(error) }));
  if (source.kind !== 'text') {
    errors.write(`meanfield: ${printable(path)}: ${source.message}\n`);
    return 2;
  }
  const settings = { ...defaultSettings, mode: options.mode, inputShape: options.input };
  using tree = analyzer.parse(source.text);
  const { models } = analyzer.analyze(tree, { file: path, settings });
  const networks = analyzer.networks(tree, { file: path, settings });
  if (models.length === 0) output.write('No PyTorch models found\n');
  for (const model of models) {
    const network = networkOf(model, networks);
    if (!network) continue;
    const simulated = simulate(network, { ...defaultOptions, ...options }, (done) => {
      if (watched) errors.write(done < options.draws ? `\r${done}/${options.draws} ` : '\r\u001b[2K');
      return true;
    });
    const text = simulated
      ? table(model, simulationReport(network, simulated, settings), options.full)
      : `${printable(model.entry)}: too large to be simulated\n`;
    output.write(`${text}\n`);
  }
  return 0;
}

function table(model: ModelReport, simulation: Simulation, full: boolean): string {
  const paths = new Set(model.layers.map((layer) => layer.path));
  const rows = simulation.points.flatMap((point, i) => {
    const { path, operation } = model.propagation[i]!;
    if (!full && !paths.has(path)) return [];
    return [[truncate(printable(path || operation), 32, 'start'), operation, ...lengths(point), ...gradients(point)]];
  });
  const titles = ['layer', 'type', 'q expected', 'measured', 'gradient expected', 'measured'];
  const widths = titles.map((title, i) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[i]!))));
  const line = (cells: string[]) =>
    `  ${cells.map((cell, i) => pad(cell, widths[i]!, i < 2 ? 'left' : 'right')).join('  ')}`.trimEnd();
  return [
    `${printable(model.entry)}: ${describe(simulation)}`,
    line(titles),
    ...rows.map(line),
    ...simulation.stops.map((reason) => `  ${printable(reason)}`),
    '',
  ].join('\n');
}

function describe({ draws, width, mapSize }: Simulation): string {
  const size = width === 1 ? 'its own width' : `${width} of its width`;
  return `${draws} draws at ${size}${mapSize === null ? '' : `, ${mapSize} × ${mapSize} inputs`}; ×/÷: one standard deviation over draws`;
}

const lengths = ({ q, expected }: SimulatedPoint): string[] => [power(expected.q), spread(q)];
const gradients = ({ gradient, expected }: SimulatedPoint): string[] => [power(expected.gradient), spread(gradient)];

const power = (log10: number | null): string => (log10 === null ? '?' : showNumber(10 ** log10));

const spread = (measured: Measured | null): string =>
  measured ? `${power(measured.mean)} ×/÷ ${showNumber(10 ** measured.deviation)}` : '?';
