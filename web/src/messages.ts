/** What a page and the editor that it runs in say to each other; nothing but types, which both sides compile. */

/** What an editor can do for the page. */
export type Wish =
  | { readonly wish: 'ready' }
  | { readonly wish: 'open'; readonly file: string; readonly line: number }
  | { readonly wish: 'copy'; readonly text: string }
  | { readonly wish: 'load' }
  | { readonly wish: 'text' }
  | { readonly wish: 'filter'; readonly focus: string; readonly ignore: string };

/** What an editor tells the page. */
export type Told =
  | { readonly tell: 'packed'; readonly packed: string; readonly filter: { readonly focus: string; readonly ignore: string } }
  | { readonly tell: 'failed'; readonly message: string }
  | { readonly tell: 'show'; readonly name: string };

/** What an editor can do for the top of what is loaded. */
export type TopWish =
  | { readonly wish: 'ready' }
  | { readonly wish: 'open'; readonly name: string; readonly of: string }
  | { readonly wish: 'calls'; readonly name: string }
  | { readonly wish: 'tree'; readonly name: string }
  | { readonly wish: 'flame'; readonly name: string }
  | { readonly wish: 'copy'; readonly text: string };

/** What an editor tells the top; `packed` is its table as the server made it. */
export type TopTold =
  | { readonly tell: 'packed'; readonly packed: string }
  | { readonly tell: 'failed'; readonly message: string }
  | { readonly tell: 'calls'; readonly name: string; readonly calls: readonly CallTold[] };

export interface CallTold {
  readonly way: 'called by' | 'calls';
  readonly name: string;
  readonly weight: number;
}
