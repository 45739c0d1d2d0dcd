import { type ClientCapabilities, type Connection, DidChangeConfigurationNotification } from 'vscode-languageserver';
import { defaultSettings, readSettings, type Settings } from '../settings.js';

/**
 * Settings of each document as the client has them: pulled by document where it can be asked, else those that it sent when it
 * started or with its last change, else the defaults.
 */
export class ClientSettings {
  private pulls = false;
  private registers = false;
  private pushed: Settings = defaultSettings;
  private readonly pulled = new Map<string, Promise<Settings>>();

  constructor(private readonly connection: Connection) {}

  initialize({ workspace }: ClientCapabilities, options: unknown): void {
    this.pulls = workspace?.configuration === true;
    this.registers = workspace?.didChangeConfiguration?.dynamicRegistration === true;
    this.pushed = readSettings(section(options));
  }

  /** Calls back after each change of settings. */
  watch(changed: () => void): void {
    if (this.registers)
      void this.connection.client.register(DidChangeConfigurationNotification.type, { section: 'meanfield' }).catch(() => {});
    this.connection.onDidChangeConfiguration(({ settings }) => {
      this.pulled.clear();
      if (settings) this.pushed = readSettings(section(settings));
      changed();
    });
  }

  of(uri: string): Promise<Settings> {
    if (!this.pulls) return Promise.resolve(this.pushed);
    const known = this.pulled.get(uri);
    if (known) return known;
    const settings = Promise.race([this.pull(uri), delay(answerMs).then(() => this.pushed)]);
    this.pulled.set(uri, settings);
    return settings;
  }

  forget(uri: string): void {
    this.pulled.delete(uri);
  }

  private async pull(uri: string): Promise<Settings> {
    try {
      return readSettings(await this.connection.workspace.getConfiguration({ scopeUri: uri, section: 'meanfield' }));
    } catch {
      return this.pushed;
    }
  }
}

/** A client that never answers must not keep its documents from being analysed. */
const answerMs = 1_000;

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

/** Some clients wrap the section in its name, others send its contents. */
function section(settings: unknown): unknown {
  return typeof settings === 'object' && settings !== null && 'meanfield' in settings ? settings.meanfield : settings;
}
