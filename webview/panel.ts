import type { Charts, FileReport, ToWebview } from '../language-server/protocol.js';
import { button, element } from './elements.js';
import type { Host } from './host.js';
import type { PanelState } from './panel-state.js';
import type { Actions, PanelView, Section } from './panel-view.js';
import { assumptionsSection } from './sections/assumptions.js';
import { circleSection } from './sections/circle.js';
import { depthChartsSection } from './sections/depth-charts.js';
import { emptyState } from './sections/empty-state.js';
import { findingsSection } from './sections/findings.js';
import { layerTableSection } from './sections/layer-table.js';
import { phasePlaneSection } from './sections/phase-plane.js';
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
  #state: PanelState;
  #received: { file: string; version: number; report: FileReport } | null = null;
  #charts: { model: number; charts: Charts } | null = null;

  constructor(root: HTMLElement, host: Host) {
    this.#host = host;
    this.#state = host.saved;
    const actions = this.#actions();
    this.#sections = [
      verdictSection(actions),
      findingsSection(actions),
      layerTableSection(actions),
      depthChartsSection(actions),
      phasePlaneSection(actions),
      spectrumSection(actions),
      circleSection(actions),
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
    for (const section of this.#sections) section.show(view);
  }

  #receiveReport({ file, version, report, model }: Extract<ToWebview, { type: 'report' }>): void {
    const other = this.#received?.file !== file || this.#state.model !== model;
    if (other) this.#charts = null;
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
    this.redraw();
  }

  #view(): PanelView | null {
    const model = this.#received?.report.models[this.#state.model];
    if (!this.#received || !model) return null;
    const charts = this.#charts?.model === this.#state.model ? this.#charts.charts : null;
    const { file, report } = this.#received;
    return { file, report, model, modelIndex: this.#state.model, charts, state: this.#state, palette: readPalette() };
  }

  #actions(): Actions {
    return {
      selectModel: (model) => {
        if (!this.#received?.report.models[model]) return;
        this.#remember({ model });
        this.#host.send({ type: 'selectModel', model });
        this.redraw();
      },
      revealLayer: (layer) => this.#host.send({ type: 'revealLayer', model: this.#state.model, layer }),
      revealFinding: (finding) => this.#host.send({ type: 'revealFinding', model: this.#state.model, finding }),
      revealUnknown: (unknown) => this.#host.send({ type: 'revealUnknown', model: this.#state.model, unknown }),
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
