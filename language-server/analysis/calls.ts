import type { Location } from '../network/distribution.js';
import type { Network } from '../network/graph.js';
import type { CallReport } from '../protocol.js';
import { child, namedChildren, type SyntaxNode, type SyntaxTree } from '../source/syntax-tree.js';
import { nodeAt } from './node-at.js';
import { placeKey } from './reach/place-key.js';

/** The calls that make dropout and that initialize tensors, as they are written in the analysed file: what an edit may change. */
export function callsOf({ nodes, tensors = [] }: Network, file: string, tree: SyntaxTree): CallReport[] {
  const found = new Map<string, { location: Location; dimensions: (number | null)[] }>();
  const at = (location: Location | null) => {
    if (location?.file !== file) return null;
    const key = placeKey(location);
    const known = found.get(key) ?? { location, dimensions: [] };
    found.set(key, known);
    return known;
  };
  for (const { kind, location } of nodes) if (kind === 'dropout') at(location);
  for (const { parameter } of tensors) {
    const places = parameter.writes.flatMap(({ source }) => (source.kind === 'call' && at(source.location)) || []);
    for (const place of new Set(places)) place.dimensions.push(parameter.shape?.length ?? null);
  }
  return [...found.values()].flatMap(({ location, dimensions }) => {
    const call = nodeAt(location.range, 'call', tree);
    const callee = call && child(call, 'function');
    const list = call && child(call, 'arguments');
    if (!callee || list?.type !== 'argument_list') return [];
    const part = (node: SyntaxNode) => ({ text: tree.textOf(node), range: tree.lines.range(node.start, node.end) });
    return [
      {
        range: location.range,
        callee: part(callee),
        arguments: namedChildren(list).map((node) => argument(node, tree)),
        tensors: dimensions.length,
        dimensions: dimensions.includes(null) || dimensions.length === 0 ? null : Math.min(...(dimensions as number[])),
      },
    ];
  });
}

function argument(node: SyntaxNode, tree: SyntaxTree): CallReport['arguments'][number] {
  const isKeyword = node.type === 'keyword_argument';
  const name = isKeyword ? child(node, 'name') : null;
  const value = isKeyword ? child(node, 'value') : null;
  const { start, end } = value ?? node;
  return {
    name: name ? tree.textOf(name) : node.type.endsWith('splat') ? '*' : null,
    text: tree.text.slice(start, end),
    range: tree.lines.range(start, end),
  };
}
