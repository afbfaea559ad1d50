/** The call graph as pprof draws it, laid out by Graphviz in WebAssembly; moved with the mouse, zoomed with the wheel. */

import { instance, type Viz } from '@viz-js/viz';
import { button, element } from './elements';
import type { MenuItem } from './menu';
import type { Drawing, Page } from './page';

export interface Around {
  open(fn: number, line: number): void;
  menu(fn: number, at: { readonly x: number; readonly y: number }, extra: readonly MenuItem[]): void;
  /** The shares that were chosen, to be kept. */
  chose(chosen: Chosen): void;
}

/** The shares that are wanted of functions and of calls, where somebody chose. */
export interface Chosen {
  readonly nodesFrom?: number;
  readonly edgesFrom?: number;
}

export class GraphView {
  readonly element: HTMLElement;
  private readonly nodes = element('select', { 'aria-label': 'Which functions are drawn' });
  private readonly edges = element('select', { 'aria-label': 'Which calls are drawn' });
  private readonly said = element('div', { class: 'said', role: 'status' });
  private readonly stage = element('div', { class: 'stage drawing', tabindex: 0, role: 'application', 'aria-label': 'Call graph; arrow keys move it, plus and minus zoom' });
  private page: Page | undefined;
  private column = 0;
  private drawn: Drawing | undefined;
  private svg: SVGSVGElement | undefined;
  private view = { x: 0, y: 0, scale: 1 };
  private viz: Promise<Viz> | undefined;

