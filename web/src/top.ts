/** Every function with its flat and cum: sorted, filtered as one types, each with its callers and callees to unfold. */

import { element } from './elements';
import type { Call, Table } from './table';
import { share, valueText } from './units';

const ROW = 22;

/** What the table asks of what it stands in. */
export interface Around {
  open(fn: number): void;
  openCall(of: number, call: Call): void;
  menu(fn: number, at: { readonly x: number; readonly y: number }): void;
  readonly nameOf?: (name: string) => string;
  readonly sortedBy?: (sort: Sort) => void;
}

export type Sort = 'flat' | 'cum' | 'name';

/** A row of the table: a function, or a call that unfolding one shows. */
type Row =
  | { readonly fn: number }
  | { readonly of: number; readonly call: Call | undefined };

export class TopView {
  readonly element: HTMLElement;
  private readonly filter = element('input', { type: 'search', placeholder: 'Filter by name or file', 'aria-label': 'Filter functions', spellcheck: 'false' });
  private readonly count = element('span', { class: 'matched', role: 'status' });
  private readonly note = element('span', { class: 'note' });
  private readonly spacer = element('div', { class: 'spacer' });
  private readonly shown = element('div', { class: 'rows' });
  private readonly scroller = element('div', { class: 'scroller', tabindex: 0, role: 'treegrid', 'aria-label': 'Functions' }, this.spacer, this.shown);
  private readonly heads: Readonly<Record<Sort, HTMLButtonElement>>;
  private table: Table | undefined;
  private sort: Sort = 'flat';
  /** Name and file of each function as the filter looks at them, once it does. */
  private searched: readonly string[] | undefined;
  private order: readonly number[] = [];
  private sums = new Float64Array();
  private rows: readonly Row[] = [];
  /** By name, as another table has other numbers. */
  private readonly unfolded = new Set<string>();
  private active = 0;

