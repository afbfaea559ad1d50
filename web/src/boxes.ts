/**
 * Boxes within boxes, as pprof groups stacks: callees below what calls them, callers above what is chosen.
 * Pure: knows no pixels. Where a function recurs, its outermost frame counts.
 */

import type { BoxColumns } from './page';

export type Direction = 'callees' | 'callers';

/** A box to draw. `places` are boxes of the page; upwards each stands for the box of the chosen function below it. */
export interface Box {
  readonly kind: number;
  readonly around: Box | undefined;
  readonly direction: Direction;
  readonly places: readonly number[];
  readonly chosen: readonly number[];
  readonly more: number;
  readonly less: number;
  /** What ends in the box itself; below zero where less of it was left. */
  readonly self: number;
  readonly line: number;
}

export const ROOT = -1;

export class Boxes {
  private readonly children: { readonly first: Int32Array; readonly next: Int32Array };
  private readonly inner = new WeakMap<Box, readonly Box[]>();
  private readonly more: readonly number[];
  private readonly less: readonly number[];

  constructor(readonly columns: BoxColumns, column: number) {
    this.more = columns.more[column] ?? [];
    this.less = columns.less[column] ?? [];
    this.children = linked(columns.parents);
  }

  /** Everything, as one box. */
  root(): Box {
    return this.box(ROOT, undefined, 'callees', [0], [0]);
  }

  /** The boxes of a function, the heaviest first: inlined and not inlined are two. */
  chosen(fn: number): readonly Box[] {
    return this.outermost((kind) => this.columns.kinds[kind]?.[0] === fn);
  }

  /** The same boxes as those that callers stand above. */
  upwards(boxes: readonly Box[]): readonly Box[] {
    return boxes.map((box) => this.box(box.kind, undefined, 'callers', box.places, box.places));
  }

  /** What the stacks come to that touch a kind that fits, each once. */
  touching(fits: (kind: number) => boolean): number {
    return this.outermost(fits).reduce((sum, box) => sum + box.more + box.less, 0);
  }

  /** What is within a box: callees, or upwards callers; the heaviest first. */
  within(box: Box): readonly Box[] {
    let found = this.inner.get(box);
    if (!found) {
      found = this.grouped(box);
      this.inner.set(box, found);
    }
    return found;
  }

  private grouped(box: Box): readonly Box[] {
    const groups = new Map<number, { places: number[]; chosen: number[] }>();
    box.places.forEach((place, at) => {
      const chosen = box.chosen[at] ?? place;
      for (const next of box.direction === 'callees' ? this.calledBy(place) : this.callerOf(place)) {
        const kind = this.columns.sources[next] ?? ROOT;
        const group = groups.get(kind);
        const weighed = box.direction === 'callees' ? next : chosen;
        if (group) {
          group.places.push(next);
          group.chosen.push(weighed);
        } else {
          groups.set(kind, { places: [next], chosen: [weighed] });
        }
      }
    });
    const boxes = [...groups].map(([kind, { places, chosen }]) => this.box(kind, box, box.direction, places, chosen));
    return boxes.filter((one) => one.more + one.less > 0).sort((a, b) => b.more + b.less - a.more - a.less);
  }

  private outermost(fits: (kind: number) => boolean): readonly Box[] {
    const { parents, sources } = this.columns;
    const kinds = this.columns.kinds.map((_, kind) => fits(kind));
    const inside = new Uint8Array(parents.length);
    const groups = new Map<number, number[]>();
    for (let at = 1; at < parents.length; at++) {
      const kind = sources[at] ?? ROOT;
      if (inside[parents[at] ?? 0]) {
        inside[at] = 1;
      } else if (kinds[kind]) {
        inside[at] = 1;
        const group = groups.get(kind);
        if (group) {
          group.push(at);
        } else {
          groups.set(kind, [at]);
        }
      }
    }
    const boxes = [...groups].map(([kind, places]) => this.box(kind, undefined, 'callees', places, places));
    return boxes.filter((one) => one.more + one.less > 0).sort((a, b) => b.more + b.less - a.more - a.less);
  }

  private box(kind: number, around: Box | undefined, direction: Direction, places: readonly number[], chosen: readonly number[]): Box {
    let [more, less, self, line, heaviest] = [0, 0, 0, 0, -1];
    places.forEach((place, at) => {
      const weighed = chosen[at] ?? place;
      const [above, below] = [this.more[weighed] ?? 0, this.less[weighed] ?? 0];
      more += above;
      less += below;
      if (direction === 'callees') {
        self += above - below - this.net(this.calledBy(place));
      }
      if (above + below > heaviest) {
        heaviest = above + below;
        line = this.columns.lines[place] ?? 0;
      }
    });
    return { kind, around, direction, places, chosen, more, less, self, line };
  }

  private net(places: Iterable<number>): number {
    let sum = 0;
    for (const place of places) {
      sum += (this.more[place] ?? 0) - (this.less[place] ?? 0);
    }
    return sum;
  }

  private *calledBy(place: number): Iterable<number> {
    for (let at = this.children.first[place] ?? -1; at >= 0; at = this.children.next[at] ?? -1) {
      yield at;
    }
  }

  private callerOf(place: number): readonly number[] {
    const parent = this.columns.parents[place] ?? -1;
    return parent >= 0 ? [parent] : [];
  }
}

/** The first inner box of each box, and the next one beside each. */
function linked(parents: readonly number[]): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(parents.length).fill(-1);
  const next = new Int32Array(parents.length).fill(-1);
  for (let at = parents.length - 1; at > 0; at--) {
    const parent = parents[at] ?? 0;
    next[at] = first[parent] ?? -1;
    first[parent] = at;
  }
  return { first, next };
}
