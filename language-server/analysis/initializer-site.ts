import type { ConstructorEnd, InitializerSite, ModelReport } from '../protocol.js';
import { child, namedChildren, type SyntaxNode, type SyntaxTree } from '../source/syntax-tree.js';
import { classNamed, nameOf } from './class-named.js';

/** Where a fix can add an initialization loop: the end of the constructor of a model's class, also of a model that a factory makes. */
export function initializerSite(model: ModelReport, tree: SyntaxTree): InitializerSite | null {
  const end = constructorEnd(model.name, tree);
  const namespace = layerNamespace(model, tree);
  return end && namespace ? { ...end, namespace } : null;
}

/** Finds the end of the constructor of a class. */
export function constructorEnd(name: string, tree: SyntaxTree): ConstructorEnd | null {
  const definition = classNamed(name, tree);
  const method = definition && methodNamed(definition, '__init__', tree);
  const body = method && child(method, 'body');
  const statements = body ? namedChildren(body) : [];
  const last = statements.at(-1);
  const self = method && firstParameter(method, tree);
  if (!method || !last || !self) return null;
  // A `return` at the end would make what follows unreachable; a body beside the colon has no indentation of its own.
  const bodyLine = tree.lines.position(statements[0]!.start).line;
  if (last.type === 'return_statement' || bodyLine === tree.lines.position(method.start).line) return null;
  const indent = tree.text.slice(tree.lines.lineStart(bodyLine), statements[0]!.start);
  if (indent.trim() !== '') return null;
  const lineEnd = tree.text.includes('\r\n') ? '\r\n' : '\n';
  return { position: tree.lines.position(last.end), indent, lineEnd, self };
}

function methodNamed(definition: SyntaxNode, name: string, tree: SyntaxTree): SyntaxNode | null {
  const body = child(definition, 'body');
  const methods = (body?.children ?? []).map((node) => (node.type === 'decorated_definition' ? child(node, 'definition') : node));
  return methods.find((node) => node?.type === 'function_definition' && nameOf(node, tree) === name) ?? null;
}

function firstParameter(method: SyntaxNode, tree: SyntaxTree): string | null {
  const parameters = child(method, 'parameters');
  const first = parameters && namedChildren(parameters)[0];
  return first?.type === 'identifier' ? tree.textOf(first) : null;
}

/** What the file itself writes before the name of a layer type: `nn` of `nn.Linear(784, 256)`. */
export function layerNamespace({ layers }: ModelReport, tree: SyntaxTree): string | null {
  for (const { kind, range } of layers) {
    const text = tree.text.slice(tree.lines.offset(range.start), tree.lines.offset(range.end));
    const end = text.indexOf(`.${kind}(`);
    const namespace = text.slice(0, end);
    if (end > 0 && /^[A-Za-z_][\w.]*$/.test(namespace)) return namespace;
  }
  return null;
}
