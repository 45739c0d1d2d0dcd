// The least that an editor is: speaks the language server protocol with the built server over standard input and output.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Starts a server and initializes it. */
export async function startClient() {
  const child = spawn(process.execPath, [cli, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const client = new Client(child);
  await client.request('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  client.notify('initialized', {});
  return client;
}

class Client {
  #answers = new Map();
  #published = new Map();
  #lastId = 0;
  #buffer = Buffer.alloc(0);

  constructor(child) {
    this.child = child;
    child.stdout.on('data', (bytes) => this.#receive(bytes));
  }

  request(method, params) {
    const id = ++this.#lastId;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
    });
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  /** Opens a file and resolves when its first diagnostics are there. */
  async open(path) {
    const text = readFileSync(path, 'utf8');
    const document = { uri: pathToFileURL(path).href, version: 1, text };
    const published = this.#diagnostics(document.uri, 1);
    this.notify('textDocument/didOpen', { textDocument: { ...document, languageId: 'python' } });
    const { diagnostics } = await published;
    return { ...document, diagnostics };
  }

  /** Replaces a range and resolves when the diagnostics of that very version are there. */
  async edit(document, range, text) {
    document.version += 1;
    const published = this.#diagnostics(document.uri, document.version);
    const { uri, version } = document;
    this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ range, text }] });
    return published;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    await this.request('shutdown', null);
    this.notify('exit', null);
    await ended;
  }

  #diagnostics(uri, version) {
    return new Promise((resolve) => this.#published.set(`${uri} ${version}`, resolve));
  }

  #send(message) {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #receive(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, end))?.[1]);
      if (this.#buffer.length < end + 4 + length) return;
      const message = JSON.parse(this.#buffer.toString('utf8', end + 4, end + 4 + length));
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#dispatch(message);
    }
  }

  #dispatch(message) {
    if (message.method && message.id !== undefined) this.#send({ id: message.id, result: null });
    else if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    } else if (message.method === 'textDocument/publishDiagnostics') {
      const key = `${message.params.uri} ${message.params.version}`;
      this.#published.get(key)?.(message.params);
      this.#published.delete(key);
    }
  }
}
