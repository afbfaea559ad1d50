/** The view of benchmark runs: each with its benchmarks below, in the server's order and words. Never judges one. */

import { EventEmitter, ThemeIcon, TreeItem, TreeItemCollapsibleState, window, type TreeDataProvider, type TreeView } from 'vscode';
import type { Server } from '../client';
import { age } from '../commands/pickProfile';
import type { RunBenchmark, RunRow } from '../protocol';

type Element = RunRow | RunBenchmark;

export class Runs implements TreeDataProvider<Element> {
  private readonly changed = new EventEmitter<undefined>();
  private readonly view: TreeView<Element>;
  private readonly listener: { dispose(): void };
  private runs: readonly RunRow[] | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly server: Server) {
    this.view = window.createTreeView<Element>('pprofLens.runs', { treeDataProvider: this, canSelectMany: true });
    this.listener = server.onDidReceiveRuns(({ runs }) => {
      this.runs = runs;
      this.changed.fire(undefined);
    });
  }

  async getChildren(element?: Element): Promise<Element[]> {
    if (element) {
      return 'benchmarks' in element ? [...element.benchmarks] : [];
    }
    this.runs ??= (await this.server.run('runs', {})).runs;
    return [...this.runs];
  }

  getTreeItem(element: Element): TreeItem {
    return 'benchmarks' in element ? runItem(element) : benchmarkItem(element);
  }

  dispose(): void {
    this.listener.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

/** When it was, of which commit, and what it is for the others. */
export function runItem({ takenSeconds, commit, isDirty, isBaseline, isShown, benchmarks }: RunRow): TreeItem {
  const taken = new Date(takenSeconds * 1000);
  const names = benchmarks.map(({ name }) => name.replace(/^Benchmark/, ''));
  const item = new TreeItem(names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : ''), isShown ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed);
  const at = commit ? `${commit.slice(0, 7)}${isDirty ? ' (dirty)' : ''}` : '';
  item.description = [isBaseline ? 'baseline' : '', age(taken, new Date()), at].filter(Boolean).join('  ');
  item.tooltip = [taken.toLocaleString(), commit && `commit ${commit}`, isDirty && 'with changes that are not committed'].filter(Boolean).join(', ');
  item.iconPath = new ThemeIcon(isBaseline ? 'pinned' : isShown ? 'eye' : 'beaker');
  item.contextValue = isBaseline ? 'baseline' : 'run';
  return item;
}

export function benchmarkItem({ name, figures, verdict }: RunBenchmark): TreeItem {
  const item = new TreeItem(name);
  item.description = verdict || figures; // eslint-disable-line @typescript-eslint/prefer-nullish-coalescing -- it may be empty
  item.tooltip = verdict ? `${figures}\n${verdict}` : figures;
  return item;
}
