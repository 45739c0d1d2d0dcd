import type { ModelReport, SimulatedPoint, Simulation } from '../../language-server/protocol.js';
import { button, element } from '../elements.js';
import { counted, showNumber } from '../number-format.js';
import type { Actions, PanelView, Section, SimulationState } from '../panel-view.js';

/** The referee: a button that draws random networks of the model and runs them, and what they say of the theory. */
export function simulationSection(actions: Actions): Section {
  const text = element('p', { class: 'muted', 'aria-live': 'polite' });
  const meter = element('progress', { 'aria-label': 'Networks drawn' });
  const buttons = element('p', { class: 'buttons' });
  const root = element('div', { class: 'simulation', role: 'group', 'aria-label': 'Simulation' }, buttons, meter, text);
  const start = button('Check by simulation', actions.simulate);
  const stop = button('Stop', actions.cancelSimulation, { class: 'quiet' });
  return {
    element: root,
    show({ simulation, model }: PanelView) {
      const running = simulation.kind === 'running';
      text.textContent = describe(simulation, model);
      meter.hidden = !running;
      meter.removeAttribute('value');
      if (running && simulation.draws !== null && simulation.done > 0) {
        meter.max = simulation.draws;
        meter.value = simulation.done;
      }
      start.textContent = simulation.kind === 'none' ? 'Check by simulation' : 'Check again';
      // Replacing a focused button by itself would take its focus away.
      const wanted = running ? stop : start;
      if (buttons.firstChild !== wanted) {
        const focused = buttons.contains(document.activeElement);
        buttons.replaceChildren(wanted);
        if (focused) wanted.focus();
      }
    },
  };
}

function describe(state: SimulationState, model: ModelReport): string {
  switch (state.kind) {
    case 'none':
      return 'Draws random networks of this model, runs them forwards and backwards on Gaussian inputs, and lays what it measures over the charts. Nothing of your code is run.';
    case 'running':
      return state.draws === null || state.done === 0 ? 'Drawing networks…' : `${state.done} of ${state.draws} networks`;
    case 'failed':
      return state.reason;
    case 'done':
      return [conditions(state.simulation), ...agreement(state.simulation, model), ...state.simulation.stops].join(' ');
  }
}

function conditions({ draws, width, mapSize }: Simulation): string {
  const at = width === 1 ? 'the width of the model' : `${showNumber(width)} of its width, where draws differ more`;
  const maps = mapSize === null ? '' : `, inputs of ${mapSize} × ${mapSize}`;
  return `Crosses in the charts: mean and one standard deviation over ${counted(draws, 'draw')} at ${at}${maps}.`;
}

/** The point where theory and measurement are farthest apart, in words. */
function agreement({ points }: Simulation, model: ModelReport): string[] {
  const parts = (['q', 'gradient'] as const).flatMap((which) => {
    const farthest = points.reduce<{ distance: number; index: number } | null>((most, point, index) => {
      const distance = distanceOf(point, which);
      return distance !== null && (most === null || distance > most.distance) ? { distance, index } : most;
    }, null);
    if (!farthest) return [];
    const at = model.propagation[farthest.index];
    const name = which === 'q' ? 'q' : 'the mean squared gradient';
    const spread = points[farthest.index]![which]!.deviation;
    const there = at?.path || at?.operation || 'a node';
    return [`${name} by a factor of ${factor(farthest.distance)} (at ${there}, where draws spread by ×/÷ ${factor(spread)})`];
  });
  return parts.length > 0 ? [`Theory and measurement differ at most in ${parts.join(' and in ')}.`] : [];
}

const factor = (log10: number): string => showNumber(Number((10 ** log10).toPrecision(2)));

function distanceOf(point: SimulatedPoint, which: 'q' | 'gradient'): number | null {
  const [measured, expected] = [point[which], point.expected[which]];
  return measured && expected !== null ? Math.abs(measured.mean - expected) : null;
}
