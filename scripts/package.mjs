/**
 * Makes the VSIX: build/pprof-lens-<target>.vsix, of this platform if none is named, of every one with --all.
 * What goes in is copied into an empty folder by the list below, so nothing else can come along.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleExtension } from './client.mjs';
import { BUNDLE, bundleWeb } from './web.mjs';
import { checkFrozen, NOTICES } from './notices.mjs';
import { nativeFold, nativeSources, nodeModules, python } from './setup.mjs';
import { attempt, built, main, Refusal, root, run, say } from './tools.mjs';

/** pip's tags of each target; protobuf's compiled parser is abi3, so one wheel serves Python 3.10 and later. */
const WHEELS = {
  'linux-x64': ['cp', 'manylinux2014_x86_64'],
  'linux-arm64': ['cp', 'manylinux2014_aarch64'],
  'darwin-x64': ['cp', 'macosx_11_0_x86_64'],
  'darwin-arm64': ['cp', 'macosx_11_0_arm64'],
  'win32-x64': ['cp', 'win_amd64'],
  universal: ['py', 'any'],
};
export const here = `${process.platform}-${process.arch}` in WHEELS ? `${process.platform}-${process.arch}` : 'universal';

/** Where the frozen server is in an extension; the client looks there, too. */
const FROZEN = `server/frozen/pprof-lens${process.platform === 'win32' ? '.exe' : ''}`;

const SHIPPED = ['media', 'server/main.py', 'README.md', 'CHANGELOG.md', 'LICENSE', NOTICES];
const MANIFEST_LEFT_OUT = ['scripts', 'devDependencies', 'private'];

/** Makes one target's VSIX and returns its path. */
export async function makeVsix(target) {
  if (!(target in WHEELS)) throw new Refusal(`There is no target ${target}; there are ${Object.keys(WHEELS).join(', ')}.`);
  nodeModules();
  const stage = mkdtempSync(join(tmpdir(), 'pprof-lens-stage-'));
  const vsix = join(root, 'build', `pprof-lens-${target}.vsix`);
  try {
    await fill(stage, target);
    const { createVSIX } = await import('@vscode/vsce');
    const made = `${vsix}.${process.pid}`; // whole or not at all: another run may be installing it
    await quietly(() => createVSIX({
      cwd: stage,
      packagePath: made,
      target: target === 'universal' ? undefined : target,
      preRelease: process.env.PRERELEASE === 'true', // the shop's channel is written into the package
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    }));
    renameSync(made, vsix);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return vsix;
}

async function fill(stage, target) {
  for (const path of SHIPPED) cpSync(join(root, path), join(stage, path), { recursive: true });
  cpSync(join(root, 'server/pprof_lens'), join(stage, 'server/pprof_lens'), {
    recursive: true,
    filter: (path) => !basename(path).includes('.') && basename(path) !== '__pycache__' || /\.(py|typed)$/.test(path),
  });
  await bundleWeb();
  cpSync(BUNDLE, join(stage, 'server/pprof_lens/web/assets'), { recursive: true });
  const native = nativeFor(target);
  if (native) cpSync(native, join(stage, 'server/pprof_lens/profile', basename(native)));
  cpSync(libraries(target), join(stage, 'server/libs'), { recursive: true });
  const server = frozen(target);
  if (server) cpSync(server, join(stage, 'server/frozen'), { recursive: true });
  await bundleExtension(join(stage, 'dist/extension.js'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const key of MANIFEST_LEFT_OUT) delete manifest[key];
  writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest, undefined, 2));
}

/** What scripts/crossfold.py can compile for; Windows gets its fold from the release workflow. */
const CROSS_COMPILED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The native fold as this machine built it or compiled it for the target; without one the plain twin runs there. */
function nativeFor(target) {
  const interpreter = python();
  if (target === 'universal') return undefined;
  if (target === here) return nativeFold();
  if (!CROSS_COMPILED.includes(target)) {
    say(`${target} goes without the native fold, which its own system compiles; the slower one in plain Python runs there.`);
    return undefined;
  }
  const sources = ['scripts/crossfold.py', ...nativeSources()].map((path) => readFileSync(join(root, path), 'utf8'));
  try {
    const folder = built(join(root, 'build/native', target), sources, (making) => run(interpreter, [join(root, 'scripts/crossfold.py'), target, making]));
    return join(folder, '_fold.abi3.so');
  } catch (error) {
    say(`${target} goes without the native fold: ${error.message.split('\n')[0]}`);
    return undefined;
  }
}

