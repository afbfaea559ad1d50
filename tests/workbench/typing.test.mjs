/**
 * Someone works on an annotated file: another branch is checked out under it and four hundred seeded keys are pressed,
 * in a real VS Code on a profile that the program itself wrote, and every figure stays with its code. What is looked at
 * is what a user sees: the lines on the screen.
 */
import { equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { here, makeVsix } from '../../scripts/package.mjs';
import { venvProgram } from '../../scripts/setup.mjs';
import { root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { annotated, command, hints, launch, line, open } from './page.mjs';

const FUNCTIONS = 12;
const PRESSES = 400;
const SEED = Number(process.env.SEED ?? 7);
const MARK = /marked (\d+|as their caller)/;

/** Nothing but what is typed comes into the text, and all of it is on the screen. */
const PLAIN = {
  'editor.fontSize': 8, 'editor.lineHeight': 11, 'editor.minimap.enabled': false, 'editor.codeLens': false, 'editor.autoIndent': 'none',
  'editor.formatOnType': false, 'editor.formatOnPaste': false, 'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false, 'editor.wordBasedSuggestions': 'off', 'editor.autoClosingBrackets': 'never',
  'editor.stickyScroll.enabled': false, 'editor.occurrencesHighlight': 'off', 'editor.bracketPairColorization.enabled': false,
  'editor.cursorBlinking': 'solid', 'editor.matchBrackets': 'never', 'editor.autoIndentOnPaste': false,
};

describe('working in VS Code', { timeout: 600_000 }, () => {
  let folder;
  let code;
  let browser;
  let page;
  let figures;

  before(async () => {
    mkdirSync(join(root, 'build/screenshots'), { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'pprof-lens-typing-'));
    writeProgram(folder);
    code = await start({
      folder,
      vsix: await makeVsix(here),
      // Mapped, as a file that was built elsewhere is found by its functions' lines, which are others on another branch.
      settings: (workspace) => ({ 'pprofLens.profile': join(workspace, 'heap.pprof'), 'pprofLens.pathMappings': { [folder]: workspace }, ...PLAIN }),
    });
    browser = await launch();
    page = await open(browser, code.page('main.go'));
    await hints(page).first().waitFor();
    figures = figuresByCode(await annotated(page));
    equal(figures.size, FUNCTIONS + 1);
  });

  after(async () => {
    await browser?.close();
    await code?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes the figures to a branch that is checked out and back', async () => {
    const main = join(code.workspace, 'main.go');
    const git = (...args) => execFileSync('git', ['-C', code.workspace, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { stdio: 'ignore' });
    git('init', '-b', 'main');
    git('add', 'main.go');
    git('commit', '-m', 'Keep memory');
    git('checkout', '-b', 'other');
    writeFileSync(main, onOtherBranch(readFileSync(main, 'utf8')));
    git('commit', '-a', '-m', 'Keep it otherwise');
    await line(page, 'the other branch').waitFor();
    await settles(page, figures, ['git checkout other']);
    await page.screenshot({ path: join(root, 'build/screenshots/other-branch.png') });
    git('checkout', 'main');
    await line(page, 'the other branch').waitFor({ state: 'detached' });
    await settles(page, figures, ['git checkout main']);
  });

  it('shows the same after a restart of the server', async () => {
    await command(page, 'Pprof Lens: Restart Server');
    await hints(page).first().waitFor({ state: 'detached' });
    await settles(page, figures, ['Restart']);
  });

  it('keeps every figure with its code through four hundred key presses', async () => {
    await page.locator('.editor-instance .view-lines').first().click();
    const choose = seeded(SEED);
    for (let presses = 0; presses < PRESSES;) {
      const keys = someKeys(choose);
      for (const key of keys) await (key.length > 1 ? page.keyboard.press(key) : page.keyboard.type(key));
      presses += keys.length;
      await settles(page, figures, keys);
    }
    await page.screenshot({ path: join(root, 'build/screenshots/typing.png') });
  });
});

const figuresByCode = (lines) => new Map(lines.filter(({ figure }) => figure).map(({ figure, code }) => [figure, code]));

/** The program with its functions further down and two of them changed places, one figure's line written anew and one gone. */
function onOtherBranch(program) {
  const [head, ...functions] = program.split(/^(?=func )/m);
  const [first, second, third, fourth, ...others] = functions;
  const renewed = third.replace('<< 10', '<< 11');
  const without = fourth.replace(/^.*marked.*\n/m, '');
  return [`// As it is on\n// the other branch.\n${head}`, second, first, renewed, without, ...others].join('');
}

/** Waits until what is on the screen is right; how it is wrong is the error. */
async function settles(page, figures, keys) {
  const deadline = Date.now() + 15_000;
  let wrong;
  do {
    wrong = whatIsWrong(await annotated(page), figures);
    if (!wrong) return;
    await page.waitForTimeout(100);
  } while (Date.now() < deadline);
  await page.screenshot({ path: join(root, 'build/screenshots/typing.png') });
  ok(false, `after ${keys.join(' ')}: ${wrong}`);
}

/** A figure without a mark stands on its line as it was, a marked one on a changed line; none is there twice or missing. */
function whatIsWrong(lines, figures) {
  const shown = lines.filter(({ figure }) => figure);
  const names = shown.map(({ figure }) => figure.replace('~', ''));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) return `${twice} is shown twice`;
  for (const { code, figure } of shown) {
    const line = figures.get(figure.replace('~', ''));
    if (line === undefined) return `${figure} is a figure of no line`;
    if (figure.startsWith('~') === (code === line)) return `${figure} stands on ${code}`;
  }
  for (const [figure, line] of figures) {
    const there = lines.filter(({ code }) => code === line);
    if (there.length > 0 && !there.some((at) => at.figure === figure)) return `${line} has lost ${figure}`;
    const marked = lines.filter(({ code }) => code.match(MARK)?.[0] === line.match(MARK)[0]);
    if (marked.length > 0 && !marked.some((at) => at.figure.replace('~', '') === figure)) return `${marked[0].code} has lost ${figure}`;
  }
  return undefined;
}

/** A few keys that belong together: going somewhere, and one edit. */
function someKeys(choose) {
  const away = Array(1 + choose(6)).fill(choose(2) ? 'ArrowDown' : 'ArrowUp');
  const edits = [
    () => ['End', 'x', 'y'],
    () => ['Home', 'z'],
    () => ['Enter'],
    () => ['Home', 'Enter'],
    () => ['End', 'Enter', 'a'],
    () => ['End', 'Delete'],
    () => ['Home', 'Home', 'Backspace'],
    () => ['Control+x', ...Array(1 + choose(8)).fill('ArrowDown'), 'Control+v'],
    () => ['Alt+ArrowDown', 'Alt+ArrowDown'],
    () => ['Alt+ArrowUp'],
    () => ['Control+Shift+k', 'Control+z'],
    () => ['Control+/'],
    () => ['Control+z', 'Control+z'],
    () => ['Control+z', 'Control+Shift+z'],
    () => ['Shift+ArrowDown', 'Shift+ArrowDown', 'Control+x', 'ArrowUp', 'ArrowUp', 'Control+v'],
  ];
  return [...away, ...edits[choose(edits.length)]()];
}

/** Numbers below a bound, the same for the same seed. */
function seeded(seed) {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** A Go program of functions that keep so much memory each, every one on a line unlike all others, and its heap profile. */
function writeProgram(folder) {
  const numbers = Array.from({ length: FUNCTIONS }, (_, i) => i);
  writeFileSync(join(folder, 'go.mod'), 'module example.com/typing\n\ngo 1.24\n');
  writeFileSync(join(folder, 'main.go'), `package main

import (
\t"os"
\t"runtime"
\t"runtime/pprof"
)

var kept [${FUNCTIONS}][]byte

${numbers.map((i) => `func keep${i}() {\n\tkept[${i}] = make([]byte, ${(i + 16) * 8} << 10) // marked ${i}\n}\n`).join('\n')}
var all = []func(){${numbers.map((i) => `keep${i}`).join(', ')}}

func main() {
\truntime.MemProfileRate = 1
\tfor _, keep := range all {
\t\tkeep() // marked as their caller
\t}
\truntime.GC()
\tfile, _ := os.Create("heap.pprof")
\t_ = pprof.WriteHeapProfile(file)
\t_ = file.Close()
}
`);
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GOPROXY: 'off' };
  execFileSync(venvProgram('go') ?? 'go', ['run', '-gcflags=-l', '.'], { cwd: folder, env });
}
