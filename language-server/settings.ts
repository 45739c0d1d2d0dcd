import type { Severity } from './protocol.js';
import { rules } from './rules/index.js';

/** What a user can choose, resource by resource; `settingsSchema` holds names, defaults and descriptions. */
export interface Settings {
  readonly mode: 'train' | 'eval';
  readonly inputSecondMoment: number;
  /** Shape of the first tensor that models get, batch first; `null`: as the file shows. */
  readonly inputShape: readonly number[] | null;
  readonly rules: Readonly<Record<string, RuleLevel>>;
  readonly inlayHints: { readonly enabled: 'off' | 'problems' | 'all'; readonly maximumLength: number };
  readonly codeLens: { readonly enabled: boolean };
}

/** `auto` leaves the choice to the size of the effect over the model's actual depth. */
export type RuleLevel = 'auto' | 'off' | Severity;

const ruleLevels: readonly RuleLevel[] = ['auto', 'off', 'hint', 'information', 'warning', 'error'];

/** As in `contributes.configuration.properties` of package.json; a test holds them equal. */
export interface SettingSchema {
  readonly type: 'string' | 'boolean' | 'number' | 'integer' | 'object' | 'array';
  readonly scope: 'resource' | 'window';
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly items?: object;
  readonly properties?: Readonly<Record<string, object>>;
  readonly additionalProperties?: boolean;
}

export const settingsSchema: Readonly<Record<string, SettingSchema>> = {
  'meanfield.mode': {
    type: 'string',
    scope: 'resource',
    default: 'train',
    enum: ['train', 'eval'],
    markdownEnumDescriptions: [
      'As in the first step of training: dropout draws masks, batch normalization uses the batch.',
      'As after `model.eval()`: no dropout, batch normalization uses its initial running statistics.',
    ],
    markdownDescription: 'Mode in which signals and gradients are followed through the model.',
  },
  'meanfield.input.secondMoment': {
    type: 'number',
    scope: 'resource',
    default: 1,
    exclusiveMinimum: 0,
    markdownDescription:
      'Mean square of the entries of the input. Standardized features have `1`; pixels in [0, 1] have about `0.1` to `0.4`.',
  },
  'meanfield.input.shape': {
    type: 'array',
    scope: 'resource',
    default: [],
    items: { type: 'integer', minimum: 1 },
    markdownDescription:
      'Shape of the input with its batch, for instance `[4, 3, 96, 96]`. Empty: what a comment `# meanfield: input(4, 3, 96, 96)` says, else what the file calls the model with, else the `image_size` or `block_size` of its constructor, else 224 × 224 pixels for images, and 128 tokens where tokens attend to each other.',
  },
  'meanfield.rules': {
    type: 'object',
    scope: 'resource',
    default: {},
    additionalProperties: false,
    properties: Object.fromEntries(
      rules.map(({ id, title }) => [
        id,
        {
          type: 'string',
          enum: ruleLevels,
          default: 'auto',
          markdownDescription: `${title} [Documentation](${ruleDocumentation(id)})`,
        },
      ]),
    ),
    markdownDescription:
      'Severity of each rule. `auto` (the default) chooses by the size of the effect over the actual depth of the model; `off` silences the rule.',
  },
  'meanfield.inlayHints.enabled': {
    type: 'string',
    scope: 'resource',
    default: 'all',
    enum: ['off', 'problems', 'all'],
    markdownEnumDescriptions: [
      'No inlay hints.',
      'Only at layers that a finding is about.',
      'At every layer with weights whose variance is known.',
    ],
    markdownDescription: 'Inlay hints such as `σ_w² = 0.333, χ₁ = 0.167` after the call that makes a layer.',
  },
  'meanfield.inlayHints.maximumLength': {
    type: 'integer',
    scope: 'resource',
    default: 40,
    minimum: 8,
    maximum: 120,
    markdownDescription: 'Longer inlay hints are cut to this many characters; the tooltip keeps the whole text.',
  },
  'meanfield.codeLens.enabled': {
    type: 'boolean',
    scope: 'resource',
    default: true,
    markdownDescription: 'Show "Analyze initialization" with phase and trainable depth above each model.',
  },
};

export const defaultSettings: Settings = {
  mode: 'train',
  inputSecondMoment: 1,
  inputShape: null,
  rules: {},
  inlayHints: { enabled: 'all', maximumLength: 40 },
  codeLens: { enabled: true },
};

/** Reads the section `meanfield` as a client sends it. What is missing or malformed has its default. */
export function readSettings(section: unknown): Settings {
  const at = (path: string) =>
    path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), section);
  const secondMoment = at('input.secondMoment');
  const maximumLength = at('inlayHints.maximumLength');
  const codeLens = at('codeLens.enabled');
  return {
    mode: oneOf(['train', 'eval'], at('mode')) ?? defaultSettings.mode,
    inputSecondMoment:
      typeof secondMoment === 'number' && secondMoment > 0 && Number.isFinite(secondMoment)
        ? secondMoment
        : defaultSettings.inputSecondMoment,
    inputShape: readShape(at('input.shape')),
    rules: readRules(at('rules')),
    inlayHints: {
      enabled: oneOf(['off', 'problems', 'all'], at('inlayHints.enabled')) ?? defaultSettings.inlayHints.enabled,
      maximumLength:
        typeof maximumLength === 'number' && maximumLength >= 8 && maximumLength <= 120
          ? Math.floor(maximumLength)
          : defaultSettings.inlayHints.maximumLength,
    },
    codeLens: { enabled: typeof codeLens === 'boolean' ? codeLens : defaultSettings.codeLens.enabled },
  };
}

/** Page of a rule on the web: the target of the link on its diagnostics. */
export function ruleDocumentation(id: string): string {
  return `https://github.com/meanfield/meanfield/blob/main/docs/rules/${id}.md`;
}

function readShape(value: unknown): number[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > 6) return null;
  return value.every((size): size is number => Number.isInteger(size) && size > 0) ? value : null;
}

function readRules(value: unknown): Record<string, RuleLevel> {
  const levels: Record<string, RuleLevel> = {};
  if (!isRecord(value)) return levels;
  for (const { id } of rules) {
    const level = oneOf(ruleLevels, value[id]);
    if (level && level !== 'auto') levels[id] = level;
  }
  return levels;
}

function oneOf<T extends string>(choices: readonly T[], value: unknown): T | null {
  return choices.find((choice) => choice === value) ?? null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
