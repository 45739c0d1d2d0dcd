import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { loadAnalyzer } from './analysis/load-analyzer.js';
import { settleForTyping } from './server/engine.js';
import { threadSimulator } from './server/simulation-thread.js';
import { startServer } from './server.js';
import { version } from './version.js';

settleForTyping();
// The entry of dist/server.js, which VS Code starts over IPC; the WebAssembly files stand beside it.
startServer(createConnection(ProposedFeatures.all), (open) => loadAnalyzer(__dirname, open), version, threadSimulator(__dirname));
