/** Which Python runs the server. Runs candidates to ask their version, never through a shell; installs nothing. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PythonExtension } from '@vscode/python-extension';
import { extensions, workspace, type Disposable } from 'vscode';

const OLDEST = [3, 10] as const;
const TIME_LIMIT_MS = 10_000;
const ASK = ['-X', 'utf8', '-I', '-S', '-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3]); print(sys.executable)'];

export interface Interpreter {
  readonly path: string;
  readonly version: string;
}

export interface Search {
  readonly found?: Interpreter;
  /** Why the candidates before the found one were refused, a sentence each. */
  readonly refused: readonly string[];
}

type Candidate = readonly [command: string, ...args: string[]];

const ON_PATH: readonly Candidate[] = process.platform === 'win32'
  ? [['python3'], ['python'], ['py', '-3']]
  : [['python3'], ['python']];

/** The first Python 3.10 or newer of: the setting, the Python extension's, those on PATH. */
export async function findInterpreter(setting: string): Promise<Search> {
  const candidates: Candidate[] = setting ? [[setting]] : [];
  const chosen = await chosenInPythonExtension();
  if (chosen) {
    candidates.push([chosen]);
  }
  return firstUsable([...candidates, ...ON_PATH]);
}

export async function firstUsable(candidates: readonly Candidate[]): Promise<Search> {
  const refused: string[] = [];
  for (const candidate of candidates) {
    const answer = await ask(candidate);
    if (typeof answer !== 'string') {
      return { found: answer, refused };
    }
    refused.push(answer);
  }
  return { refused };
}

/** What a program says of its version, or why it does not run. */
export async function runs(program: string): Promise<{ readonly version?: string; readonly refused?: string }> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: TIME_LIMIT_MS, windowsHide: true });
    return { version: stdout.trim() };
  } catch (error) {
    return { refused: reason(error) };
  }
}

/** Calls `listener` whenever another interpreter is chosen in the Python extension. */
export async function onDidChooseInterpreter(listener: () => void): Promise<Disposable | undefined> {
  return (await pythonExtension())?.environments.onDidChangeActiveEnvironmentPath(listener);
}

async function ask([command, ...args]: Candidate): Promise<Interpreter | string> {
  try {
    const { stdout } = await promisify(execFile)(command, [...args, ...ASK], { timeout: TIME_LIMIT_MS, windowsHide: true });
    const [version = '', path = ''] = stdout.split(/\r?\n/);
    return isRecent(version) ? { path: path || command, version } : `${command} is Python ${version}.`;
  } catch (error) {
    return `${command} does not run: ${reason(error)}`;
  }
}

/** With what the program or the loader said of it, and the signal that ended it. */
function reason(error: unknown): string {
  const { signal } = error as { readonly signal?: string | null };
  return [...String(error).trim().split('\n', 2), signal ? `(${signal})` : ''].filter(Boolean).join(' ');
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Nothing in an untrusted workspace, where the choice may come from the workspace itself. */
async function chosenInPythonExtension(): Promise<string | undefined> {
  const python = workspace.isTrusted ? await pythonExtension() : undefined;
  if (!python) {
    return undefined;
  }
  const { environments } = python;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const environment = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
  return environment?.executable.uri?.fsPath;
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  const extension = extensions.getExtension<PythonExtension>('ms-python.python');
  try {
    return await extension?.activate();
  } catch {
    return undefined; // an extension that does not start is an extension that is not there
  }
}
