/** Every function with its flat and cum: sorted, filtered as one types, each with its callers and callees to unfold. */

import { element } from './elements';
import type { Page } from './page';
import { share, valueText } from './units';

const ROW = 22;

export interface Around {
  open(fn: number, line: number): void;
  menu(fn: number, at: { readonly x: number; readonly y: number }, extra: readonly (readonly [string, () => void])[]): void;
}

type Sort = 'flat' | 'cum' | 'name';

/** A row of the table: a function, or a call that unfolding one shows. */
type Row =
  | { readonly fn: number }
  | { readonly of: number; readonly fn: number; readonly way: 'called by' | 'calls'; readonly weight: number };

export class TopView {
  readonly element: HTMLElement;
  private readonly filter = element('input', { type: 'search', placeholder: 'Filter by name or file', 'aria-label': 'Filter functions', spellcheck: 'false' });
  private readonly count = element('span', { class: 'matched', role: 'status' });
  private readonly note = element('span', { class: 'note' });
  private readonly spacer = element('div', { class: 'spacer' });
  private readonly shown = element('div', { class: 'rows' });
  private readonly scroller = element('div', { class: 'scroller', tabindex: 0, role: 'treegrid', 'aria-label': 'Functions' }, this.spacer, this.shown);
  private readonly heads: Readonly<Record<Sort, HTMLButtonElement>>;
  private page: Page | undefined;
  private column = 0;
  private sort: Sort = 'flat';
  private order: readonly number[] = [];
  private sums = new Float64Array();
  private rows: readonly Row[] = [];
  private readonly unfolded = new Set<number>();
  private active = 0;

  constructor(private readonly around: Around) {
    const head = (sort: Sort, text: string): HTMLButtonElement =>
      element('button', { type: 'button', onclick: () => { this.sortBy(sort); } }, text);
    this.heads = { flat: head('flat', 'flat'), cum: head('cum', 'cum'), name: head('name', 'function') };
    this.element = element('section', { class: 'top', 'aria-label': 'Top' },
      element('div', { class: 'bar' }, this.filter, this.count, this.note),
      element('div', { class: 'row head' }, this.heads.flat, element('span', {}, 'flat%'), element('span', {}, 'sum%'), this.heads.cum, element('span', {}, 'cum%'), this.heads.name),
      element('div', { class: 'stage' }, this.scroller));
    this.filter.addEventListener('input', () => { this.arrange(); });
    this.scroller.addEventListener('scroll', () => { this.render(); });
    this.scroller.addEventListener('click', (event) => { this.click(event); });
    this.scroller.addEventListener('contextmenu', (event) => { this.contextMenu(event); });
    this.scroller.addEventListener('keydown', (event) => { this.key(event); });
    new ResizeObserver(() => { this.render(); }).observe(this.scroller);
  }

  show(page: Page, column: number): void {
    if (page !== this.page) {
      this.unfolded.clear();
    }
    this.page = page;
    this.column = column;
    const { leftOut } = page.calls;
    this.note.textContent = leftOut > 0 ? `Some calls under ${share(leftOut, 1)} are left out.` : '';
    this.sorted();
  }

  /** The function alone, unfolded. */
  reveal(fn: number): void {
    this.filter.value = '';
    this.unfolded.add(fn);
    this.arrange();
    this.active = Math.max(0, this.rows.findIndex((row) => !('of' in row) && row.fn === fn));
    this.scroller.scrollTop = Math.max(0, this.active * ROW - 3 * ROW);
    this.render();
    this.scroller.focus();
  }

  private sortBy(sort: Sort): void {
    this.sort = sort;
    this.sorted();
  }

  private sorted(): void {
    const { page } = this;
    if (!page) {
      return;
    }
    const { names } = page.functions;
    const by = this.sort === 'name' ? undefined : page.functions[this.sort][this.column];
    this.order = names.map((_, fn) => fn).sort((a, b) => (by ? Math.abs(by[b] ?? 0) - Math.abs(by[a] ?? 0) : 0) || compare(names[a] ?? '', names[b] ?? ''));
    this.sums = new Float64Array(names.length);
    let sum = 0;
    for (const fn of this.order) {
      sum += page.functions.flat[this.column]?.[fn] ?? 0;
      this.sums[fn] = sum;
    }
    for (const [sort, head] of Object.entries(this.heads)) {
      head.setAttribute('aria-pressed', String(sort === this.sort));
    }
    this.arrange();
  }

  private arrange(): void {
    const { page } = this;
    if (!page) {
      return;
    }
    const wanted = this.filter.value.toLowerCase();
    const { names, files } = page.functions;
    const fits = (fn: number): boolean => !wanted || (names[fn] ?? '').toLowerCase().includes(wanted) || (files[fn] ?? '').toLowerCase().includes(wanted);
    const found = this.order.filter(fits);
    this.rows = this.unfolded.size ? found.flatMap((fn) => (this.unfolded.has(fn) ? [{ fn }, ...this.callsOf(fn)] : [{ fn }])) : found.map((fn) => ({ fn }));
    this.count.textContent = wanted ? `${String(found.length)} of ${String(names.length)}` : `${String(names.length)} functions`;
    this.spacer.style.height = `${String(this.rows.length * ROW)}px`;
    this.scroller.setAttribute('aria-rowcount', String(this.rows.length));
    this.active = Math.min(this.active, Math.max(0, this.rows.length - 1));
    this.render();
  }

