import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from '../simulation/simulate.js';
import type { SimulationAnswer, SimulationTask } from './simulation-thread.js';

/** The entry of dist/simulation.js: simulates one network in a thread of its own, which is ended to cancel it. */
const { network, options } = workerData as SimulationTask;
const post = (answer: SimulationAnswer) => parentPort?.postMessage(answer);

const drawn = simulate(network, options, (done) => {
  post({ type: 'progress', done });
  return true;
});
if (drawn === null) post({ type: 'result', simulated: null });
else {
  const { runs: _, ...simulated } = drawn;
  post({ type: 'result', simulated });
}
