/** A Chromium on the workbench, and what a person does and sees there. The selectors are VS Code's, in this one place. */
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
  await page.goto(address);
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  await lines(page).first().waitFor();
  return page;
}

/** Runs a command by its title. A palette opened too early lacks the extension's commands, or an editor's focus closes it. */
export async function command(page, title) {
  for (const timeout of [2000, 5000, 30_000]) {
    await page.keyboard.press('F1');
    await quickInput(page).fill(`>${title}`);
    const chosen = await choose(page, title, timeout).then(() => true, () => false);
    if (chosen) return;
    await page.keyboard.press('Escape');
  }
  throw new Error(`The palette has no command ${title}.`);
}

/** Picks what a list offers by what stands in it. */
export async function pick(page, words) {
  await picks(page).filter({ hasText: words }).first().waitFor();
  await quickInput(page).fill(words);
  await choose(page, words);
}

/** Takes the first row of a list once it is the right one: by key, as a list that is still drawn moves its rows from under the pointer. */
async function choose(page, words, timeout = 30_000) {
  await page.locator('.quick-input-widget .monaco-list-row.focused', { hasText: words }).waitFor({ timeout });
  await page.keyboard.press('Enter');
}

/** Clicks until it is seen where that leads. */
export const click = (target, leadsTo) => repeat(() => target.click(), leadsTo);

/** Presses a key until it is seen where that leads: VS Code closes a menu that opens while the cursor still moves. */
export const press = (page, key, leadsTo) => repeat(() => page.keyboard.press(key), leadsTo);

/** Points at something, coming from the middle of the editor, until it is seen what that shows. */
export const hover = (target, shows) => repeat(async () => {
  await target.page().mouse.move(700, 300);
  await target.hover();
}, shows);

/** Acts until it is seen where that leads: a list that is drawn anew, as at every poll, moves its rows from under the pointer. */
async function repeat(act, leadsTo) {
  for (const timeout of [2000, 5000, 30_000]) {
    await act();
    const led = await leadsTo.waitFor({ timeout }).then(() => true, () => false);
    if (led) return;
  }
  throw new Error(`There is no ${String(leadsTo)}.`);
}

export const quickInput = (page) => page.locator('.quick-input-widget .quick-input-box input.input');

const picks = (page) => page.locator('.quick-input-widget .monaco-list-row');

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
export const unfold = (page, outer, inner) => repeat(async () => {
  if (await tree(page, outer).getAttribute('aria-expanded') === 'false') await tree(page, outer).locator('.monaco-tl-twistie').click();
}, tree(page, inner));

export const problems = (page) => page.locator('.markers-panel .monaco-list-row');

export const notification = (page) => page.locator('.notifications-toasts .notification-list-item-message').first();

/** The line that the cursor is on, of the editor that keys go to, as the `openPlace` of a view leaves it. */
export const focusedLine = (page, number) => page.locator('.monaco-editor.focused .line-numbers.active-line-number', { hasText: String(number) });

export const tab = (page, name) => page.locator(`.tabs-container .tab.active[data-resource-name="${name}"]`);
