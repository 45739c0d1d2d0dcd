import { readdirSync, readFileSync } from 'node:fs';

/** Identifiers of the language servers that this extension host runs, read from Linux' /proc. */
export function serverProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        const parent = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
        return Number(parent) === process.pid && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('server.js');
      } catch {
        // It ended while it was looked at.
        return false;
      }
    });
}

/** Only Linux shows processes as files; elsewhere the tests that kill one are left out. */
export const canFindProcesses = process.platform === 'linux';
