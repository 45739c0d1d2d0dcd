import {
  type Connection,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  type InitializeParams,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { placeOf } from '../analysis/places.js';
import type { Workbench } from './workbench.js';

/** The folders that are open in the editor, and what happens to their files outside of it. */
export class WorkspaceFiles {
  private readonly folders = new Set<string>();
  private registersWatchers = false;

  constructor(
    private readonly connection: Connection,
    private readonly workbench: Workbench,
  ) {}

  /** @returns what the client is asked to tell */
  initialize({
    capabilities: { workspace },
    workspaceFolders,
    rootUri,
  }: InitializeParams): NonNullable<ServerCapabilities['workspace']> {
    this.registersWatchers = workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    this.change((workspaceFolders ?? (rootUri ? [{ uri: rootUri }] : [])).map(({ uri }) => uri));
    return workspace?.workspaceFolders ? { workspaceFolders: { supported: true, changeNotifications: true } } : {};
  }

  watch(): void {
    this.connection.onDidChangeWatchedFiles(() => this.workbench.filesChanged());
    if (this.registersWatchers)
      void this.connection.client
        .register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: '**/*.py' }] })
        .catch(() => {});
    this.connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event: { added, removed } }) => {
      for (const { uri } of removed) this.folders.delete(placeOfFolder(uri));
      this.change(added.map(({ uri }) => uri));
      this.workbench.filesChanged();
    });
  }

  private change(added: readonly string[]): void {
    for (const uri of added) this.folders.add(placeOfFolder(uri));
    this.workbench.folders = [...this.folders];
  }
}

function placeOfFolder(uri: string): string {
  return placeOf(uri).replace(/(?<=.)\/$/, '');
}
