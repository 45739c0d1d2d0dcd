import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Network } from '../network/graph.js';
import type { Simulated, SimulateOptions } from '../simulation/simulate.js';

export interface SimulationTask {
  readonly network: Network;
  readonly options: SimulateOptions;
}

export type SimulationAnswer =
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'result'; readonly simulated: Simulated | null };

/** Runs a simulation beside the door that asks for it. */
export interface Simulator {
  /** @returns `null` where the network is too large, or the signal ended it */
  run(task: SimulationTask, progress: (done: number) => void, signal: AbortSignal): Promise<Simulated | null>;
}

/** @param folder where the bundle of the worker stands */
export function threadSimulator(folder: string): Simulator {
  return {
    run: (task, progress, signal) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(join(folder, 'simulation.js'), { workerData: cloneable(task) });
        const end = (settle: () => void) => {
          signal.removeEventListener('abort', abort);
          settle();
          void worker.terminate();
        };
        const abort = () => end(() => resolve(null));
        signal.addEventListener('abort', abort);
        worker.on('message', (answer: SimulationAnswer) => {
          if (answer.type === 'progress') progress(answer.done);
          else end(() => resolve(answer.simulated));
        });
        worker.on('error', (error) => end(() => reject(error)));
        worker.on('exit', () => end(() => resolve(null)));
        if (signal.aborted) abort();
      }),
  };
}

/** The graph alone: what walks and initializers of the program left behind is not simulated. */
function cloneable({ network, options }: SimulationTask): SimulationTask {
  const { name, entry, framework, location, layers, nodes, outputs } = network;
  return { network: { name, entry, framework, location, arguments: [], unknown: [], layers, nodes, outputs }, options };
}
