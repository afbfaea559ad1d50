/** Lets the user pick a profile: those of the workspace as the server lists them, and a file dialog. */

import { QuickPickItemKind, window, workspace, type QuickPickItem, type Uri } from 'vscode';
import type { Server } from '../client';
import type { ProfileFile } from '../protocol';
import { baseName, withoutIcons } from '../text';

interface Item extends QuickPickItem {
  readonly path?: string;
}

const BROWSE: Item = { label: '$(folder-opened) Browse…', alwaysShow: true };

/** The path, or undefined when the user thought better of it. */
export async function pickProfile(server: Server, title: string): Promise<string | undefined> {
  const picked = await window.showQuickPick(items(server), {
    title,
    placeHolder: 'Profiles of the workspace, those taken last first',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked === BROWSE ? (await browse(title))?.fsPath : picked?.path;
}

async function items(server: Server): Promise<Item[]> {
  const { profiles } = await server.run('profiles', {});
  return [...profiles.map(profileItem), { label: '', kind: QuickPickItemKind.Separator }, BROWSE];
}

function profileItem({ path, name, kind, sampleType, total, takenSeconds, bytes }: ProfileFile): Item {
  const figures = kind ? `${kind}  ${sampleType === kind ? '' : `${sampleType} `}${total}` : size(bytes);
  return {
    path,
    label: withoutIcons(baseName(name)),
    description: withoutIcons(`${figures}  ${age(new Date(takenSeconds * 1000), new Date())}`),
    ...(name === baseName(name) ? {} : { detail: withoutIcons(name) }),
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
