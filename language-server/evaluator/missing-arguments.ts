import { symbol } from '../network/quantity.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import { Raised } from './budget.js';
import { configName, type DefaultConfig, defaultConfig } from './default-config.js';
import type { EntryArgument, Made } from './entries.js';
import { exampleCall } from './example-calls.js';
import type { Interpreter } from './interpreter.js';
import { callValue } from './python/calls.js';
import { evaluate } from './python/expressions.js';
import { formatValue } from './python/format.js';
import type { SourceFile } from './scope.js';
import { type Instance, int, none, type ParameterDefinition, string, type Value } from './values.js';

/** A class, or a function, that makes a model and that nothing calls. */
export interface Maker {
  readonly name: string;
  readonly value: Value;
  readonly node: SyntaxNode;
  readonly file: SourceFile | null;
  readonly parameters: readonly ParameterDefinition[];
  /** The model in what it returns. */
  readonly modelOf: (result: Value) => Instance | null;
}

export type ParseExpression = (text: string) => { file: SourceFile; node: SyntaxNode } | null;

/**
 * Makes a model that nothing makes: with the settings that the file has for it, else with the arguments that one of its functions gives, else
 * with symbols.
 */
export function madeWithout(run: Interpreter, maker: Maker, parseExpression: ParseExpression): Made {
  return configured(run, maker) ?? shown(run, maker, parseExpression) ?? called(run, maker, new Map());
}

/** The model with the settings that the file or a configuration class has for it; `null`: there are none, or they do not fit. */
function configured(run: Interpreter, maker: Maker): Made | null {
  const undo = run.mark();
  try {
    const found = maker.parameters.flatMap((parameter) => {
      const config = isRequired(parameter) ? defaultConfig(run, parameter, maker) : null;
      return config ? [[parameter.name, config] as const] : [];
    });
    return found.length > 0 ? called(run, maker, new Map(found)) : null;
  } catch (error) {
    if (!(error instanceof Raised) || error.typeName === 'NotImplementedError') throw error;
    undo();
    return null;
  }
}

/** The model with the arguments that a function of the file gives it; `null`: none does, or they do not fit. */
function shown(run: Interpreter, maker: Maker, parseExpression: ParseExpression): Made | null {
  const wants = maker.parameters.some((parameter) => isRequired(parameter) || parameter.kind === 'keywords');
  const text = wants ? exampleCall(run, maker.name) : null;
  const parsed = text === null ? null : parseExpression(text);
  if (text === null || !parsed) return null;
  const undo = run.mark();
  try {
    const value = run.inFile(parsed.file, maker.node, () => evaluate(run, parsed.node, parsed.file.scope, { yielded: null }));
    const instance = maker.modelOf(value);
    if (instance) return { instance, arguments: [{ name: 'call', value: text, source: 'as the file calls it' }] };
  } catch (error) {
    if (!(error instanceof Raised) || error.typeName === 'NotImplementedError') throw error;
  }
  undo();
  return null;
}

function called(run: Interpreter, maker: Maker, configs: ReadonlyMap<string, DefaultConfig>): Made {
  const keywords = new Map<string, Value>();
  const positional: Value[] = [];
  for (const parameter of maker.parameters.filter(isRequired)) {
    const value = configs.get(parameter.name)?.value ?? run.open.chosen(parameter.name) ?? symbolic(run, parameter, maker);
    if (parameter.kind === 'positional-only') positional.push(value);
    else keywords.set(parameter.name, value);
  }
  const result = callValue(run, maker.value, { positional, keywords, node: maker.node, isMadeUp: true }, null);
  return { instance: maker.modelOf(result), arguments: describe(run, maker.parameters, keywords, configs) };
}

export const isRequired = ({ default: value, kind }: ParameterDefinition): boolean =>
  !value && kind !== 'rest' && kind !== 'keywords';

/** A value for a required argument that nothing in the file gives: a symbol of its name where it can be a size. */
function symbolic(run: Interpreter, { name, annotation: type }: ParameterDefinition, { file, node }: Maker): Value {
  const annotation = type && file ? file.tree.textOf(type).replace(/\s/g, '') : '';
  const notKnown = () => run.unknown(`The argument '${name}' is not given in this file.`, node);
  if (annotation === '') return run.open.stand(int(symbol(name)), name, 'any');
  if (/^(int|float|Union\[int|Optional\[int|int\||Number)/.test(annotation))
    return run.open.stand(int(symbol(name)), name, 'number');
  if (annotation === 'str') return run.open.stand(string(name), name, 'text');
  if (text.test(annotation)) return run.open.stand(notKnown(), name, 'text');
  return configName.test(name) ? run.open.named(name) : notKnown();
}

/** What may be a text. */
const text = /^(typing\.)?(Optional\[str\]|str\|None|(Optional\[)?(typing\.)?(Literal\[[^\]]*\]|Union\[str,\w+\]))/;

/** The arguments of a call, for the reader. */
export function describe(
  run: Interpreter,
  parameters: readonly ParameterDefinition[],
  given: ReadonlyMap<string, Value> = new Map(),
  configs: ReadonlyMap<string, DefaultConfig> = new Map(),
): EntryArgument[] {
  return parameters.flatMap((parameter) => {
    if (parameter.kind === 'rest' || parameter.kind === 'keywords') return [];
    const config = configs.get(parameter.name);
    if (config) return [{ name: parameter.name, value: config.text, source: config.source }];
    const value = given.get(parameter.name) ?? parameter.default ?? none;
    const source = run.open.chosen(parameter.name) ? 'not given: one that the code names' : 'not given: kept as a symbol';
    return [
      {
        name: parameter.name,
        value: formatValue(value) ?? (value.kind === 'class' ? value.name : value.kind === 'unknown' ? '?' : value.kind),
        source: given.has(parameter.name) ? source : 'default',
      },
    ];
  });
}
