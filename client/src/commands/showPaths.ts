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

const STANDARD = 'the standard library';

/** Those of the workspace that were not found first, they are why one looks; what comes with Go is one row. */
function fileItems(files: readonly PathFile[]): Item[] {
  const listed = files.filter(({ library }) => library !== STANDARD);
  const groups = [...new Set(listed.map(groupOf))].sort((a, b) => MISSING.indexOf(b) - MISSING.indexOf(a) || a.localeCompare(b));
  return [...groups.flatMap((name) => {
    const group = listed.filter((file) => groupOf(file) === name);
    return [{ label: `${name} (${String(group.length)})`, kind: QuickPickItemKind.Separator }, ...group.map(fileItem)];
  }), ...standardRow(files.filter(({ library }) => library === STANDARD))];
}

const MISSING = ['missing, of libraries', 'missing, of this workspace'];

function groupOf({ how, library }: PathFile): string {
  return how === 'unresolved' ? `missing, of ${library ? 'libraries' : 'this workspace'}` : how;
}

function standardRow(files: readonly PathFile[]): Item[] {
  const found = files.filter(({ uri }) => uri).length;
  return files.length === 0 ? [] : [{ label: '$(library) The standard library', description: `${String(found)} of ${String(files.length)} files found` }];
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
