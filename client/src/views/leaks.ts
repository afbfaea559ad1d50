/** The leaks view: the findings that are about leaks, in the server's order. Never judges one. */

import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, window, type TreeDataProvider, type TreeView } from 'vscode';
import { baseName } from '../text';
import { fileUri } from '../places';
import type { Finding } from '../protocol';
import type { StatusModel } from '../status';

const LEAKS: readonly string[] = ['goroutine-leak', 'goroutines-blocked', 'heap-growth'];

export class Leaks implements TreeDataProvider<Finding> {
  private readonly changed = new EventEmitter<undefined>();
  private readonly view: TreeView<Finding>;
  private findings: readonly Finding[] = [];

  readonly onDidChangeTreeData = this.changed.event;

  constructor(status: StatusModel) {
    this.view = window.createTreeView('pprofLens.leaks', { treeDataProvider: this });
    status.onDidChange(({ findings }) => { this.show(findings.filter(({ code }) => LEAKS.includes(code))); });
  }

  getChildren(finding?: Finding): Finding[] {
    return finding ? [] : [...this.findings];
  }

  getTreeItem(finding: Finding): TreeItem {
    const item = new TreeItem(finding.message);
    const uri = fileUri(finding.uri);
    item.description = uri ? `${baseName(uri.path)}:${String((finding.line ?? 0) + 1)}` : '';
    item.tooltip = `${finding.code}\n${finding.message}`;
    item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    if (uri) {
      item.command = { command: 'pprofLens.openPlace', title: 'Open', arguments: [finding] };
    }
    return item;
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private show(findings: readonly Finding[]): void {
    this.findings = findings;
    this.view.badge = findings.length > 0 ? { value: findings.length, tooltip: `${String(findings.length)} leaks` } : undefined;
    this.changed.fire(undefined);
  }
}
