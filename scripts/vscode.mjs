/**
 * A real VS Code for the browser with an extension in it, on a copy of a folder: for the demo and for the tests.
 * Everything that it writes stays in one temporary folder, so any number can run at once; it ends with its whole process group.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeServer, python } from './setup.mjs';
import { Refusal, run } from './tools.mjs';

/** For a window that does not trust its folder, and does not ask. */
const RESTRICTED = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

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

/**
 * Starts VS Code on a copy of `folder`, with `vsix` installed as a user would, and waits until it answers.
 * `settings` are those of the user, and may depend on the copy's path; `restricted` leaves it untrusted, `path` is the PATH that it has. Returns the copy's path, `page(file, line)`, the
 * address with a file of the copy open, `configure`, which replaces the settings for pages opened later, and `stop`.
 */
export async function start({ folder, vsix, settings = () => ({}), restricted = false, path }) {
  const { node, entry } = codeServer();
  const home = mkdtempSync(join(tmpdir(), 'pprof-lens-'));
  const workspace = join(home, 'workspace', basename(folder));
  const env = { ...ownEnv(home), ...(path === undefined ? {} : { PATH: path }) };
  // VS Code asks a login shell for the environment of extensions, and the system's profile sets a PATH of its own.
  writeFileSync(join(env.HOME, '.profile'), `export PATH='${env.PATH}'\n`);
  const folders = ['--user-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')];
  cpSync(folder, workspace, { recursive: true });
  if (vsix) run(node, [entry, ...folders, '--install-extension', vsix], { env });
  mkdirSync(join(home, 'data/User'), { recursive: true });
  const configure = (own) => writeFileSync(join(home, 'data/User/settings.json'), JSON.stringify({ ...QUIET, ...(restricted ? RESTRICTED : {}), ...own }, undefined, 2));
  configure(settings(workspace));

  const port = await freePort();
  const logFile = join(home, 'server.log');
  const log = openSync(logFile, 'w');
  const child = spawn(node, [
    entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, ...folders,
    '--disable-telemetry', '--disable-update-check', ...(restricted ? [] : ['--disable-workspace-trust']),
    '--disable-getting-started-override', workspace,
  ], { detached: true, stdio: ['ignore', log, log], env });
  const stop = async () => {
    await stopGroup(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };

  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 90_000;
  while (!(await answers(`${url}/healthz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const words = readFileSync(logFile, 'utf8');
      await stop();
      throw new Refusal(`code-server did not start:\n${words}`);
    }
    await sleep(100);
  }
  const page = (file, line = 1) => {
    const payload = [['gotoLineMode', 'true'], ['openFile', `vscode-remote://127.0.0.1:${port}${join(workspace, file)}:${line}`]];
    return `${url}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  };
  return { url, workspace, page, configure, stop, authority: `127.0.0.1:${port}` };
}

/** Sockets, caches and histories go with the folder; the Python of .venv is the first on the PATH. */
function ownEnv(home) {
  const own = { HOME: join(home, 'home'), TMPDIR: join(home, 'tmp'), XDG_RUNTIME_DIR: join(home, 'tmp') };
  for (const folder of Object.values(own)) mkdirSync(folder, { recursive: true });
  const built = process.env.GOCACHE ?? join(homedir(), '.cache/go-build'); // else the server waits for the whole library
  return { LANG: 'C.UTF-8', GOCACHE: built, PATH: `${dirname(python())}${delimiter}${process.env.PATH}`, ...own };
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
    } catch {
      // it is gone
    }
  };
  const exited = new Promise((resolve) => child.once('exit', resolve));
  signal('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await Promise.race([exited, sleep(5000, undefined, { ref: false })]);
  signal('SIGKILL');
}
