/**
 * The flame graph: callers on top, width by value, painted on a canvas as far as it is in view.
 * Everything that the mouse does the keys do, too; a table says what is around the selected box.
 */

import { Boxes, ROOT, type Box } from './boxes';
import { button, element } from './elements';
import type { MenuItem } from './menu';
import { short, withShortArguments } from './names';
import type { Page } from './page';
import { onThemeChange, packageColor, theme } from './theme';
import { share, valueText } from './units';

const ROW = 20;
const LEAST_WIDTH = 1;
const LEAST_TEXT = 22;
const MOST_ROWS_TOLD = 50;

/** What the flame graph asks of the rest of the page. */
export interface Around {
  open(fn: number, line: number): void;
  menu(fn: number, at: { readonly x: number; readonly y: number }, extra: readonly MenuItem[]): void;
  readonly opensLines: boolean;
}

interface Painted {
  readonly box: Box;
  readonly x: number;
  readonly width: number;
  readonly row: number;
}

/** What is looked at: all, or one function with its callers and callees, zoomed into a box by the kinds on its way. */
interface Look {
  readonly fn: number;
  readonly way: readonly number[];
}

const ALL: Look = { fn: -1, way: [] };

export class FlameView {
  readonly element: HTMLElement;
  private readonly canvas = element('canvas', { 'aria-hidden': 'true' });
  private readonly spacer = element('div', { class: 'spacer' });
  private readonly scroller = element('div', { class: 'scroller', tabindex: 0, role: 'application', 'aria-label': 'Flame graph', 'aria-describedby': 'flame-help' }, this.spacer);
  private readonly details = element('div', { class: 'details', role: 'status', 'aria-live': 'polite' });
  private readonly table = element('table', { class: 'for-readers' });
  private readonly search = element('input', { type: 'search', placeholder: 'Search, as a regular expression', 'aria-label': 'Search the flame graph', spellcheck: 'false' });
  private readonly matched = element('span', { class: 'matched', role: 'status' });
  private readonly note = element('span', { class: 'note' });
  private readonly back = button('←', 'Back (Alt+Left)', () => { this.go(-1); });
  private readonly forward = button('→', 'Forward (Alt+Right)', () => { this.go(1); });
  private readonly out = button('Show all', 'Show the whole profile (Escape)', () => { this.look(ALL); });
  private page: Page | undefined;
  private column = 0;
  private boxes: Boxes | undefined;
  private looks: Look[] = [ALL];
  private at = 0;
  private zoom: Box | undefined;
  private rows: Painted[][] = [];
  private above = 0;
  private selected: Box | undefined;
  private matches: Uint8Array | undefined;
  private colors: string[] = [];
  private readonly nets = new Map<string, string>();
  private painting = 0;
  private areTooNarrow = false;

  constructor(private readonly around: Around) {
    this.element = element('section', { class: 'flame', 'aria-label': 'Flame graph' },
      element('div', { class: 'bar' }, this.back, this.forward, this.out, this.search, this.matched, this.note),
      element('div', { class: 'stage' }, this.scroller, this.canvas),
      this.details,
      element('p', { class: 'for-readers', id: 'flame-help' }, 'Arrow keys move between callers, callees and neighbours; Enter zooms in, P shows callers and callees of a function, O opens its line, C copies its name, slash searches, Escape shows everything.'),
      this.table);
    this.scroller.addEventListener('scroll', () => { this.paintSoon(); });
    this.scroller.addEventListener('mousemove', (event) => { this.hover(event); });
    this.scroller.addEventListener('mouseleave', () => { this.tell(this.selected); });
    this.scroller.addEventListener('click', (event) => { this.click(event); });
    this.scroller.addEventListener('dblclick', (event) => { this.zoomTo(this.hit(event)); });
    this.scroller.addEventListener('contextmenu', (event) => { this.contextMenu(event); });
    this.scroller.addEventListener('keydown', (event) => { this.key(event); });
    this.element.addEventListener('keydown', (event) => { this.commonKey(event); });
    this.search.addEventListener('input', () => { this.find(); });
    new ResizeObserver(() => { this.lay(); }).observe(this.scroller);
    onThemeChange(() => { this.colors = []; this.paintSoon(); });
  }

  show(page: Page, column: number): void {
    const fresh = page !== this.page;
    this.page = page;
    this.column = column;
    this.boxes = new Boxes(page.boxes, column);
    this.nets.clear();
    this.colors = [];
    if (fresh) {
      this.looks = [ALL];
      this.at = 0;
    }
    this.apply();
    this.find();
  }

