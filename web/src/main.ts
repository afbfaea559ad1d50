/** The page: its head, the views beside each other in tabs, and what leads from one to the other. */

import { element } from './elements';
import { FlameView } from './flame';
import { GraphView } from './graph';
import { Host } from './host';
import { Menu, type MenuItem } from './menu';
import type { Told } from './messages';
import { unpackedPage, type Page } from './page';
import { SourceView } from './source';
import { tableOf } from './table';
import { TopView } from './top';
import { valueText } from './units';

const VIEWS = ['Flame Graph', 'Call Graph', 'Top', 'Source'] as const;
type View = (typeof VIEWS)[number];

class App {
  private readonly host = new Host();
  private readonly around = {
    opensLines: this.host.isEditor,
    open: (fn: number, line: number) => { void this.open(fn, line); },
    menu: (fn: number, at: { readonly x: number; readonly y: number }, extra: readonly MenuItem[]) => { void this.menu(fn, at, extra); },
  };

  private readonly flame = new FlameView(this.around);
  private readonly graph = new GraphView({ ...this.around, chose: (graph) => { this.host.keep({ graph }); } }, this.host.recall()['graph'] ?? {});
  private readonly top = new TopView({
    open: (fn) => { void this.open(fn, 0); },
    openCall: (_, { fn }) => { void this.open(fn, 0); },
    menu: (fn, at) => { void this.menu(fn, at, []); },
  });

  private readonly source = new SourceView(this.host.isEditor
    ? 'Open the folder of the code; "Show on Code" and then "Show Path Resolution" tell of each file.'
    : 'Run pprof-lens in the folder of the code, or name it with --root.');
  private readonly sections: Readonly<Record<View, HTMLElement>> = {
    'Flame Graph': this.flame.element, 'Call Graph': this.graph.element, 'Top': this.top.element, 'Source': this.source.element,
  };

  private readonly tabs = VIEWS.map((view) => element('button', { type: 'button', role: 'tab', id: `tab-${view}`, onclick: () => { this.turnTo(view); } }, view));
  private readonly types = element('select', { 'aria-label': 'Sample type', 'onchange': () => { this.choose(this.types.selectedIndex); } });
  private readonly popup = new Menu(() => { this.flame.focus(); });
  private readonly head = element('header');
  private page: Page | undefined;
  private unpacking: Promise<void> | undefined;
  /** When all of the page is there, not only what is painted first. */
  private whole = Promise.resolve();
  private isWhole = false;
  private column = 0;
  private view: View = 'Flame Graph';
  private readonly drawn = new Set<View>();
  private filter = { focus: '', ignore: '' };

  start(): void {
    this.host.listen((told) => { void this.told(told as Told); });
    const data = document.getElementById('data')?.textContent;
    if (data) {
      void this.unpack(data);
    } else {
      this.say('Reading the profile…');
      this.host.send({ wish: 'ready' });
    }
  }

  private async unpack(packed: string): Promise<void> {
    try {
      const { page, whole } = await unpackedPage(packed);
      this.isWhole = false;
      this.whole = painted().then(whole).then(() => { this.isWhole = true; });
      this.whole.catch((error: unknown) => { this.fail(`The page is damaged: ${String(error)}`); });
      this.show(page);
    } catch (error) {
      this.fail(`The page is damaged: ${String(error)}`);
    }
  }

  private async told(told: Told): Promise<void> {
    if (told.tell === 'packed') {
      this.filter = told.filter;
      this.unpacking = this.unpack(told.packed);
    } else if (told.tell === 'failed') {
      this.fail(told.message);
    } else {
      await this.unpacking;
      await this.whole;
      const fn = this.page?.functions.names.indexOf(told.name) ?? -1;
      if (fn >= 0) {
        this.turnTo('Flame Graph');
        this.flame.pivot(fn);
      }
    }
  }

  private say(text: string): void {
    document.body.replaceChildren(element('main', { class: 'empty', role: 'status' }, element('p', {}, text)));
  }

  private fail(message: string): void {
    this.say(message);
    if (this.host.isEditor) {
      document.querySelector('main')?.append(element('button', { type: 'button', onclick: () => { this.host.send({ wish: 'text' }); } }, 'Open as Text'));
    }
  }

  private show(page: Page): void {
    const kept = this.host.recall();
    this.page = page;
    document.title = `${page.title} · Pprof Lens`;
    const wanted = page.types.findIndex(({ type }) => type === kept[`type ${page.kind}`]);
    this.column = wanted >= 0 ? wanted : page.column;
    this.types.replaceChildren(...page.types.map(({ type, total, unit }) => element('option', {}, `${type}, ${valueText(total, unit)}`)));
    this.types.selectedIndex = this.column;
    this.drawHead(page);
    const main = element('main', {}, ...VIEWS.map((view) => this.sections[view]));
    const bar = element('nav', {}, element('div', { role: 'tablist', 'aria-label': 'Views' }, ...this.tabs), this.types);
    document.body.replaceChildren(this.head, bar, main, this.popup.element);
    if (!page.samples) {
      this.say('This profile has no samples: nothing was recorded, or a filter leaves nothing.');
      return;
    }
    this.drawn.clear();
    this.turnTo(VIEWS.find((one) => one === kept['view']) ?? 'Flame Graph');
  }