/** The server with a Python of its own, as a folder; only a platform itself can freeze for itself. */
function frozen(target) {
  const interpreter = python();
  if (target === 'universal') return undefined;
  if (target !== here) {
    say(`${target} goes without the frozen server, which its own system makes; it needs a Python there.`);
    return undefined;
  }
  const sources = ['server', 'requirements-dev.txt'].flatMap((path) => filesIn(join(root, path))).filter((path) => /\.(py|pyx|pxi|txt|js|css)$/.test(path));
  let folder;
  try {
    folder = built(join(root, 'build/frozen'), sources.map((path) => readFileSync(path, 'utf8')), (making) => freeze(interpreter, making));
  } catch (error) {
    say(`${target} goes without the frozen server: ${error.message.split('\n')[0]}`);
    return undefined;
  }
  checkFrozen(join(folder, 'pprof-lens'));
  return join(folder, 'pprof-lens');
}

function freeze(interpreter, folder) {
  say('Freezing the server');
  const work = mkdtempSync(join(tmpdir(), 'pprof-lens-freezing-'));
  try {
    run(interpreter, ['-m', 'PyInstaller', '--noconfirm', '--clean', '--log-level', 'ERROR', '--onedir', '--name', 'pprof-lens',
      '--distpath', folder, '--workpath', work, '--specpath', work, '--paths', join(root, 'server'),
      '--collect-data', 'pprof_lens.web', '--hidden-import', 'google._upb._message', '--exclude-module', 'tkinter',
      ...(process.platform === 'linux' ? ['--strip'] : []),
      ...(process.env.SIGNING_IDENTITY ? ['--codesign-identity', process.env.SIGNING_IDENTITY] : []), join(root, 'server/main.py')],
    { env: { ...process.env, PYINSTALLER_CONFIG_DIR: work } });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).filter((name) => name !== '__pycache__').sort().flatMap((name) => filesIn(join(path, name)));
}

/** The bundled libraries of one target, fetched once for each set of pins. */
function libraries(target) {
  const pins = join(root, 'server/requirements.txt');
  const interpreter = python();
  return built(join(root, 'build/libs', target), [readFileSync(pins, 'utf8')], (making) => {
    say(`Fetching the server's libraries for ${target}`);
    const [implementation, platform] = WHEELS[target];
    run(interpreter, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--only-binary=:all:', '--python-version', '3.10',
      '--implementation', implementation, '--platform', platform, '--target', making, '-r', pins]);
    rmSync(join(making, 'bin'), { recursive: true, force: true });
  });
}

/** Fails unless the VSIX holds what it must; those that run here must also start and stop. */
export function checkVsix(vsix, target) {
  const folder = mkdtempSync(join(tmpdir(), 'pprof-lens-vsix-'));
  try {
    run(python(), ['-m', 'zipfile', '-e', vsix, folder]);
    const extension = join(folder, 'extension');
    const parser = readdirSync(join(extension, 'server/libs/google'), { recursive: true }).some((path) => /_message\..*(so|pyd)$/.test(path));
    if (parser !== (target !== 'universal')) throw new Refusal(`${basename(vsix)} holds the wrong protobuf.`);
    if (target === here || target === 'universal') startsAndStops([python(), '-I', '-S', join(extension, 'server/main.py')]);
    const program = join(extension, FROZEN);
    if (target === here && existsSync(program)) {
      chmodSync(program, 0o755); // Python's zipfile forgets modes; VS Code does not
      startsAndStops([program]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says to the packed server what an editor says first and last, all in one go. */
function startsAndStops([program, ...args]) {
  const words = ['initialize', 'shutdown', 'exit'].map((method, index) => {
    const params = method === 'initialize' ? { processId: null, rootUri: null, capabilities: {} } : undefined;
    const body = JSON.stringify({ jsonrpc: '2.0', method, params, ...(method !== 'exit' && { id: index }) });
    return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  });
  const { ok, output } = attempt(program, [...args, 'lsp'], { stdio: 'pipe', input: words.join('') });
  if (!ok || !output.includes('"capabilities"')) throw new Refusal(`The packed server does not start:\n${output}`);
}

/** vsce prints its advice to the console; a failure says what matters itself. */
async function quietly(work) {
  const { log, info, warn } = console;
  Object.assign(console, { log() {}, info() {}, warn() {} });
  try {
    await work();
  } finally {
    Object.assign(console, { log, info, warn });
  }
}

await main(import.meta.url, async (args) => {
  const { values } = parseArgs({ args, options: { target: { type: 'string' }, all: { type: 'boolean' } } });
  mkdirSync(join(root, 'build'), { recursive: true });
  for (const target of values.all ? Object.keys(WHEELS) : [values.target ?? here]) {
    const vsix = await makeVsix(target);
    checkVsix(vsix, target);
    say(`${vsix}: checked`);
  }
});