  constructor(private readonly around: Around, private chosen: Chosen) {
    this.element = element('section', { class: 'graph', 'aria-label': 'Call graph' },
      element('div', { class: 'bar' }, this.nodes, this.edges,
        button('+', 'Zoom in (+)', () => { this.zoomBy(1.25); }), button('−', 'Zoom out (-)', () => { this.zoomBy(0.8); }),
        button('Fit', 'Fit into the window (0)', () => { this.fit(); }), this.said),
      this.stage);
    for (const choice of [this.nodes, this.edges]) {
      choice.addEventListener('change', () => { this.choose(); });
    }
    this.stage.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1.12 : 1 / 1.12, event);
    }, { passive: false });
    this.stage.addEventListener('pointerdown', (event) => { this.drag(event); });
    this.stage.addEventListener('contextmenu', (event) => { this.contextMenu(event); });
    this.stage.addEventListener('keydown', (event) => { this.key(event); });
  }

  show(page: Page, column: number): void {
    this.page = page;
    this.column = column;
    offer(this.nodes, 'Functions', this.there.map(({ nodesFrom }) => nodesFrom), this.chosen.nodesFrom);
    offer(this.edges, 'Calls', this.there.map(({ edgesFrom }) => edgesFrom), this.chosen.edgesFrom);
    this.drawn = undefined;
    if (this.stage.clientWidth > 0) {
      void this.draw();
    }
  }

  /** Draws what was not in view when it changed. */
  wake(): void {
    if (this.page && !this.drawn) {
      void this.draw();
    }
  }

  /** The drawings of the sample type, that of pprof first. */
  private get there(): readonly Drawing[] {
    return this.page?.graphs.filter(({ column }) => column === this.column) ?? [];
  }

  private choose(): void {
    this.chosen = { nodesFrom: Number(this.nodes.value), edgesFrom: Number(this.edges.value) };
    this.around.chose(this.chosen);
    void this.draw();
  }

  private async draw(): Promise<void> {
    const drawing = this.there.find(({ nodesFrom, edgesFrom }) => String(nodesFrom) === this.nodes.value && String(edgesFrom) === this.edges.value);
    this.drawn = drawing;
    if (!drawing) {
      this.stage.replaceChildren();
      this.said.textContent = 'This profile is too large for a graph of this sample type; focus on a part of it.';
      return;
    }
    if (!drawing.functions.length) {
      this.stage.replaceChildren();
      this.said.textContent = 'No function is heavy enough to be drawn.';
      return;
    }
    this.said.textContent = 'Laying out the graph…';
    await new Promise((resolve) => setTimeout(resolve, 0));
    try {
      this.viz ??= instance();
      const svg = (await this.viz).renderSVGElement(drawing.dot, { engine: 'dot' });
      if (this.drawn !== drawing) {
        return;
      }
      svg.querySelector('g > polygon')?.setAttribute('fill', 'none');
      svg.removeAttribute('width');
      svg.removeAttribute('height');
      this.svg = svg;
      this.stage.replaceChildren(svg);
      svg.querySelectorAll<SVGGElement>('g.node').forEach(narrow);
      this.said.textContent = `${String(drawing.functions.length)} functions`;
      this.fit();
    } catch (error) {
      this.stage.replaceChildren();
      this.said.textContent = `The graph could not be laid out: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private fit(): void {
    const box = this.svg?.viewBox.baseVal;
    if (!box?.width) {
      return;
    }
    const { clientWidth, clientHeight } = this.stage;
    const scale = Math.min(1.4, clientWidth / box.width, Math.max(clientHeight / box.height, 0.5));
    this.view = { scale, x: (clientWidth - box.width * scale) / 2, y: 4 };
    this.place();
  }

  private place(): void {
    const { svg, view } = this;
    if (svg) {
      const box = svg.viewBox.baseVal;
      svg.style.width = `${String(box.width * view.scale)}px`;
      svg.style.height = `${String(box.height * view.scale)}px`;
      svg.style.transform = `translate(${String(view.x)}px, ${String(view.y)}px)`;
    }
  }

  private zoomBy(factor: number, at?: MouseEvent): void {
    const { left, top } = this.stage.getBoundingClientRect();
    const x = at ? at.clientX - left : this.stage.clientWidth / 2;
    const y = at ? at.clientY - top : this.stage.clientHeight / 2;
    const scale = Math.min(8, Math.max(0.02, this.view.scale * factor));
    const by = scale / this.view.scale;
    this.view = { scale, x: x - (x - this.view.x) * by, y: y - (y - this.view.y) * by };
    this.place();
  }

  private drag(event: PointerEvent): void {
    if (event.button !== 0) {
      return;
    }
    const from = { x: event.clientX - this.view.x, y: event.clientY - this.view.y };
    let moved = false;
    const move = (to: PointerEvent): void => {
      moved ||= Math.hypot(to.clientX - event.clientX, to.clientY - event.clientY) > 4;
      this.view = { ...this.view, x: to.clientX - from.x, y: to.clientY - from.y };
      this.place();
    };
    const up = (to: PointerEvent): void => {
      window.removeEventListener('pointermove', move);
      const fn = this.functionAt(to.target);
      if (!moved && fn >= 0) {
        this.around.open(fn, this.page?.functions.lines[fn] ?? 0);
      }
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up, { once: true });
  }

  private functionAt(target: EventTarget | null): number {
    const id = target instanceof Element ? target.closest('.node')?.id : undefined;
    return id?.startsWith('node') ? (this.drawn?.functions[Number(id.slice(4)) - 1] ?? -1) : -1;
  }

  private contextMenu(event: MouseEvent): void {
    const fn = this.functionAt(event.target);
    event.preventDefault();
    if (fn >= 0) {
      this.around.menu(fn, { x: event.clientX, y: event.clientY }, []);
    }
  }

  private key(event: KeyboardEvent): void {
    const by: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    const step = by[event.key];
    if (step) {
      event.preventDefault();
      this.view = { ...this.view, x: this.view.x + step[0], y: this.view.y + step[1] };
      this.place();
    } else if (event.key === '+' || event.key === '=') {
      this.zoomBy(1.25);
    } else if (event.key === '-') {
      this.zoomBy(0.8);
    } else if (event.key === '0') {
      this.fit();
    }
  }
}

/** Has the select offer these shares, of which the first is the one of pprof. */
function offer(choice: HTMLSelectElement, of: string, shares: readonly number[], wanted = shares[0]): void {
  const label = (least: number): string => (least ? `${of} from ${String(least * 100)}%` : `${of} of any weight`);
  const offered = [...new Set(shares)].sort((a, b) => b - a);
  const selected = offered.includes(wanted ?? NaN) ? wanted : shares[0];
  choice.replaceChildren(...offered.map((value) => element('option', { value, selected: value === selected }, label(value))));
}

/** Draws text that is too wide for its box narrower: Graphviz takes it for set in Times, which not every system has. */
function narrow(node: SVGGElement): void {
  const width = (node.querySelector('polygon')?.getBBox().width ?? 0) * 0.94;
  for (const text of node.querySelectorAll('text')) {
    if (width > 0 && text.getComputedTextLength() > width) {
      text.setAttribute('textLength', String(width));
      text.setAttribute('lengthAdjust', 'spacingAndGlyphs');
    }
  }
}
