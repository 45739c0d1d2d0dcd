import { charts } from '../../language-server/analysis/charts.js';
import type { Charts, ModelReport } from '../../language-server/protocol.js';

/** The charts of a model, without a pause. */
export function drawCharts(model: ModelReport): Charts {
  const steps = charts(model);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
