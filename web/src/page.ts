/** The data of a page as `report/page.py` makes it, and where it comes from. Names are text for people, nothing else. */

export interface SampleType {
  readonly type: string;
  readonly unit: string;
  /** What is 100 percent. */
  readonly total: number;
}

/** A function by its number, the name to show, and whether its caller has it inlined. */
export type Kind = readonly [fn: number, name: string, inlined: 0 | 1];

/** Boxes in columns, callers before what they call; the first one is the root. */
export interface BoxColumns {
  readonly kinds: readonly Kind[];
  readonly parents: readonly number[];
  readonly sources: readonly number[];
  readonly lines: readonly number[];
  readonly more: readonly (readonly number[])[];
  readonly less: readonly (readonly number[])[];
  readonly leftOut: number;
}

export interface Functions {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly lines: readonly number[];
  readonly flat: readonly (readonly number[])[];
  readonly cum: readonly (readonly number[])[];
}

export interface Calls {
  readonly callers: readonly number[];
  readonly callees: readonly number[];
  readonly weights: readonly (readonly number[])[];
  /** No call that was left out has a larger share; 0 where none was. */
  readonly leftOut: number;
}

export interface Drawing {
  readonly column: number;
  /** The share of the total that a node has at least, and an edge. */
  readonly nodesFrom: number;
  readonly edgesFrom: number;
  readonly dot: string;
  /** The function of each node, that of number 1 first. */
  readonly functions: readonly number[];
}

export interface SourceLine {
  readonly line: number;
  readonly text: string;
  readonly flat: readonly number[];
  readonly cum: readonly number[];
}

export interface Source {
  readonly fn: number;
  readonly path: string;
  readonly lines: readonly SourceLine[];
}

export interface Page {
  readonly title: string;
  readonly kind: string;
  readonly about: readonly string[];
  readonly labels: readonly (readonly [key: string, texts: readonly string[]])[];
  readonly samples: number;
  readonly types: readonly SampleType[];
  readonly column: number;
  readonly functions: Functions;
  readonly calls: Calls;
  readonly boxes: BoxColumns;
  readonly graphs: readonly Drawing[];
  readonly sources: readonly Source[];
  /** How many of the profile's files are on this machine, where somebody looked. */
  readonly files?: { readonly total: number; readonly found: number };
}

/** What of a page is read once its first picture is painted. */
type Later = Pick<Page, 'functions' | 'calls' | 'graphs' | 'sources'>;

const NOT_YET: Later = {
  functions: { names: [], files: [], lines: [], flat: [], cum: [] },
  calls: { callers: [], callees: [], weights: [], leftOut: 0 },
  graphs: [],
  sources: [],
};

/** A page as far as its first picture needs it, and when the rest of it is there, in the same object. */
export async function unpackedPage(packed: string): Promise<{ readonly page: Page; readonly whole: () => Promise<void> }> {
  const [first = '', later = ''] = packed.trim().split(' ');
  const page: Page = { ...NOT_YET, ...await unpacked<Omit<Page, keyof Later>>(first) };
  return { page, whole: async () => { Object.assign(page, await unpacked<Later>(later)); } };
}

/** What is in gzip'd JSON, in base 64. */
export async function unpacked<T>(base64: string): Promise<T> {
  const packed = Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as T;
}
