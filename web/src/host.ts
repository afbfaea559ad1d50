/** Where the page runs: a browser, or an editor of VS Code that it sends its wishes to. */

import type { TopWish, Wish } from './messages';

interface Editor {
  postMessage(wish: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Editor;

export class Host {
  private readonly editor = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : undefined;

  get isEditor(): boolean {
    return this.editor !== undefined;
  }

  send(wish: Wish | TopWish): void {
    if (this.editor) {
      this.editor.postMessage(wish);
    } else if (wish.wish === 'copy') {
      void navigator.clipboard.writeText(wish.text).catch(() => undefined);
    }
  }

  /** What the editor tells, in the messages of `messages.ts`. */
  listen(tell: (told: unknown) => void): void {
    if (this.editor) {
      window.addEventListener('message', (event: MessageEvent<unknown>) => { tell(event.data); });
    }
  }

  /** What was chosen the last time; a page from a file may not be allowed to keep anything. */
  recall(): Readonly<Record<string, unknown>> {
    try {
      const kept = this.editor ? this.editor.getState() : (JSON.parse(localStorage.getItem(KEPT) ?? '{}') as unknown);
      return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  }

  keep(choices: Readonly<Record<string, unknown>>): void {
    const all = { ...this.recall(), ...choices };
    if (this.editor) {
      this.editor.setState(all);
      return;
    }
    try {
      localStorage.setItem(KEPT, JSON.stringify(all));
    } catch {
      // It is forgotten, as the browser wants it.
    }
  }
}

const KEPT = 'pprof-lens';
