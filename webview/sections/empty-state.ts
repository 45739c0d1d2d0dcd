import type { FileReport } from '../../language-server/protocol.js';
import { element } from '../elements.js';
import { fileName } from '../file-name.js';

/** A file without a model: what stands in the way, if anything, and what would be recognised. */
export function emptyState({ file, problems }: FileReport): HTMLElement {
  const recognised = [
    'A class that derives from torch.nn.Module and has a forward method',
    'A variable that holds an nn.Sequential',
  ];
  return element(
    'section',
    { class: 'empty', 'aria-labelledby': 'empty-title' },
    element('h1', { id: 'empty-title' }, 'No model found'),
    element('p', {}, `Nothing in ${fileName(file) || 'this file'} is recognised as a neural network yet.`),
    problems.length > 0
      ? element('ul', { class: 'problems' }, ...problems.map(({ message }) => element('li', {}, message)))
      : null,
    element('h2', {}, 'What is recognised'),
    element('ul', {}, ...recognised.map((text) => element('li', {}, text))),
    element('p', {}, 'To analyse a class with certain arguments, write them above it:'),
    element('pre', {}, element('code', {}, '# meanfield: Net(hidden=256)\nclass Net(nn.Module): …')),
  );
}