  private drawHead(page: Page): void {
    const facts = [...page.about];
    facts.push(`Samples: ${String(page.samples)}`);
    for (const [key, texts] of page.labels) {
      facts.push(`Label ${key}: ${texts.join(', ')}`);
    }
    if (page.files) {
      facts.push(`Files found here: ${String(page.files.found)} of ${String(page.files.total)}`);
    }
    const filters = Object.entries(this.filter).filter(([, text]) => text).map(([name, text]) => `${name === 'focus' ? 'Only through' : 'Without'} ${text}`);
    this.head.replaceChildren(
      element('h1', {}, page.title), element('span', { class: 'kind' }, page.kind),
      element('details', {}, element('summary', {}, 'About this profile'), element('ul', {}, ...facts.map((fact) => element('li', {}, fact)))),
      ...filters.map((text) => element('span', { class: 'kind' }, text)),
    );
    if (filters.length) {
      this.head.append(element('button', { type: 'button', onclick: () => { this.host.send({ wish: 'filter', focus: '', ignore: '' }); } }, 'Clear Filters'));
    }
    if (this.host.isEditor) {
      this.head.append(element('button', { type: 'button', class: 'main', onclick: () => { this.host.send({ wish: 'load' }); } }, 'Show on Code'));
    }
  }

  /** Draws a view once it is looked at, and once there is what it shows. */
  private draw(view: View): void {
    const { page, column } = this;
    if (!page || this.drawn.has(view)) {
      return;
    }
    if (view !== 'Flame Graph' && !this.isWhole) {
      void this.whole.then(() => { this.draw(this.view); });
      return;
    }
    this.drawn.add(view);
    if (view === 'Top') {
      this.top.show(tableOf(page, column));
    } else {
      const views = { 'Flame Graph': this.flame, 'Call Graph': this.graph, 'Source': this.source };
      views[view].show(page, column);
    }
  }

  private choose(column: number): void {
    this.column = column;
    this.host.keep({ [`type ${this.page?.kind ?? ''}`]: this.page?.types[column]?.type });
    this.drawn.clear();
    this.draw(this.view);
  }

  private turnTo(view: View): void {
    VIEWS.forEach((one, at) => {
      this.tabs[at]?.setAttribute('aria-selected', String(one === view));
      this.sections[one].hidden = one !== view;
    });
    this.view = view;
    this.host.keep({ view });
    this.draw(view);
    if (view === 'Call Graph') {
      this.graph.wake();
    } else if (view === 'Flame Graph') {
      this.flame.focus();
    }
  }

  private async open(fn: number, line: number): Promise<void> {
    await this.whole;
    const { page } = this;
    const file = page?.functions.files[fn];
    if (this.host.isEditor && file) {
      this.host.send({ wish: 'open', file, line: line || (page.functions.lines[fn] ?? 0) });
    } else if (!this.host.isEditor && page?.sources.some((source) => source.fn === fn)) {
      this.turnTo('Source');
      this.source.reveal(fn);
    }
  }

  private async menu(fn: number, at: { readonly x: number; readonly y: number }, extra: readonly MenuItem[]): Promise<void> {
    await this.whole;
    const name = this.page?.functions.names[fn] ?? '';
    const exactly = `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
    const items: MenuItem[] = [
      ...extra,
      ['Show in Flame Graph', () => { this.turnTo('Flame Graph'); this.flame.pivot(fn); }],
      ['Show in Top', () => { this.turnTo('Top'); this.top.reveal(fn); }],
      ...(this.page?.sources.some((source) => source.fn === fn) ? [['Show Source', () => { this.turnTo('Source'); this.source.reveal(fn); }] as const] : []),
      ...(this.host.isEditor ? [
        ['Only Through This', () => { this.host.send({ wish: 'filter', ...this.filter, focus: exactly }); }] as const,
        ['Ignore This', () => { this.host.send({ wish: 'filter', ...this.filter, ignore: [this.filter.ignore, exactly].filter(Boolean).join('|') }); }] as const,
      ] : []),
      ['Copy Name', () => { this.host.send({ wish: 'copy', text: name }); }],
    ];
    this.popup.show(items, at);
  }
}

/** Once the next picture is on the screen; a page that is not looked at has none, and is not waited for. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => { setTimeout(resolve, 0); });
    setTimeout(resolve, 500);
  });
}

new App().start();
