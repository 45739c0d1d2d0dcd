import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

export type Source = { kind: 'text'; text: string } | { kind: 'unsuitable'; message: string };

/**
 * The text of a source file or of a stream.
 *
 * @throws the system's error if the file cannot be read
 */
export async function readSource(from: string | Readable): Promise<Source> {
  if (typeof from !== 'string') return decode(Buffer.concat(await from.toArray()));
  const entry = await stat(from);
  if (!entry.isFile() && !entry.isFIFO() && !entry.isCharacterDevice()) throw new Error('it is neither a file nor a directory');
  if (entry.size > largestBytes)
    return { kind: 'unsuitable', message: `The file has ${megabytes(entry.size)} MB: too large to be read.` };
  return decode(await readFile(from));
}

/** No model definition is this long; the analysis has a smaller limit of its own, in characters. */
const largestBytes = 20 * 2 ** 20;

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** UTF-8 as Python takes it by default; bytes that are not UTF-8 become �, so that other encodings cost a comment at most. */
function decode(bytes: Buffer): Source {
  const text = new TextDecoder('utf-8').decode(bytes);
  // Python refuses null bytes in source code, and every binary format has them near its start.
  if (text.includes('\0')) return { kind: 'unsuitable', message: 'This is not a text file: it has null bytes.' };
  return { kind: 'text', text };
}
