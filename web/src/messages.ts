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
