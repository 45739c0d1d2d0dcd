import { type ChildProcess, spawn } from 'node:child_process';

export interface Message {
  jsonrpc: '2.0';
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

/** Published diagnostics, as far as tests read them. */
export interface Published {
  uri: string;
  version?: number;
  diagnostics: { code?: string; message: string; severity: number; range: unknown; codeDescription?: { href: string } }[];
}

/** An editor that speaks raw JSON-RPC over the standard streams of a server, so that no client library stands between. */
export class Editor {
  readonly messages: Message[] = [];
  readonly exited: Promise<number | null>;
  private readonly process: ChildProcess;
  private buffer = Buffer.alloc(0);
  private nextId = 1;
  private wake: (() => void)[] = [];
  /** Answers to requests of the server, by method. */
  readonly answers = new Map<string, (params: unknown) => unknown>();
  /** URIs of the folders that are open when it starts. */
  folders: readonly string[] | null = null;

  constructor(entry: string, args: readonly string[] = ['--stdio']) {
    this.process = spawn(process.execPath, [entry, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.stdout!.on('data', (chunk: Buffer) => this.receive(chunk));
    this.exited = new Promise((resolve) => this.process.on('exit', resolve));
  }

  get pid(): number {
    return this.process.pid!;
  }

  async initialize(capabilities: object = {}, options?: unknown): Promise<Message> {
    const answer = await this.request('initialize', {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: this.folders?.map((uri) => ({ uri, name: uri })) ?? null,
      capabilities,
      ...(options === undefined ? {} : { initializationOptions: options }),
    });
    this.notify('initialized', {});
    return answer;
  }

  open(uri: string, text: string, version = 1): void {
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'python', version, text } });
  }

  change(uri: string, version: number, ...contentChanges: object[]): void {
    this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  notify(method: string, params: unknown): void {
    this.send({ jsonrpc: '2.0', method, params });
  }

  /** Sends a request; the answer comes with its result or its error. */
  async request(method: string, params?: unknown): Promise<Message> {
    return this.answer(this.ask(method, params));
  }

  /** Sends a request and gives its id at once. */
  ask(method: string, params?: unknown): number {
    const id = this.nextId++;
    this.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    return id;
  }

  answer(id: number): Promise<Message> {
    return this.until((message) => message.id === id && message.method === undefined);
  }

  /** The diagnostics of this version, once they are there. */
  async diagnostics(uri: string, version: number): Promise<Published> {
    const message = await this.until(({ method, params }) => {
      const published = params as Published;
      return method === 'textDocument/publishDiagnostics' && published.uri === uri && published.version === version;
    });
    return message.params as Published;
  }

  get published(): Published[] {
    return this.messages
      .filter(({ method }) => method === 'textDocument/publishDiagnostics')
      .map(({ params }) => params as Published);
  }

  async until(matches: (message: Message) => boolean, timeoutMs = 20_000): Promise<Message> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.messages.find(matches);
      if (found) return found;
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(
          `No such message within ${timeoutMs} ms; the last was ${JSON.stringify(this.messages.at(-1))?.slice(0, 300)}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  send(message: Message): void {
    const body = JSON.stringify(message);
    this.process.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  closeInput(): void {
    this.process.stdin!.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What is still on its way from the server gets no answer, and an answer on its way to it reaches nobody.
    this.process.stdout!.removeAllListeners('data');
    this.process.stdin!.on('error', () => {});
    this.process.kill('SIGKILL');
    await this.exited;
  }

  private receive(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const headerEnd = this.buffer.indexOf('\r\n\r\n');
      if (headerEnd < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.buffer.subarray(0, headerEnd).toString())?.[1]);
      if (this.buffer.length < headerEnd + 4 + length) return;
      const message = JSON.parse(this.buffer.subarray(headerEnd + 4, headerEnd + 4 + length).toString()) as Message;
      this.buffer = this.buffer.subarray(headerEnd + 4 + length);
      this.messages.push(message);
      if (message.method && message.id !== undefined)
        this.send({ jsonrpc: '2.0', id: message.id, result: this.answers.get(message.method)?.(message.params) ?? null });
      for (const wake of this.wake.splice(0)) wake();
    }
  }
}
