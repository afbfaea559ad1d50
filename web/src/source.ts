/** The source of the hot functions with flat and cum on each line, where it was at hand. */

import { element } from './elements';
import type { Page, Source } from './page';
import { valueText } from './units';

export class SourceView {
  readonly element = element('section', { class: 'source scroller', 'aria-label': 'Source', tabindex: 0 });
  private page: Page | undefined;
  private column = 0;

  /** `advice` is what to do where there is none. */
  constructor(private readonly advice: string) {}

  show(page: Page, column: number): void {
    this.page = page;
    this.column = column;
    const shown = page.sources.map((source) => this.drawn(page, source));
    this.element.replaceChildren(...(shown.length ? shown : [element('p', { class: 'empty' }, `None of the hot functions was found in source as it was profiled. ${this.advice}`)]));
  }

  /** Scrolls to the function; false if its source is not there. */
  reveal(fn: number): boolean {
    const at = this.page?.sources.findIndex((source) => source.fn === fn) ?? -1;
    this.element.children[at]?.scrollIntoView({ block: 'start' });
    return at >= 0;
  }

  private drawn(page: Page, source: Source): HTMLElement {
    const { unit } = page.types[this.column] ?? { unit: '' };
    const most = Math.max(1, ...source.lines.map(({ cum }) => Math.abs(cum[this.column] ?? 0)));
    const figure = (value: number): string => (value ? valueText(value, unit) : '');
    const rows = source.lines.map(({ line, text, flat, cum }) => {
      const heat = Math.abs(cum[this.column] ?? 0) / most;
      return element('tr', { 'data-heat': heat ? Math.ceil(heat * 4) : 0 },
        element('td', { class: 'figure' }, figure(flat[this.column] ?? 0)), element('td', { class: 'figure' }, figure(cum[this.column] ?? 0)),
        element('td', { class: 'figure' }, String(line)), element('td', { class: 'code' }, text));
    });
    return element('article', {}, element('h2', {}, page.functions.names[source.fn] ?? ''), element('p', { class: 'path' }, source.path),
      element('table', {}, element('thead', {}, element('tr', {}, ...['flat', 'cum', 'line', ''].map((text) => element('th', { scope: 'col' }, text)))), element('tbody', {}, ...rows)));
  }
}
