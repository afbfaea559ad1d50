/**
 * The leaks view: the findings that are about leaks, in the server's order. Never judges one.
 * A row that is drawn anew loses its hover, and the one that is about to come: so charts and amounts, which each poll
 * changes, are drawn now and then only, and nothing while someone reads.
 */

import { isDeepStrictEqual } from 'node:util';
import { EventEmitter, MarkdownString, ThemeColor, ThemeIcon, TreeItem, window, type TreeDataProvider, type TreeView } from 'vscode';
import { baseName, shortName } from '../text';
import { fileUri } from '../places';
import type { Finding } from '../protocol';
import type { StatusModel } from '../status';

const LEAKS: readonly string[] = ['goroutine-leak', 'goroutines-blocked', 'heap-growth'];
const STAYS_MS = 10_000;

export class Leaks implements TreeDataProvider<Finding> {
  private readonly changed = new EventEmitter<undefined>();
  private readonly view: TreeView<Finding>;
  private findings: readonly Finding[] = [];
  private drawn: readonly Finding[] = [];
  private drawnAt = 0;
  private readAt = 0;
  private waiting: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(status: StatusModel) {
    this.view = window.createTreeView('pprofLens.leaks', { treeDataProvider: this });
    status.onDidChange(({ findings, lookedAt }) => {
      const leaks = findings.filter(({ code }) => LEAKS.includes(code));
      // All of what was looked at explains an empty view; beside leaks it would take their room.
      this.view.message = (leaks.length > 0 ? lookedAt?.slice(0, 1) : lookedAt)?.join(' ') ?? '';
      this.show(leaks);
    });
  }

  getChildren(finding?: Finding): Finding[] {
    if (finding) {
      return [];
    }
    this.drawn = this.findings;
    this.drawnAt = Date.now();
    return [...this.findings];
  }

  getTreeItem(finding: Finding): TreeItem {
    return leakItem(finding);
  }

  /** VS Code asks when someone points at a row, and would take the answer away again with the next drawing. */
  resolveTreeItem(item: TreeItem, finding: Finding): TreeItem {
    this.readAt = Date.now();
    item.tooltip = tooltip(finding);
    return item;
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.view.dispose();
    this.changed.dispose();
  }

  private show(findings: readonly Finding[]): void {
    this.findings = findings;
    this.view.badge = findings.length > 0 ? { value: findings.length, tooltip: `${String(findings.length)} leaks` } : undefined;
    clearTimeout(this.waiting);
    if (isDeepStrictEqual(findings, this.drawn)) {
      return;
    }
    const wait = staysUntil(this.drawn, findings, this.drawnAt, this.readAt) - Date.now();
    if (wait > 0) {
      this.waiting = setTimeout(() => { this.changed.fire(undefined); }, wait);
    } else {
      this.changed.fire(undefined);
    }
  }
}

/** Until when what was drawn stays, though something else is known: a leak that comes or goes waits only for who reads. */
export function staysUntil(drawn: readonly Finding[], known: readonly Finding[], drawnAt: number, readAt: number): number {
  if (known.length === 0) {
    return 0;
  }
  const isSameRows = isDeepStrictEqual(drawn.map(named), known.map(named));
  return (isSameRows ? Math.max(drawnAt, readAt) : readAt) + STAYS_MS;
}

/** What a row is of, whatever it says of that. */
const named = ({ code, uri, line, function: name }: Finding): unknown => [code, uri, line, name];

/** Where it is, its chart, what it is, and the chart's ends in words for those who hear it. */
export function leakItem(finding: Finding): TreeItem {
  const { code, message, chart, ends } = finding;
  const uri = fileUri(finding.uri);
  const place = uri ? `${baseName(uri.path)}:${String((finding.line ?? 0) + 1)}` : shortName(finding.function ?? '');
  const item = new TreeItem(place);
  item.description = [chart, message].filter(Boolean).join(' ');
  item.accessibilityInformation = { label: [`${code} at ${place}: ${message}`, ends].filter(Boolean).join(' ') };
  item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  if (uri) {
    item.command = { command: 'pprofLens.openPlace', title: 'Open', arguments: [finding] };
  }
  return item;
}

/** All that is known of it, with the large chart. */
export function tooltip({ code, message, largeChart, ends }: Finding): MarkdownString {
  const text = new MarkdownString().appendText(`${code}\n${message}`);
  text.value = text.value.replaceAll('&nbsp;', ' '); // else a long message has no place to break
  return largeChart ? text.appendCodeblock(`${largeChart}\n${ends ?? ''}`, 'text') : text;
}
