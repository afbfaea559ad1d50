/**
 * A real VS Code for the browser with an extension in it, on a copy of a folder: for the demo and for the tests.
 * Everything that it writes stays under one folder of its own; it ends with its whole process group.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeServer, python } from './setup.mjs';
import { Refusal, run } from './tools.mjs';

const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'files.autoSave': 'off',
  'git.autofetch': false,
  'remote.autoForwardPorts': false,
  'typescript.disableAutomaticTypeAcquisition': true,
};

/** Installs the VSIX as a user would; returns the folder for `start`. */
export function install(vsix, home) {
  const { node, entry } = codeServer();
  const extensions = join(home, 'extensions');
  rmSync(extensions, { recursive: true, force: true });
  run(node, [entry, '--extensions-dir', extensions, '--user-data-dir', join(home, 'data'), '--install-extension', vsix], { env: ownEnv(home) });
  return extensions;
}

/**
 * Starts VS Code on a copy of `folder` (none is left from an earlier run) and waits until it answers.
 * Returns its address, the copy, `page(file)`, the address with a file of the copy open, and `stop`.
 */
export async function start({ home, folder, extensions, settings = {} }) {
  const { node, entry } = codeServer();
  const workspace = join(home, 'workspace');
  for (const old of [workspace, join(home, 'data')]) rmSync(old, { recursive: true, force: true });
  cpSync(folder, workspace, { recursive: true });
  mkdirSync(join(home, 'data/User'), { recursive: true });
  writeFileSync(join(home, 'data/User/settings.json'), JSON.stringify({ ...QUIET, ...settings }, undefined, 2));

  const port = await freePort();
  const logFile = join(home, 'server.log');
  const log = openSync(logFile, 'w');
  const child = spawn(node, [
    entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--user-data-dir', join(home, 'data'), '--extensions-dir', extensions,
    '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override', workspace,
  ], { detached: true, stdio: ['ignore', log, log], env: ownEnv(home) });
  const stop = () => stopGroup(child);

  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 30_000;
  while (!(await answers(`${url}/healthz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Refusal(`code-server did not start:\n${readFileSync(logFile, 'utf8')}`);
    }
    await sleep(100);
  }
  const page = (file) => {
    const payload = [['openFile', `vscode-remote://127.0.0.1:${port}${join(workspace, file)}`]];
    return `${url}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  };
  return { url, workspace, page, stop, authority: `127.0.0.1:${port}` };
}

/** Sockets, caches and histories go with the folder; the Python of .venv is the first on the PATH. */
function ownEnv(home) {
  const own = { HOME: join(home, 'home'), TMPDIR: join(home, 'tmp'), XDG_RUNTIME_DIR: join(home, 'tmp') };
  for (const folder of Object.values(own)) mkdirSync(folder, { recursive: true });
  return { LANG: 'C.UTF-8', PATH: `${dirname(python())}${delimiter}${process.env.PATH}`, ...own };
}

const answers = (url) => fetch(url).then((response) => response.ok, () => false);

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

async function stopGroup(child) {
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {} // it is gone
  };
  const exited = new Promise((resolve) => child.once('exit', resolve));
  signal('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await Promise.race([exited, sleep(5000, undefined, { ref: false })]);
  signal('SIGKILL');
}
