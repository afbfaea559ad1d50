/** The status bar and the language status: what is loaded, whether a filter hides part of it, whether the server runs. */

import { Disposable, languages, LanguageStatusSeverity, StatusBarAlignment, ThemeColor, window, type LanguageStatusItem } from 'vscode';
import type { Server, ServerState } from '../client';
import { baseName, harmless, withoutIcons } from '../text';
import type { Status } from '../protocol';
import { isFiltered, type StatusModel } from '../status';

export function createStatusBar(server: Server, status: StatusModel): Disposable {
  const profile = window.createStatusBarItem('pprofLens.profile', StatusBarAlignment.Left, 10);
  profile.name = 'Pprof Lens: Profile';
  profile.command = 'pprofLens.selectSampleType';
  const filter = window.createStatusBarItem('pprofLens.filter', StatusBarAlignment.Left, 9);
  filter.name = 'Pprof Lens: Filter';
  filter.text = '$(filter-filled) Filtered';
  filter.command = 'pprofLens.clearFilters';
  filter.backgroundColor = new ThemeColor('statusBarItem.warningBackground');
  const language = languages.createLanguageStatusItem('pprofLens.server', { language: 'go', scheme: 'file' });
  language.name = 'Pprof Lens';
  showState(language, 'starting');
  const offer = window.createStatusBarItem('pprofLens.offer', StatusBarAlignment.Left, 10);
  offer.name = 'Pprof Lens: Load Profile';
  offer.text = '$(flame) Load Profile';
  offer.tooltip = 'Show what a Go profile says on the lines that it says it about.';
  offer.command = 'pprofLens.load';

  return Disposable.from(profile, filter, offer, language,
    server.onDidChangeState((state) => {
      showState(language, state);
      show(offer, state === 'running');
    }),
    status.onDidChange((current) => {
      profile.text = profileText(current);
      profile.tooltip = profileTooltip(current);
      filter.tooltip = `Only part of the samples is shown.\n${filterText(current)}\nClick to show all of them.`;
      show(offer, current.profile === null);
      show(profile, current.profile !== null);
      show(filter, isFiltered(current));
    }));
}

/** Fixed words only: VS Code would render links in this text. */
function showState(item: LanguageStatusItem, state: ServerState): void {
  item.busy = state === 'starting';
  item.severity = state === 'stopped' ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
  item.text = { starting: 'Pprof Lens is starting', running: 'Pprof Lens', stopped: 'Pprof Lens has stopped' }[state];
  item.command = state === 'stopped'
    ? { command: 'pprofLens.restart', title: 'Restart' }
    : { command: 'pprofLens.showLog', title: 'Show Log' };
}

function profileText({ profile, source, total, trend, watching, failure }: Status): string {
  const icon = failure ? '$(warning)' : watching ? '$(pulse)' : '$(flame)';
  const isTold = trend?.includes(` ${total ?? ''} `) ?? false; // in use is what the trend shows too
  const parts = [baseName(source ?? ''), profile?.sample_type.type, isTold ? '' : total, trend];
  return `${icon} ${parts.filter(Boolean).map((part) => withoutIcons(part ?? '')).join(' ')}`;
}

function profileTooltip({ profile, source, base, failure, standing }: Status): string {
  return [
    source,
    standing,
    base?.length ? `compared with ${base.join(', ')}` : '',
    `${profile?.kind ?? ''} profile, ${String(profile?.samples ?? 0)} samples`,
    failure,
    'Click to select the sample type.',
  ].filter(Boolean).map((part) => harmless(part ?? '')).join('\n');
}

function filterText({ filter }: Status): string {
  return Object.entries<string>({ ...filter })
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

function show(item: { show(): void; hide(): void }, visible: boolean): void {
  if (visible) {
    item.show();
  } else {
    item.hide();
  }
}
