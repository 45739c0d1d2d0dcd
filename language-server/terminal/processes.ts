import { type ChildProcess, fork } from 'node:child_process';

/** Processes that share work: each does one task after the other. */
export interface Processes<Task, Answer> {
  /** @throws Error where the process that does it ends before it has answered */
  run(task: Task): Promise<Answer>;
  close(): void;
}

interface Waiting<Task, Answer> {
  readonly task: Task;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Started when there is work for them, up to `most`.
 *
 * @param start a module and its arguments; it answers each message with one
 */
export function processes<Task extends object, Answer>(
  start: readonly [module: string, ...args: string[]],
  most: number,
): Processes<Task, Answer> {
  const [module, ...args] = start;
  const idle: ChildProcess[] = [];
  const busy = new Map<ChildProcess, Waiting<Task, Answer>>();
  const queue: Waiting<Task, Answer>[] = [];

  const open = (): ChildProcess => {
    const child = fork(module, args, { serialization: 'advanced' });
    child.on('message', (answer) => {
      const { resolve } = busy.get(child)!;
      busy.delete(child);
      idle.push(child);
      resolve(answer as Answer);
      next();
    });
    const lost = (reason: string) => {
      const waiting = busy.get(child);
      busy.delete(child);
      if (idle.includes(child)) idle.splice(idle.indexOf(child), 1);
      waiting?.reject(new Error(reason));
      next();
    };
    child.on('error', (error) => lost(error.message));
    child.on('exit', (code, signal) => lost(`a process of the analysis ended early (${signal ?? `code ${code}`})`));
    return child;
  };
  const next = () => {
    while (queue.length > 0 && (idle.length > 0 || busy.size < most)) {
      const child = idle.pop() ?? open();
      const waiting = queue.shift()!;
      busy.set(child, waiting);
      child.send(waiting.task);
    }
  };
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        queue.push({ task, resolve, reject });
        next();
      }),
    close() {
      for (const child of [...idle, ...busy.keys()]) child.disconnect();
    },
  };
}
