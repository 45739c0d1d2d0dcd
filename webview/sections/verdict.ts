import { largestStack, lawWords } from '../../language-server/block-text.js';
import { standing } from '../../language-server/phase-text.js';
import type { BlockStack, DepthScale, ModelReport, Summary, Uncertainty } from '../../language-server/protocol.js';
import { element, symbol } from '../elements.js';
import { fileName } from '../file-name.js';
import { provenanceShares } from '../layer-facts.js';
import { counted, showDepth, showNumber, showPower } from '../number-format.js';
import type { Actions, Section } from '../panel-view.js';

/** The answer in one glance: which model, which phase, how deep the signal gets, how sure that is. */
export function verdictSection(actions: Actions): Section {
  const root = element('section', { class: 'verdict', 'aria-labelledby': 'verdict-title' });
  return {
    element: root,
    show({ report, model, modelIndex, file }) {
      root.replaceChildren(
        title(model, file, report.framework ?? model.framework),
        report.models.length > 1 ? modelPicker(report.models, modelIndex, actions) : '',
        element('p', { class: 'sentence' }, badge(model), element('span', {}, model.summary.verdict)),
        element('dl', { class: 'figures' }, ...figures(model.summary)),
        provenanceBar(model),
      );
    },
  };
}

function title(model: ModelReport, file: string, framework: string): HTMLElement {
  const called = model.entry && model.entry !== model.name ? ` · ${model.entry}` : '';
  const mode = model.summary.mode === 'train' ? 'training mode' : 'evaluation mode';
  return element(
    'header',
    {},
    element('h1', { id: 'verdict-title' }, modelName(model)),
    element('p', { class: 'muted' }, `${fileName(file)}${called} · ${framework} · ${mode}`),
  );
}

function modelPicker(models: ModelReport[], chosen: number, actions: Actions): HTMLElement {
  const options = models.map((model, index) =>
    element(
      'option',
      { value: index, selected: index === chosen },
      model.entry && model.entry !== model.name ? `${modelName(model)} · ${model.entry}` : modelName(model),
    ),
  );
  const select = element('select', { id: 'model' }, ...options);
  select.addEventListener('change', () => actions.selectModel(Number(select.value)));
  return element('p', { class: 'picker' }, element('label', { for: 'model' }, `Model (${models.length})`), select);
}

function badge(model: ModelReport): HTMLElement {
  const { symbol: sign, label, meaning } = standing(model);
  return element('strong', { class: `badge ${model.summary.phase ?? ''}`, title: meaning }, symbol(sign), label);
}

function figures(summary: Summary): HTMLElement[] {
  const { depth, trainableDepth, log10GradientRatio, log10SignalRatio, uncertainty, isometry, blocks } = summary;
  const stack = largestStack(blocks);
  return [
    ...change(summary),
    survival(trainableDepth, depth),
    figure('Weight gradient', ratio(log10GradientRatio, -1), 'first layer relative to the last'),
    figure('Output', ratio(log10SignalRatio, 1), 'second moment relative to the input'),
    stack
      ? figure(
          `${stack.count} blocks`,
          `×\u2009${showNumber(stack.chi)}`,
          `in each, from ${stack.last} back to ${stack.first}: ${stackMeaning(stack)}`,
        )
      : null,
    uncertainty ? draws(uncertainty) : null,
    isometry && isometry.score !== null
      ? figure('Isometry', showNumber(isometry.score), 'at 1 changes of the input pass alike in all directions')
      : null,
  ].filter((item) => item !== null);
}

/** How a layer changes gradients and differences; what the whole network does to gradients where it is no repetition of one layer. */
function change({ chi1, xiC, log10ActivationGradient }: Summary): HTMLElement[] {
  if (chi1 === null && xiC === null && log10ActivationGradient !== null)
    return [figure('Gradient', ratio(log10ActivationGradient, 1), 'squared, at the first layer relative to the last')];
  return [
    figure('χ₁', showNumber(chi1), 'growth of squared gradients in the typical layer'),
    figure('ξ_c', showDepth(xiC), 'layers that a difference between inputs survives'),
  ];
}

const stackMeaning = ({ law }: BlockStack): string =>
  law ? `squared gradients change ${lawWords[law]}` : 'factor on squared gradients';

/** What a seed changes: squared norms spread by twice as many decades as norms. */
const draws = ({ log10Gradient, trust }: Uncertainty): HTMLElement =>
  figure(
    'Seeds',
    `×/÷\u2009${showNumber(10 ** ((1.645 * log10Gradient) / 2))}`,
    `gradient norms of 90 % of the draws of the weights${trust ? `: ${trustWords[trust]}` : ''}`,
  );

const trustWords: Record<NonNullable<Uncertainty['trust']>, string> = {
  reliable: 'what is said here holds for single networks',
  'order-of-magnitude': 'take what is said here as orders of magnitude',
  'seed-dependent': 'the layers are narrow for this depth, and seeds differ by more than a factor of e',
};

const figure = (name: string, value: string, meaning: string, extra: HTMLElement | null = null): HTMLElement =>
  element(
    'div',
    {},
    element('dt', {}, name.startsWith('ξ_') ? subscripted(name) : name),
    element('dd', { class: 'value' }, value, extra),
    element('dd', { class: 'muted' }, meaning),
  );

const subscripted = (name: string) => element('span', {}, name.slice(0, 1), element('sub', {}, name.slice(2)));

/** How many of the layers the signal crosses: the trainable depth 6 ξ_c against the depth that is there. */
function survival(trainable: DepthScale, depth: number): HTMLElement {
  const reached = trainable === 'infinity' ? depth : trainable === null ? null : Math.min(depth, Math.floor(trainable));
  if (reached === null) return figure('Depth', String(depth), 'layers with weights on the longest path');
  const meter = element('meter', {
    min: 0,
    max: Math.max(depth, 1),
    value: reached,
    'aria-label': 'Layers that the signal survives',
  });
  return figure(
    'Signal survives',
    `${reached} of ${depth}`,
    `${depth === 1 ? 'layer' : 'layers'} with weights (6 ξ_c = ${showDepth(trainable)})`,
    meter,
  );
}

/** The report's gradient ratio is last by first; readers ask what is left at the first, so its sign turns. */
const ratio = (log10: number | null, sign: 1 | -1) => (log10 === null ? showNumber(null) : `×\u2009${showPower(sign * log10)}`);

function provenanceBar(model: ModelReport): HTMLElement {
  const shares = provenanceShares(model);
  const total = shares.code + shares.default + shares.unknown;
  const parts = [
    ['code', shares.code, 'from code'],
    ['default', shares.default, 'framework default'],
    ['unknown', shares.unknown, 'unknown'],
  ] as const;
  const bar = element('div', { class: 'shares', 'aria-hidden': 'true' });
  for (const [name, count] of parts) {
    if (count === 0) continue;
    const part = element('span', { class: `share ${name}` });
    part.style.flexGrow = String(count);
    bar.append(part);
  }
  const words = parts.map(([name, count, meaning]) =>
    element('li', {}, element('span', { class: `swatch ${name}`, 'aria-hidden': 'true' }), `${count} ${meaning}`),
  );
  return element(
    'div',
    { class: 'provenance' },
    element('p', {}, `Where ${counted(total, 'weight and bias distribution')} ${total === 1 ? 'comes' : 'come'} from`),
    bar,
    element('ul', {}, ...words),
  );
}

const modelName = ({ name }: ModelReport) => name || 'Unnamed model';
