import type { Charts, FileReport, ToWebview } from '../language-server/protocol.js';
import { button, element } from './elements.js';
import type { Host } from './host.js';
import type { PanelState } from './panel-state.js';
import type { Actions, PanelView, Section, SimulationState } from './panel-view.js';
import { assumptionsSection } from './sections/assumptions.js';
import { circleSection } from './sections/circle.js';
import { depthChartsSection } from './sections/depth-charts.js';
import { emptyState } from './sections/empty-state.js';
import { findingsSection } from './sections/findings.js';
import { layerTableSection } from './sections/layer-table.js';
import { phasePlaneSection } from './sections/phase-plane.js';
import { simulationSection } from './sections/simulation.js';
import { skeleton } from './sections/skeleton.js';
import { spectrumSection } from './sections/spectrum.js';
import { verdictSection } from './sections/verdict.js';
import { readPalette } from './theme.js';

/** The page: what was received last, what the reader chose, and the sections that show it. */
export class Panel {
  readonly #host: Host;
  readonly #status = element('div', { class: 'status' });
  readonly #content = element('div', { class: 'content' });
  readonly #sections: Section[];
  readonly #simulationSection: Section;
  /** What shows charts that are computed after the report. */
  readonly #lateSections: Section[];
  #state: PanelState;
  #received: { file: string; version: number; report: FileReport } | null = null;
  #charts: { model: number; charts: Charts } | null = null;
  #simulation: SimulationState = { kind: 'none' };