  /** A function with its callers above and its callees below. */
  pivot(fn: number): void {
    this.look({ fn, way: [] });
  }

  searchFor(text: string): void {
    this.search.value = text;
    this.find();
  }

  focus(): void {
    this.scroller.focus();
  }

  private get type(): { readonly unit: string; readonly total: number } {
    return this.page?.types[this.column] ?? { unit: '', total: 0 };
  }

  private look(look: Look): void {
    const now = this.looks[this.at] ?? ALL;
    if (look.fn === now.fn && look.way.join() === now.way.join()) {
      return;
    }
    this.looks = [...this.looks.slice(0, this.at + 1), look];
    this.at = this.looks.length - 1;
    this.apply();
  }

  private go(by: number): void {
    if (this.looks[this.at + by]) {
      this.at += by;
      this.apply();
    }
  }

  /** Finds the box again that is looked at, as the boxes of another sample type are others. */
  private apply(): void {
    const { fn, way } = this.looks[this.at] ?? ALL;
    let at: Box | undefined;
    let among = this.tops(fn);
    for (const kind of way) {
      const next: Box | undefined = among.find((box) => box.kind === kind);
      if (!next || !this.boxes) {
        break;
      }
      at = next;
      among = this.boxes.within(next);
    }
    this.zoom = at;
    this.selected = at ?? this.tops(fn)[0];
    this.back.disabled = this.at === 0;
    this.forward.disabled = this.at === this.looks.length - 1;
    this.out.disabled = fn < 0 && way.length === 0;
    this.lay();
    this.scroller.scrollTop = Math.max(0, (this.above - 6) * ROW);
    this.tell(this.selected);
  }

  private topsOf: { readonly boxes: Boxes; readonly fn: number; readonly tops: readonly Box[]; readonly upwards: readonly Box[] } | undefined;

  private tops(fn: number): readonly Box[] {
    if (!this.boxes) {
      return [];
    }
    if (this.topsOf?.boxes !== this.boxes || this.topsOf.fn !== fn) {
      const tops = fn < 0 ? [this.boxes.root()] : this.boxes.chosen(fn);
      this.topsOf = { boxes: this.boxes, fn, tops, upwards: fn < 0 ? [] : this.boxes.upwards(tops) };
    }
    return this.topsOf.tops;
  }

  /** What is not to be seen, and what to do about it. */
  private tellLeftOut(): void {
    const leftOut = this.page?.boxes.leftOut ?? 0;
    this.note.textContent = [
      leftOut > 0 ? `What is under ${share(leftOut, 1)} is part of its caller here.` : '',
      this.areTooNarrow ? 'Some boxes are too narrow to be drawn; zoom in to see them.' : '',
    ].filter(Boolean).join(' ');
  }

