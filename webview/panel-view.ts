import type { Charts, FileReport, ModelReport, Simulation } from '../language-server/protocol.js';
import type { PanelState } from './panel-state.js';
import type { Palette } from './theme.js';

/** All that a section needs to draw itself. */
export interface PanelView {
  file: string;
  report: FileReport;
  modelIndex: number;
  model: ModelReport;
  /** What is computed on demand; `null` until it arrives. */
  charts: Charts | null;
  simulation: SimulationState;
  state: PanelState;
  palette: Palette;
}

/** How far random networks of the shown model have been drawn and run. */
export type SimulationState =
  | { kind: 'none' }
  | { kind: 'running'; done: number; draws: number | null }
  | { kind: 'done'; simulation: Simulation }
  | { kind: 'failed'; reason: string };

/** What a section may ask for. */
export interface Actions {
  selectModel(model: number): void;
  revealLayer(layer: number): void;
  revealFinding(finding: number): void;
  revealUnknown(unknown: number): void;
  simulate(): void;
  cancelSimulation(): void;
  /** Keeps a choice and shows the page with it. */
  remember(change: Partial<PanelState>): void;
  /** Keeps which part is open; the part shows that itself. */
  rememberSection(name: string, open: boolean): void;
  /** Moves the common crosshair of charts and table to a layer; `null` takes it away. */
  pointAt(layer: number | null): void;
}

/** One part of the page. It keeps its element and fills it anew with each view. */
export interface Section {
  element: HTMLElement;
  show(view: PanelView): void;
  /** The layer under the common crosshair changed. */
  pointAt?(layer: number | null): void;
}