  constructor(root: HTMLElement, host: Host) {
    this.#host = host;
    this.#state = host.saved;
    const actions = this.#actions();
    this.#simulationSection = simulationSection(actions);
    const depthCharts = depthChartsSection(actions);
    // Its button belongs to the charts in which its results appear.
    depthCharts.element.append(this.#simulationSection.element);
    this.#lateSections = [phasePlaneSection(actions), spectrumSection(actions), circleSection(actions)];
    this.#sections = [
      verdictSection(actions),
      findingsSection(actions),
      layerTableSection(actions),
      depthCharts,
      ...this.#lateSections,
      assumptionsSection(actions),
    ];
    this.#content.append(skeleton());
    root.replaceChildren(element('main', {}, this.#status, this.#content));
  }

  receive(message: ToWebview): void {
    switch (message.type) {
      case 'report':
        this.#receiveReport(message);
        break;
      case 'charts':
        this.#receiveCharts(message);
        break;
      case 'simulating':
        this.#receiveProgress(message);
        break;
      case 'simulation':
        this.#receiveSimulation(message);
        break;
      case 'stale':
        this.#showStale();
        break;
      case 'error':
        this.#showError(message.message);
        break;
      default:
        message satisfies never;
    }
  }

  /** Draws everything anew from what was received, for instance after a change of theme. */
  redraw(): void {
    const view = this.#view();
    if (!view) return;
    for (const section of [...this.#sections, this.#simulationSection]) section.show(view);
  }

  #receiveReport({ file, version, report, model }: Extract<ToWebview, { type: 'report' }>): void {
    const other = this.#received?.file !== file || this.#state.model !== model;
    if (other) this.#charts = null;
    // What was measured belongs to the model as it was.
    if (other || this.#received?.version !== version) this.#forgetSimulation();
    this.#received = { file, version, report };
    this.#remember({ file, model: Math.min(model, Math.max(0, report.models.length - 1)) });
    this.#clearStatus();
    const chosen = report.models[this.#state.model];
    document.title = chosen ? `${chosen.name}: meanfield` : 'meanfield';
    if (chosen) this.#content.replaceChildren(...this.#sections.map(({ element }) => element));
    else this.#content.replaceChildren(emptyState(report));
    this.redraw();
  }

  /** Charts of an older text or of another model come too late. */
  #receiveCharts({ version, model, charts }: Extract<ToWebview, { type: 'charts' }>): void {
    if (version !== this.#received?.version || model !== this.#state.model) return;
    this.#charts = { model, charts };
    const view = this.#view();
    // The rest stays as it is, for someone may just be clicking there.
    if (view) for (const section of this.#lateSections) section.show(view);
  }

  #receiveProgress({ model, done, draws }: Extract<ToWebview, { type: 'simulating' }>): void {
    if (model !== this.#state.model || this.#simulation.kind !== 'running') return;
    this.#simulation = { kind: 'running', done, draws };
    const view = this.#view();
    // Charts stay as they are while it runs.
    if (view) this.#simulationSection.show(view);
  }

  #receiveSimulation({ version, model, simulation, reason }: Extract<ToWebview, { type: 'simulation' }>): void {
    if (version !== this.#received?.version || model !== this.#state.model || this.#simulation.kind !== 'running') return;
    if (simulation) this.#simulation = { kind: 'done', simulation };
    else this.#simulation = reason === null ? { kind: 'none' } : { kind: 'failed', reason };
    this.redraw();
  }

  #forgetSimulation(): void {
    if (this.#simulation.kind === 'running') this.#host.send({ type: 'cancelSimulation' });
    this.#simulation = { kind: 'none' };
  }

  #view(): PanelView | null {
    const model = this.#received?.report.models[this.#state.model];
    if (!this.#received || !model) return null;
    const charts = this.#charts?.model === this.#state.model ? this.#charts.charts : null;
    const { file, report } = this.#received;
    const { model: modelIndex } = this.#state;
    return { file, report, model, modelIndex, charts, simulation: this.#simulation, state: this.#state, palette: readPalette() };
  }

  #actions(): Actions {
    return {
      selectModel: (model) => {
        if (!this.#received?.report.models[model]) return;
        this.#forgetSimulation();
        this.#remember({ model });
        this.#host.send({ type: 'selectModel', model });
        this.redraw();
      },
      revealLayer: (layer) => this.#host.send({ type: 'revealLayer', model: this.#state.model, layer }),
      revealFinding: (finding) => this.#host.send({ type: 'revealFinding', model: this.#state.model, finding }),
      revealUnknown: (unknown) => this.#host.send({ type: 'revealUnknown', model: this.#state.model, unknown }),
      simulate: () => {
        this.#simulation = { kind: 'running', done: 0, draws: null };
        this.#host.send({ type: 'simulate', model: this.#state.model });
        this.redraw();
      },
      cancelSimulation: () => {
        this.#forgetSimulation();
        this.redraw();
      },
      remember: (change) => {
        this.#remember(change);
        this.redraw();
      },
      rememberSection: (name, open) => this.#remember({ sections: { ...this.#state.sections, [name]: open } }),
      pointAt: (layer) => {
        for (const section of this.#sections) section.pointAt?.(layer);
      },
    };
  }

  #remember(change: Partial<PanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#host.save(this.#state);
  }

  #showStale(): void {
    if (!this.#received) return;
    this.#content.classList.add('stale');
    this.#content.setAttribute('aria-busy', 'true');
    this.#status.replaceChildren(
      element('p', { class: 'banner', role: 'status' }, 'Recomputing. What is shown belongs to the text before the last edit.'),
    );
  }

  /** The last good report stays, dimmed, below the message: an error must not take away what the reader was looking at. */
  #showError(message: string): void {
    this.#content.classList.toggle('stale', this.#received !== null);
    this.#content.removeAttribute('aria-busy');
    if (!this.#received) this.#content.replaceChildren();
    this.#status.replaceChildren(
      element(
        'section',
        { class: 'banner error', role: 'alert', 'aria-label': 'Analysis failed' },
        element('h1', {}, 'The analysis failed'),
        element('p', { class: 'message' }, message),
        element(
          'p',
          { class: 'buttons' },
          button('Retry', () => this.#host.send({ type: 'retry' }), { class: 'primary' }),
          button('Show output', () => this.#host.send({ type: 'showOutput' })),
        ),
      ),
    );
  }

  #clearStatus(): void {
    this.#content.classList.remove('stale');
    this.#content.removeAttribute('aria-busy');
    this.#status.replaceChildren();
  }
}
