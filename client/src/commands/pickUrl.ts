/** Asks for the address of a running program, and remembers the last ones. */

import { window, type Memento, type QuickPickItem } from 'vscode';

const KEY = 'pprofLens.urls';
const REMEMBERED = 10;
const FIRST: QuickPickItem = { label: 'localhost:6060', description: 'where net/http/pprof usually listens' };

export async function pickUrl(memory: Memento, title: string): Promise<string | undefined> {
  const earlier = memory.get<readonly string[]>(KEY, []);
  const url = await ask(title, earlier.length > 0 ? earlier.map((label) => ({ label })) : [FIRST]);
  if (url) {
    const remembered = [withoutPassword(url), ...earlier].filter((item, i, all) => all.indexOf(item) === i);
    await memory.update(KEY, remembered.slice(0, REMEMBERED));
  }
  return url;
}

/** A quick pick whose typed text is an answer too. */
function ask(title: string, earlier: readonly QuickPickItem[]): Promise<string | undefined> {
  const picker = window.createQuickPick();
  picker.title = title;
  picker.placeholder = 'host:port, or the URL of /debug/pprof or of a profile';
  picker.items = earlier;
  picker.onDidChangeValue((value) => {
    const typed = value.trim();
    picker.items = typed ? [{ label: typed, alwaysShow: true }, ...earlier.filter(({ label }) => label !== typed)] : earlier;
  });
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      resolve(picker.activeItems[0]?.label ?? (picker.value.trim() || undefined));
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

/** Secrets are typed, never kept: neither what stands before the last `@`, in whatever spelling, nor a query. */
export function withoutPassword(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:[\\/]{2,}/i.exec(url)?.[0] ?? '';
  return scheme + url.slice(Math.max(scheme.length, url.lastIndexOf('@') + 1)).replace(/[?#].*$/s, '');
}