  constructor(private readonly around: Around) {
    const head = (sort: Sort, text: string): HTMLButtonElement =>
      element('button', { type: 'button', onclick: () => { this.sortBy(sort); } }, text);
    this.heads = { flat: head('flat', 'flat'), cum: head('cum', 'cum'), name: head('name', 'function') };
    this.element = element('section', { class: 'top', 'aria-label': 'Top' },
      element('div', { class: 'bar' }, this.filter, this.count, this.note),
      element('div', { class: 'row head' }, this.heads.flat, element('span', { class: 'share' }, 'flat%'), element('span', { class: 'share' }, 'sum%'), this.heads.cum, element('span', { class: 'share' }, 'cum%'), this.heads.name),
      element('div', { class: 'stage' }, this.scroller));
    this.filter.addEventListener('input', () => { this.arrange(); });
    this.filter.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault();
        this.scroller.focus();
      }
    });
    this.scroller.addEventListener('scroll', () => { this.render(); });
    this.scroller.addEventListener('click', (event) => { this.click(event); });
    this.scroller.addEventListener('contextmenu', (event) => { this.contextMenu(event); });
    this.scroller.addEventListener('keydown', (event) => { this.key(event); });
    new ResizeObserver(() => { this.render(); }).observe(this.scroller);
  }

  /** Shows another table; what is filtered, unfolded and looked at stays. */
  show(table: Table): void {
    this.table = table;
    this.searched = undefined;
    const { leftOut, names } = table;
    this.note.textContent = !names.length ? 'This profile has addresses and no names of functions.'
      : leftOut > 0 ? `Some calls under ${share(leftOut, 1)} are left out.` : '';
    this.sorted();
  }

  /** The function alone, unfolded. */
  reveal(fn: number): void {
    this.filter.value = '';
    this.unfolded.add(this.table?.names[fn] ?? '');
    this.arrange();
    this.active = Math.max(0, this.rows.findIndex((row) => 'fn' in row && row.fn === fn));
    this.scroller.scrollTop = Math.max(0, this.active * ROW - 3 * ROW);
    this.render();
    this.scroller.focus();
  }

  sortBy(sort: Sort): void {
    this.sort = sort;
    this.around.sortedBy?.(sort);
    this.sorted();
  }

  focus(): void {
    this.scroller.focus();
  }

  /** Draws anew, as calls have come that were asked for. */
  arrange(): void {
    const { table } = this;
    if (!table) {
      return;
    }
    const found = this.found(table);
    const isOpen = (fn: number): boolean => this.unfolded.has(table.names[fn] ?? '');
    this.rows = this.unfolded.size ? found.flatMap((fn) => (isOpen(fn) ? [{ fn }, ...callsOf(table, fn)] : [{ fn }])) : found.map((fn) => ({ fn }));
    const count = String(table.names.length);
    this.count.textContent = this.filter.value ? `${String(found.length)} of ${count}` : `${count} functions`;
    this.spacer.style.height = `${String(this.rows.length * ROW)}px`;
    this.scroller.setAttribute('aria-rowcount', String(this.rows.length));
    this.active = Math.min(this.active, Math.max(0, this.rows.length - 1));
    this.render();
  }

  /** The functions that pass the filter, in their order. */
  private found(table: Table): readonly number[] {
    const wanted = this.filter.value.toLowerCase();
    if (!wanted) {
      return this.order;
    }
    const searched = this.searched ??= table.names.map((name, fn) => `${name}\n${table.files[fn] ?? ''}`.toLowerCase());
    return this.order.filter((fn) => searched[fn]?.includes(wanted));
  }

  private sorted(): void {
    const { table } = this;
    if (!table) {
      return;
    }
    const { names } = table;
    const by = this.sort === 'name' ? undefined : table[this.sort];
    this.order = names.map((_, fn) => fn).sort((a, b) => (by ? Math.abs(by[b] ?? 0) - Math.abs(by[a] ?? 0) : 0) || compare(names[a] ?? '', names[b] ?? ''));
    this.sums = new Float64Array(names.length);
    let sum = 0;
    for (const fn of this.order) {
      sum += table.flat[fn] ?? 0;
      this.sums[fn] = sum;
    }
    for (const [sort, head] of Object.entries(this.heads)) {
      head.setAttribute('aria-pressed', String(sort === this.sort));
    }
    this.arrange();
  }

  private render(): void {
    const { table } = this;
    if (!table) {
      return;
    }
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW) - 5);
    const last = Math.min(this.rows.length, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW) + 5);
    this.shown.style.transform = `translateY(${String(first * ROW)}px)`;
    this.shown.replaceChildren(...this.rows.slice(first, last).map((row, at) => this.drawn(table, row, first + at)));
    this.scroller.setAttribute('aria-activedescendant', `row-${String(this.active)}`);
  }

  private drawn(table: Table, row: Row, at: number): HTMLElement {
    const common = { 'role': 'row', 'id': `row-${String(at)}`, 'data-at': at, 'aria-rowindex': at + 1, 'aria-selected': String(at === this.active) };
    const shown = this.around.nameOf ?? ((name: string) => name);
    if ('of' in row) {
      const { call } = row;
      const [value, part] = call ? [valueText(call.weight, table.unit), share(call.weight, table.cum[row.of] ?? 0)] : ['', ''];
      const text = call ? `${call.way === 'calls' ? '↳ calls' : '↰ called by'} ${shown(call.name)}` : 'Asking who calls it…';
      return element('div', { ...common, 'class': 'row call', 'aria-level': 2, 'title': call ? `${call.name}\n${value}, ${part} of its cum` : '' },
        cell(''), cell('', 'share'), cell('', 'share'), cell(value), cell(part, 'share'), cell(text, 'name'));
    }
    const { fn } = row;
    const [flat, cum, name] = [table.flat[fn] ?? 0, table.cum[fn] ?? 0, table.names[fn] ?? ''];
    const isOpen = this.unfolded.has(name);
    const [flatText, flatShare, cumText, cumShare] = [valueText(flat, table.unit), share(flat, table.total), valueText(cum, table.unit), share(cum, table.total)];
    const title = `${name}\n${table.files[fn] ?? ''}\nflat ${flatText} (${flatShare}), cum ${cumText} (${cumShare})`;
    return element('div', { ...common, 'class': 'row', 'aria-level': 1, 'aria-expanded': String(isOpen), 'title': title },
      cell(flatText), cell(flatShare, 'share'), cell(share(this.sums[fn] ?? 0, table.total), 'share'), cell(cumText), cell(cumShare, 'share'),
      element('span', { role: 'gridcell', class: 'name' }, element('span', { class: 'twistie', 'aria-hidden': 'true' }, isOpen ? '▾' : '▸'), shown(name)));
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
      this.open(row);
      this.render();
    }
  }

  private open(row: Row): void {
    if ('fn' in row) {
      this.around.open(row.fn);
    } else if (row.call) {
      this.around.openCall(row.of, row.call);
    }
  }

  private toggle(row: Row): void {
    const fn = 'fn' in row ? row.fn : row.of;
    if (!this.unfolded.delete(this.nameOf(fn))) {
      this.unfolded.add(this.nameOf(fn));
    }
    this.arrange();
    this.active = Math.max(0, this.rows.findIndex((one) => 'fn' in one && one.fn === fn));
    this.render();
  }

  private isOpen(row: Row): boolean {
    return 'of' in row || this.unfolded.has(this.nameOf(row.fn));
  }

  private nameOf(fn: number): string {
    return this.table?.names[fn] ?? '';
  }

  private menu(row: Row, at: { readonly x: number; readonly y: number }): void {
    const fn = 'fn' in row ? row.fn : row.call?.fn ?? -1;
    if (fn >= 0) {
      this.around.menu(fn, at);
    }
  }

  private contextMenu(event: MouseEvent): void {
    const row = this.rows[this.rowAt(event)];
    if (row) {
      event.preventDefault();
      this.menu(row, { x: event.clientX, y: event.clientY });
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
      if (event.key === ' ' || (event.key === 'ArrowRight') !== this.isOpen(row)) {
        this.toggle(row);
      }
    } else if (row && (event.key === 'Enter' || event.key === 'o')) {
      this.open(row);
    } else if (row && (event.key === 'm' || event.key === 'ContextMenu')) {
      event.preventDefault();
      const { left, top } = this.scroller.getBoundingClientRect();
      this.menu(row, { x: left + 40, y: top + (this.active + 1) * ROW - this.scroller.scrollTop });
    } else if (event.key === '/') {
      event.preventDefault();
      this.filter.focus();
    }
  }
}

function cell(text: string, kind = ''): HTMLElement {
  return element('span', { role: 'gridcell', class: kind }, text);
}

/** What stands below an unfolded function: its callers, then what it calls, each the heaviest first. */
function callsOf(table: Table, of: number): Row[] {
  const calls = table.callsOf(of);
  if (!calls) {
    return [{ of, call: undefined }];
  }
  const rank = ({ way }: Call): number => (way === 'called by' ? 0 : 1);
  return [...calls].sort((a, b) => rank(a) - rank(b) || Math.abs(b.weight) - Math.abs(a.weight)).map((call) => ({ of, call }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
