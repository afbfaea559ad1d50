/** Lets the user pick a profile: those of the workspace, newest first, and a file dialog. */

import { CancellationTokenSource, QuickPickItemKind, Uri, window, workspace, type QuickPickItem } from 'vscode';
import { workspaceProfiles, type ProfileFile } from '../profiles';
import { baseName, withoutIcons } from '../text';

interface Item extends QuickPickItem {
  readonly uri?: Uri;
}

const BROWSE: Item = { label: '$(folder-opened) Browse…', alwaysShow: true };

/** The path, or undefined when the user thought better of it. */
export async function pickProfile(title: string): Promise<string | undefined> {
  const search = new CancellationTokenSource();
  try {
    const picked = await window.showQuickPick(items(search), {
      title,
      placeHolder: 'Profiles of the workspace, newest first',
      matchOnDescription: true,
    });
    const uri = picked === BROWSE ? await browse(title) : picked?.uri;
    return uri?.fsPath;
  } finally {
    search.cancel();
    search.dispose();
  }
}

async function items(search: CancellationTokenSource): Promise<Item[]> {
  const profiles = await workspaceProfiles(search.token);
  return [...profiles.map(profileItem), { label: '', kind: QuickPickItemKind.Separator }, BROWSE];
}

function profileItem({ uri, bytes, modified }: ProfileFile): Item {
  const path = workspace.asRelativePath(uri);
  return {
    uri,
    label: withoutIcons(baseName(path)),
    description: `${age(modified, new Date())}, ${size(bytes)}`,
    ...(path === baseName(path) ? {} : { detail: withoutIcons(path) }),
  };
}

async function browse(title: string): Promise<Uri | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const picked = await window.showOpenDialog({
    title,
    openLabel: 'Load',
    ...(folder ? { defaultUri: folder } : {}),
    filters: { 'Go profiles': ['pprof', 'gz', 'prof', 'out', 'pgo'], 'All files': ['*'] },
  });
  return picked?.[0];
}

const AGES: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1],
];

export function age(then: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - then.getTime()) / 1000);
  const [unit, length] = AGES.find(([, least]) => seconds >= least) ?? ['second', 1];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(seconds / length), unit);
}

/** In pprof's units and spelling. */
export function size(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? String(value) : value.toFixed(2)}${['B', 'kB', 'MB', 'GB'][power] ?? ''}`;
}
