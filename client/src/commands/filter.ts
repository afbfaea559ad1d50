/** Asks which samples count and hands the patterns to the server; the words are those of pprof's flags. */

import { window, type QuickPickItem } from 'vscode';
import type { Context } from '../context';
import type { Focus, Status } from '../protocol';
import { withoutIcons } from '../text';

type Part = Exclude<keyof Focus, 'through'>;

const PARTS: readonly (readonly [part: Part, label: string, detail: string])[] = [
  ['focus', 'Focus', 'Only samples whose stack has a function, file or library that matches.'],
  ['ignore', 'Ignore', 'No samples whose stack has a function, file or library that matches.'],
  ['tagFocus', 'Label focus', 'Only samples with a label that matches: key=pattern, or a pattern over key:value.'],
  ['tagIgnore', 'Label ignore', 'No samples with a label that matches: key=pattern, or a pattern over key:value.'],
];

export const filter = ({ server, status }: Context) => async (): Promise<void> => {
  if (!status.current.profile) {
    void window.showInformationMessage('No profile is loaded.');
    return;
  }
  const now = patterns(status.current);
  const items = PARTS.map(([part, label, detail]): QuickPickItem & { part: Part } => ({
    part, label, detail, description: withoutIcons(now[part] ?? ''),
  }));
  const picked = await window.showQuickPick(items, { title: 'Filter Samples' });
  const pattern = picked && await window.showInputBox({
    title: `Filter Samples: ${picked.label}`,
    prompt: 'A regular expression; empty takes this filter away.',
    value: now[picked.part] ?? '',
  });
  if (picked && pattern !== undefined) {
    await server.run('focus', { ...now, [picked.part]: pattern });
  }
};

/** The patterns that the figures obey now; the node of a call tree is of the server that gave it, and left out. */
export const patterns = ({ filter: obeyed }: Status): Focus => Object.fromEntries(PARTS.map(([part]) => [part, obeyed?.[part] ?? '']));
