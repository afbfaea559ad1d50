/** Which command starts the server. Looks at settings and the extension's folder; starts nothing itself. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commands, window, workspace, type LogOutputChannel } from 'vscode';
import type { Executable } from 'vscode-languageclient/node';
import { findInterpreter, runs } from './interpreter';

/** The command, or undefined where no Python can run the server; the user has then been told. `refused` did not start. */
export async function serverExecutable(extensionPath: string, log: LogOutputChannel, refused?: Executable): Promise<Executable | undefined> {
  const settings = workspace.getConfiguration('pprofLens');
  const [program, ...args] = settings.get<string[]>('server.command', []);
  if (program) {
    return { command: program, args };
  }
  const inCheckout = checkoutPython(extensionPath);
  if (inCheckout) {
    return { command: inCheckout, args: ['-m', 'pprof_lens', 'lsp', '--stdio'], options: { cwd: extensionPath } };
  }
  const setting = withWorkspaceFolder(settings.get<string>('interpreter', ''));
  if (!setting) {
    const frozen = await frozenServer(extensionPath, log, refused?.command);
    if (frozen) {
      return { command: frozen, args: ['lsp', '--stdio'], options: { cwd: extensionPath } };
    }
  }
  const { found, refused: unusable } = await findInterpreter(setting);
  unusable.forEach((reason) => { log.warn(reason); });
  if (!found) {
    void offerSettings('The server of Pprof Lens does not run on this system by itself, and there is no Python 3.10 or newer.', log);
    return undefined;
  }
  if (setting && unusable.length > 0) {
    void offerSettings('The Python of the setting pprofLens.interpreter is not usable; another one was taken.', log);
  }
  log.info(`Python ${found.version}: ${found.path}`);
  const main = join(extensionPath, 'server', 'main.py');
  return { command: found.path, args: ['-I', '-S', main, 'lsp', '--stdio'], options: { cwd: extensionPath } };
}

/** Python of the development environment, when the extension runs from the checkout: then nothing is bundled. */
function checkoutPython(extensionPath: string): string | undefined {
  if (existsSync(join(extensionPath, 'server', 'libs'))) {
    return undefined;
  }
  const python = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const path = join(extensionPath, '.venv', ...python);
  return existsSync(path) ? path : undefined;
}

/** Whether a Python is to be tried in its place, should it not start. */
export function isFrozen(extensionPath: string, { command }: Executable): boolean {
  return command === frozenProgram(extensionPath);
}

const frozenProgram = (extensionPath: string): string =>
  join(extensionPath, 'server', 'frozen', process.platform === 'win32' ? 'pprof-lens.exe' : 'pprof-lens');

/** The server that needs no Python, where the extension has one that runs here; why it does not is logged. */
async function frozenServer(extensionPath: string, log: LogOutputChannel, gone: string | undefined): Promise<string | undefined> {
  const program = frozenProgram(extensionPath);
  if (!existsSync(program)) {
    return undefined;
  }
  const { version, refused } = program === gone ? { refused: 'it ended at once.' } : await runs(program);
  if (version === undefined) {
    log.warn(`The server of this package does not run here, so a Python is looked for: ${refused ?? ''}`);
    tellOnce('The server that comes with Pprof Lens does not run on this system, so it runs under a Python of yours.', log);
    return undefined;
  }
  log.info(`${version}, with a Python of its own`);
  return program;
}

const told = new Set<string>();

/** A restart says nothing again. */
function tellOnce(message: string, log: LogOutputChannel): void {
  if (!told.has(message)) {
    told.add(message);
    void window.showWarningMessage(message, 'Show Log').then((choice) => { if (choice) { log.show(); } });
  }
}

function withWorkspaceFolder(path: string): string {
  return path.replaceAll('${workspaceFolder}', workspace.workspaceFolders?.[0]?.uri.fsPath ?? '');
}

async function offerSettings(message: string, log: LogOutputChannel): Promise<void> {
  const choice = await window.showErrorMessage(message, 'Open Settings', 'Show Log');
  if (choice === 'Open Settings') {
    await commands.executeCommand('workbench.action.openSettings', 'pprofLens.interpreter');
  } else if (choice === 'Show Log') {
    log.show();
  }
}
