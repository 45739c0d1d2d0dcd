import { type EvaluateOptions, evaluate } from '../evaluator/evaluate.js';
import type { Network } from '../network/graph.js';
import type { FileReport, ModelReport, Problem } from '../protocol.js';
import { atLevels, checkModel } from '../rules/check-model.js';
import { beyondChoices, verdictBeyondChoices } from '../rules/chosen-arguments.js';
import { verdict } from '../rules/verdict.js';
import { defaultSettings, type Settings } from '../settings.js';
import { child, type SyntaxTree } from '../source/syntax-tree.js';
import { callsOf } from './calls.js';
import { classNamed } from './class-named.js';
import { constructorEnd, initializerSite } from './initializer-site.js';
import { jacobians } from './jacobians.js';
import { Memory } from './memory.js';
import { modelReport } from './model-report.js';
import { plainContainer } from './plain-container.js';
import type { Sites } from './reach/reach.js';
import type { Reads } from './reads.js';
import { type Suppressions, suppressions } from './suppression.js';
import { wholeNetworkSummary } from './whole-network.js';

export interface AnalyzeOptions {
  /** Path or URI, as the report shall name the file. */
  readonly file: string;
  readonly settings?: Settings;
  /** How the report names a line (counted from 0) in words: by default `line 12`. */
  readonly nameLine?: (line: number) => string;
  /** A truthy answer ends the evaluation with what is known so far. */
  readonly cancelled?: () => boolean;
  /** Left by the analysis of an earlier text of the file, and brought up to this one. */
  readonly memory?: Memory;
}

/**
 * From a parsed text to its report: evaluate, propagate, judge.
 *
 * Never throws: a model whose theory fails costs its own numbers, and the report says so.
 */
export function analyze(
  tree: SyntaxTree,
  language: Pick<EvaluateOptions, 'framework' | 'library' | 'parse'> & { readonly modules?: Reads },
  { file, settings = defaultSettings, nameLine = (line) => `line ${line + 1}`, cancelled, memory = new Memory() }: AnalyzeOptions,
): FileReport {
  const problems: Problem[] = [];
  try {
    const { inputShape, mode } = settings;
    const evaluation = memory.evaluate(tree, { file, inputShape, mode }, language.modules ?? null, () =>
      evaluate(tree, { ...language, file, inputShape, mode, ...(cancelled && { cancelled }) }),
    );
    const silenced = suppressions(tree);
    problems.push(...tree.problems, ...evaluation.problems.filter((problem) => !tree.problems.includes(problem)));
    const models = evaluation.networks.flatMap((network) => {
      const model = guarded(network, problems, () => judged(network, tree, { file, settings, nameLine, memory }, silenced));
      return model ? [model] : [];
    });
    return { file, framework: evaluation.framework?.label ?? null, problems, models };
  } catch (error) {
    problems.push({ message: `Not analysed because of an internal error: ${text(error)}`, range: tree.lines.range(0, 0) });
    return { file, framework: null, problems, models: [] };
  }
}

/** The models of a text as graphs, in the order of its report. */
export function networksOf(
  tree: SyntaxTree,
  language: Pick<EvaluateOptions, 'framework' | 'library' | 'parse' | 'modules'>,
  { file, settings = defaultSettings }: AnalyzeOptions,
): readonly Network[] {
  return evaluate(tree, { ...language, file, inputShape: settings.inputShape, mode: settings.mode }).networks;
}

function judged(
  network: Network,
  tree: SyntaxTree,
  { file, settings, nameLine, memory }: Required<Omit<AnalyzeOptions, 'cancelled'>>,
  silenced: Suppressions,
): ModelReport {
  const propagation = memory.propagate(network, { mode: settings.mode, inputSecondMoment: settings.inputSecondMoment });
  const sites: Sites = {
    siteIn: (owner) => constructorEnd(owner, tree),
    containerAt: (target) => plainContainer(target, tree),
  };
  const model = modelReport(network, propagation, { file, nameLine, sites });
  jacobians.set(model, propagation.jacobian);
  model.summary = wholeNetworkSummary(model);
  model.initializerSite = initializerSite(model, tree);
  model.calls = callsOf(network, file, tree);
  const name = child(classNamed(model.name, tree) ?? tree.root, 'name');
  model.definition = name && tree.lines.range(name.start, name.end);
  const findings = checkModel(model);
  // Silencing a finding changes what is shown, not what is true: the verdict is that of all findings.
  model.summary.verdict = verdictBeyondChoices(model, verdict(model, findings));
  model.findings = atLevels(beyondChoices(model, findings), settings.rules).filter(
    ({ rule, range }) => !silenced.covers(rule, range),
  );
  return model;
}

/** The door of one model: what goes wrong inside ends here, with a message at the model. */
function guarded(network: Network, problems: Problem[], run: () => ModelReport): ModelReport | null {
  try {
    return run();
  } catch (error) {
    problems.push({
      message: `${network.name} is left out because of an internal error: ${text(error)}`,
      range: network.location.range,
    });
    return null;
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
