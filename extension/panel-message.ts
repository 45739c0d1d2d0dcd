import type { FromWebview } from '../language-server/protocol.js';

/** The message if it is one that the host answers, rebuilt from its known fields; `null` for everything else. */
export function readPanelMessage(data: unknown): FromWebview | null {
  if (typeof data !== 'object' || data === null || !('type' in data)) return null;
  const model = 'model' in data ? data.model : undefined;
  const layer = 'layer' in data ? data.layer : undefined;
  const finding = 'finding' in data ? data.finding : undefined;
  const unknown = 'unknown' in data ? data.unknown : undefined;
  switch (data.type) {
    case 'ready':
    case 'retry':
    case 'showOutput':
    case 'cancelSimulation':
      return { type: data.type };
    case 'selectModel':
      return isIndex(model) ? { type: 'selectModel', model } : null;
    case 'simulate':
      return isIndex(model) ? { type: 'simulate', model } : null;
    case 'revealLayer':
      return isIndex(model) && isIndex(layer) ? { type: 'revealLayer', model, layer } : null;
    case 'revealFinding':
      return isIndex(model) && isIndex(finding) ? { type: 'revealFinding', model, finding } : null;
    case 'revealUnknown':
      return isIndex(model) && isIndex(unknown) ? { type: 'revealUnknown', model, unknown } : null;
    default:
      return null;
  }
}

/** The place that a panel showed before the window was reloaded, from the state that its page saved. */
export function readSavedTarget(state: unknown): { uri: string; model: number } | null {
  if (typeof state !== 'object' || state === null || !('file' in state) || typeof state.file !== 'string') return null;
  const model = 'model' in state && isIndex(state.model) ? state.model : 0;
  return { uri: state.file, model };
}

const isIndex = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
