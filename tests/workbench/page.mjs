/** A Chromium on the workbench, and what a person does and sees there. The selectors are VS Code's, in this one place. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium as playwright } from 'playwright-core';
import { chromium } from '../../scripts/setup.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb'];

/** A browser; the windows that `newPage` opens in it are 1400 by 900. */
export async function launch() {
  return playwright.launch({ executablePath: await chromium(), args: ARGS });
}

export async function open(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] });
  page.setDefaultTimeout(60_000);
  await page.goto(address);
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  await lines(page).first().waitFor();
  return page;
}

/** Runs a command by its title. A palette opened too early lacks the extension's commands, or an editor's focus closes it. */
export async function command(page, title) {
  await repeat(async (timeout) => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    await quickInput(page).fill(`>${title}`, { timeout });
    await focusedRow(page, title).waitFor({ timeout });
    await quickInput(page).press('Enter', { timeout });
  }, (timeout) => focusedRow(page, title).waitFor({ state: 'hidden', timeout }));
}

/** Picks what a list offers by what stands in it. */
export async function pick(page, words) {
  await picks(page).filter({ hasText: words }).first().waitFor();
  await quickInput(page).fill(words);
  await choose(page, words);
}

/** Takes the first row of a list once it is the right one: by key, as a list that is still drawn moves its rows from under the pointer. */
async function choose(page, words) {
  await focusedRow(page, words).waitFor();
  await quickInput(page).press('Enter');
}

const focusedRow = (page, words) => page.locator('.quick-input-widget .monaco-list-row.focused', { hasText: words });

/** Clicks until it is seen where that leads. */
export const click = (target, leadsTo) => repeat((timeout) => target.click({ timeout }), seen(leadsTo));

/** Presses a key until it is seen where that leads: VS Code closes a menu that opens while the cursor still moves. */
export const press = (page, key, leadsTo) => repeat(() => page.keyboard.press(key), seen(leadsTo));

/** Points at something, coming from the middle of the editor, until it is seen what that shows: lenses that come late move the lines. */
export const hover = (target, shows, position) => repeat(async (timeout) => {
  await target.page().mouse.move(700, 300);
  await target.hover({ position, timeout });
}, seen(shows));

export const seen = (locator) => (timeout) => locator.waitFor({ timeout });

export const gone = (locator) => (timeout) => locator.waitFor({ state: 'detached', timeout });

/** For `repeat`, where what it leads to is not on the screen. */
export const holds = (condition) => async (timeout) => {
  const deadline = Date.now() + timeout;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It does not hold that ${String(condition)}.`);
    await sleep(100);
  }
};

/** Acts until that has led where it should, each time with more patience: what is drawn anew, as at every poll, moves from under the pointer. */
export async function repeat(act, leads) {
  const reasons = [];
  for (const timeout of [3000, 6000, 12_000, 30_000]) {
    try {
      await act(timeout);
      return await leads(timeout);
    } catch (reason) {
      reasons.push(reason);
    }
  }
  throw new AggregateError(reasons, `It was tried ${reasons.length} times in vain: ${reasons.at(-1).message}`);
}

export const quickInput = (page) => page.locator('.quick-input-widget .quick-input-box input.input');

export const picks = (page) => page.locator('.quick-input-widget .monaco-list-row');

/** Loads a profile of the workspace as the palette offers it; typing brings it into the part of the list that is drawn. */
export async function loadFromPalette(page, name) {
  await command(page, 'Pprof Lens: Load Profile…');
  await picks(page).filter({ hasText: '.pprof' }).first().waitFor();
  await quickInput(page).fill(name);
  await pick(page, name);
}

export const lines = (page) => page.locator('.editor-instance .view-lines .view-line');

/** The visible lines as they look, hints included, by their order on the screen. */
export const text = (page) => page.locator('.editor-instance .view-lines').first().evaluate((editor) =>
  [...editor.querySelectorAll('.view-line')]
    .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
    .map((line) => line.textContent.replaceAll('\u00a0', ' '))
    .join('\n'));

/** The lines on the screen in their order, each with its code and the figure behind it if it has one. */
export const annotated = (page) => page.locator('.editor-instance .view-lines').first().evaluate((editor) =>
  [...editor.querySelectorAll('.view-line')]
    .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
    .map((line) => {
      const injected = [...line.querySelectorAll('span[class*="dyn-rule"]')].map((span) => span.textContent).join('');
      const whole = line.textContent;
      const code = injected && whole.endsWith(injected) ? whole.slice(0, -injected.length) : whole;
      return { code: code.replaceAll('\u00a0', ' '), figure: injected.replaceAll('\u00a0', ' ').trim() };
    }));

/** A line of the editor by what stands in it; blanks are no-break spaces there. */
export const line = (page, content) => lines(page).filter({ hasText: blanks(content) }).first();

/** A pattern for `content` whatever kind of blank VS Code draws. */
export const blanks = (content) => new RegExp(content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '[ \u00a0]'));

export const lenses = (page) => page.locator('.codelens-decoration a');

/** The figures at the ends of lines: VS Code gives injected text an element of its own. */
export const hints = (page) => page.locator('.editor-instance .view-line span[class*="dyn-rule"]').filter({ hasText: /%$/ });

export const statusBar = (page, words) => page.locator('.statusbar-item', { hasText: words }).first();

/** A row of the extension's own view by what stands in it. */
export const tree = (page, words) => page.locator('.tree-explorer-viewlet-tree-view .monaco-list-row', { hasText: words }).first();

/** Unfolds a row of the tree until `inner` stands below it. */
export const unfold = (page, outer, inner) => repeat(async (timeout) => {
  const isFolded = await tree(page, outer).getAttribute('aria-expanded', { timeout }) === 'false';
  if (isFolded) await tree(page, outer).locator('.monaco-tl-twistie').click({ timeout });
}, seen(tree(page, inner)));

export const problems = (page) => page.locator('.markers-panel .monaco-list-row');

export const notification = (page, words) => page.locator('.notifications-toasts .notification-list-item-message', { hasText: words }).first();

/** The line that the cursor is on, of the editor that keys go to, as the `openPlace` of a view leaves it. */
export const focusedLine = (page, number) => page.locator('.monaco-editor.focused .line-numbers.active-line-number', { hasText: String(number) });

export const tab = (page, name) => page.locator(`.tabs-container .tab.active[data-resource-name="${name}"]`);

/** A row of the explorer by its name. */
export const explorer = (page, name) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();

/** What is in the editor that is a webview. */
export const webview = (page) => page.frameLocator('iframe.webview.ready:not([src*="purpose=webviewView"])').frameLocator('#active-frame');

/** What is in the view of the side bar that is a webview. */
export const side = (page) => page.frameLocator('iframe.webview.ready[src*="purpose=webviewView"]').frameLocator('#active-frame');
