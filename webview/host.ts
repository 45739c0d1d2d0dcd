import type { FromWebview, ToWebview } from '../language-server/protocol.js';
import { readMessage } from './message-guard.js';
import { type PanelState, readState } from './panel-state.js';

/** The way to and from whoever shows this page: typed messages and a small saved state. */
export interface Host {
  send(message: FromWebview): void;
  save(state: PanelState): void;
  saved: PanelState;
  listen(receive: (message: ToWebview) => void): void;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

/** VS Code as the host; in a plain browser page nobody answers, but nothing breaks. */
export function connectHost(): Host {
  const api = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : null;
  return {
    send: (message) => api?.postMessage(message),
    save: (state) => api?.setState(state),
    saved: readState(api?.getState()),
    listen: (receive) =>
      window.addEventListener('message', ({ data }) => {
        const message = readMessage(data);
        if (message) receive(message);
      }),
  };
}
