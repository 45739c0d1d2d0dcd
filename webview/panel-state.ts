import { dictionary, flag, index, nullable, oneOf, optional, record, text } from './shape.js';

/** What survives a reload of the window: choices of the reader, never results. */
export interface PanelState {
  schema: 1;
  /** File and model that were shown, so that the host can open the panel again where it was. */
  file: string | null;
  model: number;
  sort: { column: SortColumn; descending: boolean } | null;
  problemsOnly: boolean;
  /** Charts show every operation instead of layers with weights alone. */
  everyOperation: boolean;
  /** The axis of singular values; by default what shows more of them. */
  logarithmicSpectrum?: boolean;
  /** Open or closed, by the name of a section. */
  sections: Record<string, boolean>;
}

export const sortColumns = ['path', 'kind', 'sigmaW2', 'sigmaB2', 'activation', 'q', 'c', 'chi1', 'gradient', 'source'] as const;
export type SortColumn = (typeof sortColumns)[number];

export const initialState: PanelState = {
  schema: 1,
  file: null,
  model: 0,
  sort: null,
  problemsOnly: false,
  everyOperation: false,
  sections: {},
};

/** The saved state if it is one of this version, else a fresh one. */
export const readState = (saved: unknown): PanelState =>
  isState(saved) ? { ...saved, sections: { ...saved.sections } } : { ...initialState };

const isState = record<PanelState>({
  schema: oneOf(1),
  file: nullable(text),
  model: index,
  sort: nullable(record<NonNullable<PanelState['sort']>>({ column: oneOf(...sortColumns), descending: flag })),
  problemsOnly: flag,
  everyOperation: flag,
  logarithmicSpectrum: optional(flag),
  sections: dictionary(flag),
});