  private callsOf(fn: number): Row[] {
    const { calls } = this.page ?? {};
    const rows: Row[] = [];
    const weights = calls?.weights[this.column] ?? [];
    weights.forEach((weight, at) => {
      const [caller, callee] = [calls?.callers[at] ?? -1, calls?.callees[at] ?? -1];
      if (weight && callee === fn) {
        rows.push({ of: fn, fn: caller, way: 'called by', weight });
      }
      if (weight && caller === fn) {
        rows.push({ of: fn, fn: callee, way: 'calls', weight });
      }
    });
    return rows.sort((a, b) => ('of' in a && 'of' in b ? compare(a.way, b.way) || Math.abs(b.weight) - Math.abs(a.weight) : 0));
  }

  private render(): void {
    const { page } = this;
    if (!page) {
      return;
    }
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW) - 5);
    const last = Math.min(this.rows.length, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW) + 5);
    this.shown.style.transform = `translateY(${String(first * ROW)}px)`;
    this.shown.replaceChildren(...this.rows.slice(first, last).map((row, at) => this.drawn(page, row, first + at)));
    this.scroller.setAttribute('aria-activedescendant', `row-${String(this.active)}`);
  }

  private drawn(page: Page, row: Row, at: number): HTMLElement {
    const { unit, total } = page.types[this.column] ?? { unit: '', total: 0 };
    const name = page.functions.names[row.fn] ?? '';
    const common = { 'role': 'row', 'id': `row-${String(at)}`, 'data-at': at, 'aria-rowindex': at + 1, 'aria-selected': String(at === this.active) };
    const cell = (text: string, kind = ''): HTMLElement => element('span', { role: 'gridcell', class: kind }, text);
    if ('of' in row) {
      const cum = page.functions.cum[this.column]?.[row.of] ?? 0;
      return element('div', { ...common, 'class': 'row call', 'aria-level': 2 },
        cell(''), cell(''), cell(''), cell(valueText(row.weight, unit)), cell(share(row.weight, cum)),
        cell(`${row.way === 'calls' ? '↳ calls' : '↰ called by'} ${name}`, 'name'));
    }
    const [flat, cum] = [page.functions.flat[this.column]?.[row.fn] ?? 0, page.functions.cum[this.column]?.[row.fn] ?? 0];
    return element('div', { ...common, 'class': 'row', 'aria-level': 1, 'aria-expanded': String(this.unfolded.has(row.fn)) },
      cell(valueText(flat, unit)), cell(share(flat, total)), cell(share(this.sums[row.fn] ?? 0, total)),
      cell(valueText(cum, unit)), cell(share(cum, total)),
      element('span', { role: 'gridcell', class: 'name', title: page.functions.files[row.fn] ?? '' },
        element('span', { class: 'twistie', 'aria-hidden': 'true' }, this.unfolded.has(row.fn) ? '▾' : '▸'), name));
  }

  private rowAt(event: Event): number {
    const row = (event.target as Element).closest<HTMLElement>('.row');
    return row ? Number(row.dataset['at']) : -1;
  }

  private click(event: MouseEvent): void {
    const at = this.rowAt(event);
    const row = this.rows[at];
    if (!row) {
      return;
    }
    this.active = at;
    if ((event.target as Element).classList.contains('twistie')) {
      this.toggle(row);
    } else {
      this.around.open(row.fn, this.page?.functions.lines[row.fn] ?? 0);
      this.render();
    }
  }

  private toggle(row: Row): void {
    if (!this.unfolded.delete(row.fn)) {
      this.unfolded.add(row.fn);
    }
    this.arrange();
  }

  private contextMenu(event: MouseEvent): void {
    const row = this.rows[this.rowAt(event)];
    if (row) {
      event.preventDefault();
      this.around.menu(row.fn, { x: event.clientX, y: event.clientY }, []);
    }
  }

  private key(event: KeyboardEvent): void {
    const row = this.rows[this.active];
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW) - 1);
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.rows.length, End: this.rows.length };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.active = Math.min(this.rows.length - 1, Math.max(0, this.active + step));
      const y = this.active * ROW;
      const { scrollTop, clientHeight } = this.scroller;
      this.scroller.scrollTop = y < scrollTop ? y : y + ROW > scrollTop + clientHeight ? y + ROW - clientHeight : scrollTop;
      this.render();
    } else if (row && (event.key === ' ' || event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      event.preventDefault();
      if (event.key === ' ' || (event.key === 'ArrowRight') !== this.unfolded.has(row.fn)) {
        this.toggle(row);
      }
    } else if (row && (event.key === 'Enter' || event.key === 'o')) {
      this.around.open(row.fn, this.page?.functions.lines[row.fn] ?? 0);
    } else if (row && (event.key === 'm' || event.key === 'ContextMenu')) {
      event.preventDefault();
      const { left, top } = this.scroller.getBoundingClientRect();
      this.around.menu(row.fn, { x: left + 40, y: top + (this.active + 1) * ROW - this.scroller.scrollTop }, []);
    } else if (event.key === '/') {
      event.preventDefault();
      this.filter.focus();
    }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