  /** Where each box goes that is wide enough to be seen. */
  private lay(): void {
    const { boxes } = this;
    const width = this.scroller.clientWidth;
    if (!boxes || width === 0) {
      return;
    }
    const tops = this.tops(this.looks[this.at]?.fn ?? -1);
    const shown = this.zoom ? [this.zoom] : tops;
    const scale = width / Math.max(1, shown.reduce((sum, box) => sum + box.more + box.less, 0));
    this.areTooNarrow = false;
    const painted: Painted[] = [];
    const ways = this.zoom ? wayTo(this.zoom) : [];
    ways.slice(0, -1).forEach((box, row) => painted.push({ box, x: 0, width, row }));
    const waiting: Painted[] = [];
    let x = 0;
    shown.forEach((box, at) => {
      const own = scale * (box.more + box.less);
      waiting.push({ box, x, width: own, row: Math.max(0, ways.length - 1) });
      const upward = this.zoom ? undefined : this.topsOf?.upwards[at];
      if (upward) {
        waiting.push({ box: upward, x, width: own, row: 0 });
      }
      x += own;
    });
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      const down = one.box.direction === 'callees';
      if (one.box.around || down) {
        painted.push(one);
      }
      let left = one.x + (down ? scale * Math.abs(one.box.self) : 0);
      for (const inner of boxes.within(one.box)) {
        const innerWidth = scale * (inner.more + inner.less);
        if (innerWidth < LEAST_WIDTH) {
          this.areTooNarrow = true;
          break;
        }
        waiting.push({ box: inner, x: left, width: innerWidth, row: one.row + (down ? 1 : -1) });
        left += innerWidth;
      }
    }
    this.tellLeftOut();
    this.above = -painted.reduce((least, { row }) => Math.min(least, row), 0);
    this.rows = [];
    for (const one of painted) {
      (this.rows[one.row + this.above] ??= []).push(one);
    }
    for (const row of this.rows) {
      row.sort((a, b) => a.x - b.x);
    }
    this.spacer.style.height = `${String((this.rows.length + 1) * ROW)}px`;
    this.paint();
  }

  private paintSoon(): void {
    if (!this.painting) {
      this.painting = requestAnimationFrame(() => { this.paint(); });
    }
  }

  private paint(): void {
    this.painting = 0;
    const { clientWidth: width, clientHeight: height, scrollTop } = this.scroller;
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${String(width)}px`;
      this.canvas.style.height = `${String(height)}px`;
    }
    const context = this.canvas.getContext('2d', { alpha: false });
    if (!context) {
      return;
    }
    const colors = theme();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors.background;
    context.fillRect(0, 0, width, height);
    context.textBaseline = 'middle';
    context.font = `12px ${colors.font}`;
    const isDifference = this.page?.boxes.less[this.column]?.length;
    const first = Math.max(0, Math.floor(scrollTop / ROW));
    const last = Math.min(this.rows.length - 1, Math.ceil((scrollTop + height) / ROW));
    const character = context.measureText('n').width;
    for (let at = first; at <= last; at++) {
      const y = at * ROW - scrollTop;
      for (const { box, x, width: own } of this.rows[at] ?? []) {
        const [name, inlined] = this.named(box);
        const w = own - (own > 3 ? 1 : 0);
        const isMatch = this.matches && box.kind >= 0 && this.matches[box.kind];
        context.fillStyle = isMatch ? colors.match
          : colors.isHighContrast ? colors.background
          : isDifference || box.kind < 0 ? colors.neutral
          : this.colored(box.kind, name);
        context.fillRect(x, y, w, ROW - 1);
        if (isDifference) {
          this.paintNet(context, box, x, y, own);
        }
        if (own > 3) {
          if (colors.isHighContrast) {
            context.fillStyle = this.colored(box.kind, name);
            context.fillRect(x, y, Math.min(3, w), ROW - 1);
          }
          if (!inlined) {
            context.strokeStyle = colors.border;
            context.lineWidth = 1;
            context.strokeRect(x + 0.5, y + 0.5, Math.max(0, w - 1), ROW - 2);
          }
        }
        if (w >= LEAST_TEXT) {
          context.fillStyle = isMatch ? '#000' : colors.foreground;
          context.fillText(fitted(context, this.labelled(box, name, Boolean(isDifference)), w - 8, character), x + 5, y + ROW / 2);
        }
        if (box === this.selected || (box.kind >= 0 && box.kind === this.selected?.kind)) {
          context.strokeStyle = colors.accent;
          context.lineWidth = box === this.selected ? 2 : 1;
          context.strokeRect(x + 1, y + 1, Math.max(1, w - 2), ROW - 3);
        }
      }
    }
  }

  /** Of a difference the net: grown is full, shrunk is hatched, so that it needs no colours to be told. */
  private paintNet(context: CanvasRenderingContext2D, box: Box, x: number, y: number, own: number): void {
    const net = box.more - box.less;
    const width = own * Math.abs(net) / Math.max(1, box.more + box.less);
    if (width < 1) {
      return;
    }
    const { grown, shrunk } = theme();
    context.fillStyle = net > 0 ? grown : shrunk;
    context.fillRect(x, y, width - 1, ROW - 1);
    if (net < 0) {
      context.save();
      context.beginPath();
      context.rect(x, y, width - 1, ROW - 1);
      context.clip();
      context.strokeStyle = theme().background;
      context.globalAlpha = 0.45;
      context.lineWidth = 1;
      context.beginPath();
      for (let at = x - ROW; at < x + width; at += 7) {
        context.moveTo(at, y + ROW);
        context.lineTo(at + ROW, y);
      }
      context.stroke();
      context.restore();
    }
  }

  private labelled(box: Box, name: string, isDifference: boolean): string {
    const net = box.more - box.less;
    const sign = isDifference && net !== 0 ? (net > 0 ? '+ ' : '− ') : '';
    return sign + name;
  }

  private colored(kind: number, name: string): string {
    return (this.colors[kind] ??= packageColor(name, theme()));
  }

  private named(box: Box): readonly [name: string, inlined: boolean] {
    const kind = this.page?.boxes.kinds[box.kind];
    return kind ? [kind[1], kind[2] === 1] : ['root', false];
  }

  private find(): void {
    const { page, boxes } = this;
    const text = this.search.value;
    this.matches = undefined;
    this.matched.textContent = '';
    this.search.setAttribute('aria-invalid', 'false');
    if (page && boxes && text) {
      try {
        const pattern = new RegExp(text);
        const matches = Uint8Array.from(page.boxes.kinds, ([fn, name]) => Number(pattern.test(name) || pattern.test(page.functions.files[fn] ?? '')));
        const value = boxes.touching((kind) => matches[kind] === 1);
        this.matches = matches;
        this.matched.textContent = value ? `${valueText(value, this.type.unit)} (${share(value, this.type.total)}) matches` : 'Nothing matches';
      } catch {
        this.matched.textContent = 'This is no regular expression';
        this.search.setAttribute('aria-invalid', 'true');
      }
    }
    this.paintSoon();
  }

  private hit(event: MouseEvent): Box | undefined {
    const { left, top } = this.scroller.getBoundingClientRect();
    const x = event.clientX - left;
    const row = this.rows[Math.floor((event.clientY - top + this.scroller.scrollTop) / ROW)];
    return row?.find((one) => x >= one.x && x < one.x + one.width)?.box;
  }

  private hover(event: MouseEvent): void {
    const box = this.hit(event);
    this.scroller.style.cursor = box ? 'pointer' : '';
    this.say(box ?? this.selected);
  }

  private click(event: MouseEvent): void {
    const box = this.hit(event);
    if (!box) {
      return;
    }
    this.select(box);
    if (this.around.opensLines) {
      this.openLine(box);
    } else {
      this.zoomTo(box);
    }
  }

  private contextMenu(event: MouseEvent): void {
    const box = this.hit(event);
    event.preventDefault();
    if (box && box.kind >= 0) {
      this.select(box);
      this.openMenu(box, event.clientX, event.clientY);
    }
  }

  private openMenu(box: Box, x: number, y: number): void {
    const fn = this.fnOf(box);
    this.around.menu(fn, { x, y }, [
      ['Zoom In', () => { this.zoomTo(box); }],
      ['Show Callers and Callees', () => { this.pivot(fn); }],
      ...(this.around.opensLines ? [['Open Line', () => { this.openLine(box); }] as const] : []),
    ]);
  }

  private fnOf(box: Box): number {
    return this.page?.boxes.kinds[box.kind]?.[0] ?? -1;
  }

  private openLine(box: Box): void {
    if (box.kind !== ROOT) {
      this.around.open(this.fnOf(box), box.line);
    }
  }

  private zoomTo(box: Box | undefined): void {
    if (!box) {
      return;
    }
    if (box.direction === 'callers') {
      this.pivot(this.fnOf(box));
      return;
    }
    const way = wayTo(box).map(({ kind }) => kind);
    this.look({ fn: this.looks[this.at]?.fn ?? -1, way: way.length === 1 ? [] : way });
  }

  private select(box: Box): void {
    this.selected = box;
    this.tell(box);
    this.paintSoon();
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const act = this.keys[event.key];
    if (act && this.selected) {
      event.preventDefault();
      act(this.selected);
    }
  }

  private readonly keys: Readonly<Record<string, (box: Box) => void>> = {
    ArrowDown: (box) => { this.step(box, 1); },
    ArrowUp: (box) => { this.step(box, -1); },
    ArrowLeft: (box) => { this.beside(box, -1); },
    ArrowRight: (box) => { this.beside(box, 1); },
    Enter: (box) => { this.zoomTo(box); },
    p: (box) => { this.pivot(this.fnOf(box)); },
    o: (box) => { this.openLine(box); },
    c: (box) => { void navigator.clipboard.writeText(this.named(box)[0]).catch(() => undefined); },
    ContextMenu: (box) => { this.menuAt(box); },
    m: (box) => { this.menuAt(box); },
    Backspace: () => { this.go(-1); },
    '/': () => { this.search.focus(); },
  };

  private commonKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      if (this.search.value) {
        this.searchFor('');
      } else {
        this.look(ALL);
      }
      this.focus();
    } else if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault();
      this.go(event.key === 'ArrowLeft' ? -1 : 1);
    }
  }

  private menuAt(box: Box): void {
    const at = this.rows.flat().find((one) => one.box === box);
    if (at && box.kind >= 0) {
      const { left, top } = this.scroller.getBoundingClientRect();
      this.openMenu(box, left + Math.max(0, at.x) + 10, top + (at.row + this.above) * ROW - this.scroller.scrollTop + ROW);
    }
  }

  /** To the heaviest box below or above that is there. */
  private step(box: Box, by: number): void {
    const at = this.placeOf(box);
    if (!at) {
      return;
    }
    const row = this.rows[at.row + this.above + by] ?? [];
    const touching = row.filter((one) => one.x < at.x + at.width && one.x + one.width > at.x);
    const [heaviest] = touching.sort((a, b) => b.width - a.width);
    this.moveTo(heaviest);
  }

  private beside(box: Box, by: number): void {
    const at = this.placeOf(box);
    const row = at ? (this.rows[at.row + this.above] ?? []) : [];
    this.moveTo(at && row[row.indexOf(at) + by]);
  }

  private placeOf(box: Box): Painted | undefined {
    for (const row of this.rows) {
      const found = row.find((one) => one.box === box);
      if (found) {
        return found;
      }
    }
    return undefined;
  }

  private moveTo(to: Painted | undefined): void {
    if (to) {
      const y = (to.row + this.above) * ROW;
      const { scrollTop, clientHeight } = this.scroller;
      if (y < scrollTop) {
        this.scroller.scrollTop = y;
      } else if (y + ROW > scrollTop + clientHeight) {
        this.scroller.scrollTop = y + ROW - clientHeight;
      }
      this.select(to.box);
    }
  }

  private say(box: Box | undefined): void {
    this.details.textContent = box ? this.sentence(box) : '';
  }

  private sentence(box: Box): string {
    const { unit, total } = this.type;
    const [name, inlined] = this.named(box);
    const [net, width] = [box.more - box.less, box.more + box.less];
    const value = box.less ? `${net > 0 ? '+' : ''}${valueText(net, unit)} (${share(net, total)}); +${valueText(box.more, unit)} −${valueText(box.less, unit)}` : `${valueText(width, unit)} (${share(width, total)})`;
    const own = box.self ? `, ${valueText(box.self, unit)} in itself` : '';
    const file = this.page?.functions.files[this.fnOf(box)];
    return `${name}${inlined ? ' (inlined)' : ''}: ${value}${own}${file ? ` · ${file.slice(file.lastIndexOf('/') + 1)}${box.line ? `:${String(box.line)}` : ''}` : ''}`;
  }

  /** The line below the graph, and the table for those who hear it. */
  private tell(box: Box | undefined): void {
    this.say(box);
    const { boxes } = this;
    if (!box || !boxes) {
      this.table.replaceChildren();
      return;
    }
    const { unit, total } = this.type;
    const row = (one: Box, what: string): HTMLTableRowElement => {
      const value = one.more - one.less;
      return element('tr', {}, element('td', {}, what), element('td', {}, this.named(one)[0]),
        element('td', {}, valueText(value, unit)), element('td', {}, share(value, total)), element('td', {}, valueText(one.self, unit)));
    };
    const inner = boxes.within(box).slice(0, MOST_ROWS_TOLD);
    this.table.replaceChildren(
      element('caption', {}, `${this.named(box)[0]} with ${box.direction === 'callees' ? 'its callers and callees' : 'its callers'}`),
      element('thead', {}, element('tr', {}, ...['', 'Function', 'Value', 'Share', 'In itself'].map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...wayTo(box).slice(-MOST_ROWS_TOLD, -1).map((one) => row(one, 'caller')), row(box, 'selected'),
        ...inner.map((one) => row(one, box.direction === 'callees' ? 'callee' : 'caller'))),
    );
  }
}

/** The boxes around a box from the outermost to itself. */
function wayTo(box: Box): Box[] {
  const way: Box[] = [];
  for (let at: Box | undefined = box; at; at = at.around) {
    way.push(at);
  }
  return way.reverse();
}

/** The longest of the names that fits: without folders, then without package, then cut. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number, character: number): string {
  const room = Math.floor(width / character * 1.15);
  const sign = /^[+−] /.exec(text)?.[0] ?? '';
  let name = withShortArguments(text.slice(sign.length));
  if (sign.length + name.length > room) {
    name = short(name);
  }
  if (sign.length + name.length > room && name.includes('.')) {
    name = name.slice(name.indexOf('.') + 1);
  }
  let fit = sign + name;
  while (fit.length > 1 && context.measureText(fit).width > width) {
    fit = `${fit.slice(0, Math.max(0, Math.min(fit.length - 2, Math.floor(fit.length * width / context.measureText(fit).width))))}…`;
    if (fit.length <= 2) {
      return '';
    }
  }
  return fit;
}
