/**
 * What the scripts share: the project's folder, running a program, and the one sentence that a person reads
 * when something cannot be had. Needs Node's own modules only, for it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const windows = process.platform === 'win32';

/** Its message is a sentence for the person at the terminal; no stack trace helps. */
export class Refusal extends Error {}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs a program to its end with its output shown; true if it succeeded. */
export function show(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options }).status === 0;
}

/** Runs a program to its end without a word and returns what it printed; a failure shows all of it. */
export function run(program, args, options = {}) {
  const result = attempt(program, args, options);
  if (!result.ok) {
    throw new Refusal(`${[program, ...args].join(' ')} failed:\n${result.output.trim() || 'it could not be started'}`);
  }
  return result.output;
}

/** Runs a program to its end; a failure is an answer, too. */
export function attempt(program, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28, ...options,
  });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}` };
}

/** npm by the one that started us, else by the PATH; the scripts of what it installs stay unrun unless asked for. */
export function npm(args, options = {}) {
  const started = process.env.npm_execpath;
  const command = started?.endsWith('npm-cli.js') ? [process.execPath, started] : ['npm'];
  return run(command[0], [...command.slice(1), ...args], { shell: windows && command.length === 1, ...options });
}

/** Does the work unless its stamp says that it was done from the same words. */
export function once(stamp, words, work) {
  const key = digest(words);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  rmSync(stamp, { force: true });
  work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
}

/** Writes the file whole or not at all, and not where it says that already: another run may be reading it. */
export function put(file, content) {
  if (existsSync(file) && readFileSync(file).equals(content)) return;
  writeFileSync(`${file}.${process.pid}`, content);
  renameSync(`${file}.${process.pid}`, file);
}

/** A folder of the user's cache, shared by all clones; `name` carries the version. */
export function piece(name, make) {
  const base = process.env.XDG_CACHE_HOME || (windows && process.env.LOCALAPPDATA) || join(homedir(), '.cache');
  return whole(join(base, 'pprof-lens', name), make);
}

/** A folder in `place`, made of these words; what was made there of others goes. */
export function built(place, words, make) {
  const key = digest(words).slice(0, 16);
  const folder = join(place, key);
  if (existsSync(folder)) return folder;
  whole(folder, make);
  const others = readdirSync(place).filter((name) => name !== key && !name.includes('.making-'));
  for (const name of others) rmSync(join(place, name), { recursive: true, force: true });
  return folder;
}

const digest = (words) => createHash('sha256').update(words.join('\0')).digest('hex');

/** The folder, made whole or not at all: any number of runs may make it at the same time. */
function whole(folder, make) {
  if (existsSync(folder)) return folder;
  const making = `${folder}.making-${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  try {
    make(making);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // another run was quicker
  }
  return folder;
}

/** Runs `body` if this module is the one that was started. */
export async function main(url, body) {
  if (url !== pathToFileURL(process.argv[1] ?? '').href) return;
  try {
    await body(process.argv.slice(2));
  } catch (error) {
    say(error instanceof Refusal ? error.message : error.stack);
    process.exitCode = 1;
  }
}
