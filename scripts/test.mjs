/**
 * Sets up what is missing and runs every check there is, or the stages that are named: `npm test -- python client`.
 * Goes on after a failure, sums up at the end, and says what was left out; under CI=true leaving out is failing.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fleetServers } from './fleet.mjs';
import { actionlint, chromium, codeServer, emacs, gopls, helix, nodeModules, python, venvProgram } from './setup.mjs';
import { main, Refusal, root, say } from './tools.mjs';

/** By name: a heading, what must be there first, and the commands, each with what reads its counts. */
const STAGES = {
  lint: ['Python: ruff and mypy', python, () => [
    check(venvProgram('ruff'), 'check', '.'),
    check(venvProgram('ruff'), 'format', '--check', '.'),
    check(python(), '-m', 'mypy'),
  ]],
  python: ['Python: tests, the protocol included', python, () => [pytest('--ignore=tests/neovim', '--ignore=tests/emacs', '--ignore=tests/gopls', '--ignore=tests/helix', '--ignore=tests/package', '--ignore=tests/protocol/fleet')]],
  typescript: ['TypeScript: tsc and eslint', nodeModules, () => [
    check(process.execPath, 'node_modules/typescript/bin/tsc'),
    check(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'web'),
    check(process.execPath, 'node_modules/eslint/bin/eslint.js', '.'),
  ]],
  client: ['Client: in the extension host of a real VS Code', realVsCode, () => [
    [tapCounts, process.execPath, 'tests/client/host.mjs'],
  ]],
  emacs: ['Emacs, with Eglot and lsp-mode', emacs, () => [pytest('tests/emacs')]],
  helix: ['Helix, in a terminal', () => process.env.HELIX ??= helix(), () => [pytest('tests/helix')]],
  neovim: ['Neovim', realNeovim, () => [pytest('tests/neovim')]],
  gopls: ['Neovim with gopls beside ours', () => process.env.GOPLS ??= gopls(), () => [pytest('tests/gopls')]],
  fleet: ['Fleet: Pyroscope and Parca themselves', () => Object.assign(process.env, fleetServers()), () => [pytest('tests/protocol/fleet/test_servers.py')]],
  workflows: ['Workflows: actionlint', actionlint, () => [check(actionlint())]],
  package: ['Package: the VSIX of this platform, the sdist, the notices', python, () => [
    check(process.execPath, 'scripts/notices.mjs', '--check'),
    check(process.execPath, 'scripts/package.mjs'),
    pytest('tests/package'),
  ]],
  web: ['Web: pages in a Chromium, and beside those of pprof', chromium, () => [
    [nodeTestCounts, process.execPath, '--test', '--test-reporter=spec', ...testsIn('web')],
  ]],
  demo: ['Demo: npm run demo -- --check', realVsCode, () => [check(process.execPath, 'scripts/demo.mjs', '--check')]],
  workbench: ['Workbench: the VSIX in a real VS Code', realVsCode, () => [
    [nodeTestCounts, process.execPath, '--test', '--test-reporter=spec', ...testsIn('workbench')],
  ]],
};

const check = (...command) => [exitCounts, ...command];
const pytest = (...args) => [pytestCounts, python(), '-m', 'pytest', ...args];

const testsIn = (folder) => readdirSync(join(root, 'tests', folder))
  .filter((name) => name.endsWith('.test.mjs'))
  .map((name) => join('tests', folder, name));

async function realVsCode() {
  codeServer();
  await chromium();
}

function realNeovim() {
  if (!venvProgram('nvim')) throw new Refusal(`there is no Neovim for ${process.platform}-${process.arch}`);
}

const NOTHING = { passed: 0, failed: 0, skipped: 0 };
const add = (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped });

const exitCounts = () => NOTHING;

function pytestCounts(output) {
  const closing = output.trimEnd().split('\n').at(-1);
  const count = (pattern) => Number(pattern.exec(closing)?.[1] ?? 0);
  return { passed: count(/(\d+) passed/), failed: count(/(\d+) failed/) + count(/(\d+) error/), skipped: count(/(\d+) skipped/) };
}

function tapCounts(output) {
  const count = (pattern) => output.match(pattern)?.length ?? 0;
  return { passed: count(/^ok /gm), failed: count(/^not ok /gm), skipped: 0 };
}

function nodeTestCounts(output) {
  const count = (name) => Number(new RegExp(`^\\S+ ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') };
}

/** Runs one command with its output shown; a command that ran no test and fails, or counts none, is one by itself. */
async function runCommand([counts, program, ...args]) {
  const { code, output } = await shown(program, args);
  const counted = counts(output);
  if (code !== 0 && counted.failed === 0) return { ...counted, failed: 1 };
  return code === 0 && counts === exitCounts ? { ...NOTHING, passed: 1 } : counted;
}

function shown(program, args) {
  const PATH = `${dirname(python())}${delimiter}${process.env.PATH}`;
  const child = spawn(program, args, { cwd: root, env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
    from.on('data', (data) => {
      output += data;
      to.write(data);
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

async function runStage(name) {
  const [heading, prepare, commands] = STAGES[name];
  process.stdout.write(`\n== ${heading}\n`);
  const started = Date.now();
  let counts = NOTHING;
  let left;
  try {
    await prepare();
    for (const command of commands()) counts = add(counts, await runCommand(command));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    left = error.message;
    say(`Left out: ${left}`);
  }
  return { heading, counts, left, seconds: (Date.now() - started) / 1000 };
}

function summary(results) {
  process.stdout.write('\n== Summary\n');
  for (const { heading, counts, left, seconds } of results) {
    const words = left ? `left out: ${left.split('\n')[0]}` : `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    process.stdout.write(`${heading.padEnd(52)} ${seconds.toFixed(0).padStart(4)} s  ${words}\n`);
  }
}

await main(import.meta.url, async (names) => {
  const unknown = names.find((name) => !(name in STAGES));
  if (unknown) throw new Refusal(`There is no stage ${unknown}; there are ${Object.keys(STAGES).join(', ')}.`);
  const results = [];
  for (const name of names.length ? names : Object.keys(STAGES)) results.push(await runStage(name));
  summary(results);
  const total = results.map(({ counts }) => counts).reduce(add);
  const left = results.filter((result) => result.left).length;
  const failed = total.failed + (process.env.CI === 'true' ? left : 0);
  process.stdout.write(`\n${total.passed} passed, ${failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}\n`);
  if (failed > 0 || total.passed === 0) process.exitCode = 1;
});
