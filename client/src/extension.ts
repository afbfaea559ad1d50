/** Entry point: puts the parts together and starts the server. */

import { window, type ExtensionContext } from 'vscode';
import { Server } from './client';
import { registerCommands } from './commands';
import { restoreAfterRestart } from './restore';
import { StatusModel } from './status';
import { offerMissingCommit } from './views/missingCommit';
import { CallTree } from './views/callTree';
import { Heat } from './views/heat';
import { Leaks } from './views/leaks';
import { ProfileEditors } from './views/profileEditor';
import { Runs } from './views/runs';
import { createStatusBar } from './views/statusBar';
import { Top } from './views/top';

let server: Server | undefined;

export function activate(extension: ExtensionContext): void {
  const log = window.createOutputChannel('Pprof Lens', { log: true });
  const output = window.createOutputChannel('Pprof Lens: Go Test');
  server = new Server(extension, log);
  const status = new StatusModel(server);
  const callTree = new CallTree(server, status);
  const editors = new ProfileEditors(extension, server, log);
  const top = new Top(extension.extensionUri, server, status, log);
  extension.subscriptions.push(
    log, output, status, callTree, editors, top, new Leaks(status), new Runs(server), new Heat(server, status), createStatusBar(server, status),
    restoreAfterRestart(server, log), offerMissingCommit(status),
    server.onDidReceiveOutput(({ text }) => { output.append(text); }),
    registerCommands({ extension, log, output, server, status, callTree, editors, top }),
  );
  void server.restart();
}

export async function deactivate(): Promise<void> {
  await server?.dispose();
}
