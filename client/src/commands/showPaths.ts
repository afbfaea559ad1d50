/** Reports how each file of the profile was found, and writes the mapping that would find more. */

import { ConfigurationTarget, QuickPickItemKind, window, workspace, type QuickPickItem } from 'vscode';
import type { Context } from '../context';
import { fileUri, open } from '../places';
import type { MappingSuggestion, PathFile } from '../protocol';
import { withoutIcons } from '../text';

interface Item extends QuickPickItem {
  readonly file?: PathFile;
  readonly suggestion?: MappingSuggestion;
}

export const showPaths = ({ server }: Context) => async (): Promise<void> => {
  const { files, suggestions } = await server.run('paths', {});
  const resolved = files.filter(({ uri }) => uri).length;
  const picked = await window.showQuickPick([...suggestions.map(suggestionItem), ...fileItems(files)], {
    title: `Path Resolution: ${String(resolved)} of ${String(files.length)} files found`,
    placeHolder: 'A file to open, or a mapping to add',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked?.suggestion) {
    await addMapping(picked.suggestion);
  } else if (picked?.file) {
    await open(picked.file);
  }
};

function suggestionItem(suggestion: MappingSuggestion): Item {
  return {
    suggestion,
    alwaysShow: true,
    label: `$(add) Add mapping ${withoutIcons(suggestion.prefix)} → ${withoutIcons(suggestion.local)}`,
    description: `finds ${String(suggestion.files)} more files`,
  };
}

/** Those that were not found first: they are why one looks. */
function fileItems(files: readonly PathFile[]): Item[] {
  const groups = [...new Set(files.map(({ how }) => how))].sort((a, b) => Number(b === 'unresolved') - Number(a === 'unresolved') || a.localeCompare(b));
  return groups.flatMap((how) => {
    const group = files.filter((file) => file.how === how);
    return [{ label: `${how} (${String(group.length)})`, kind: QuickPickItemKind.Separator }, ...group.map(fileItem)];
  });
}

function fileItem(file: PathFile): Item {
  const uri = fileUri(file.uri);
  const detail = file.reason ?? uri?.fsPath;
  return { file, label: withoutIcons(file.profilePath), ...(detail ? { detail: withoutIcons(detail) } : {}) };
}

async function addMapping({ prefix, local }: MappingSuggestion): Promise<void> {
  const settings = workspace.getConfiguration('pprofLens');
  const mappings = { ...settings.get<Record<string, string>>('pathMappings', {}), [prefix]: local };
  const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await settings.update('pathMappings', mappings, target);
}
