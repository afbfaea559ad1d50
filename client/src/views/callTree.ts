/** The call tree view: callers and callees of one function or line, asked for as they are unfolded. Never computes a figure. */

import { ThemeIcon, TreeItem, TreeItemCollapsibleState, window, EventEmitter, type TreeDataProvider, type TreeView } from 'vscode';
import type { Server } from '../client';
import { baseName, shortName } from '../text';
import { fileUri } from '../places';
import type { CallRow, CallTreeNode, Direction, Root, ShowCallTree } from '../protocol';
import type { StatusModel } from '../status';

interface Section {
  readonly direction: Direction;
  readonly nodes: readonly CallTreeEntry[];
}

export interface CallTreeEntry {
  readonly direction: Direction;
  readonly node: CallTreeNode;
  /** Unfolded at once, because nothing else stands beside it. */
  readonly alone: boolean;
}

/** A line on which a caller makes a call, where there are several. */
interface CallSite {
  readonly call: CallRow;
}

type Element = Section | CallTreeEntry | CallSite;

const TITLES: Readonly<Record<Direction, string>> = { callers: 'Callers', callees: 'Callees' };

export class CallTree implements TreeDataProvider<Element> {
  private readonly changed = new EventEmitter<undefined>();
  private readonly view: TreeView<Element>;
  private root: Root | undefined;
  private sections: readonly Section[] = [];
  /** What lies below an entry: a view that has just opened is filled twice, and the server is to be asked once. */
  private readonly unfolded = new WeakMap<CallTreeEntry, Promise<CallTreeEntry[]>>();

  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly server: Server, private readonly status: StatusModel) {
    this.view = window.createTreeView<Element>('pprofLens.callTree', { treeDataProvider: this, showCollapseAll: true });
    status.onDidChange(() => { void this.refresh(); });
  }

  /** Fills the view with what calls `target` and what it calls, and brings it to the front. */
  async show(target: ShowCallTree): Promise<void> {
    const root = rootOf(target);
    if (!root) {
      return;
    }
    const wasHidden = !this.view.visible;
    await this.fill(root);
    this.view.description = target.title ?? target.function ?? `${baseName(target.uri ?? '')}:${String((target.line ?? 0) + 1)}`;
    const first = this.sections[0];
    if (first) {
      await this.view.reveal(first, { select: false, focus: false, expand: true });
      if (wasHidden) {
        this.changed.fire(undefined); // while it opened, VS Code asked for the revealed part only
      }
    }
  }

  async getChildren(element?: Element): Promise<Element[]> {
    if (!element) {
      return [...this.sections];
    }
    if ('call' in element) {
      return [];
    }
    return 'nodes' in element ? [...element.nodes] : [...callSites(element), ...(element.node.hasChildren ? await this.below(element) : [])];
  }

  getTreeItem(element: Element): TreeItem {
    if ('call' in element) {
      return callItem(element);
    }
    return 'nodes' in element ? sectionItem(element) : nodeItem(element);
  }

  /** Only the sections are ever revealed. */
  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private async refresh(): Promise<void> {
    try {
      await this.fill(this.status.current.profile ? this.root : undefined);
    } catch {
      await this.fill(undefined); // the new profile or filter does not have the function
    }
  }

  private async fill(root: Root | undefined): Promise<void> {
    this.root = root;
    const sections = root
      ? await Promise.all((['callers', 'callees'] as const).map(async (direction) => ({ direction, nodes: await this.ask(direction) })))
      : [];
    if (root !== this.root) {
      return; // something newer was asked for meanwhile
    }
    this.sections = sections;
    if (!root) {
      this.view.description = '';
    }
    this.changed.fire(undefined);
  }

  private below(entry: CallTreeEntry): Promise<CallTreeEntry[]> {
    const known = this.unfolded.get(entry);
    if (known) {
      return known;
    }
    const asked = this.ask(entry.direction, entry.node.id);
    this.unfolded.set(entry, asked);
    asked.catch(() => this.unfolded.delete(entry));
    return asked;
  }

  private async ask(direction: Direction, parent?: string): Promise<CallTreeEntry[]> {
    if (!this.root) {
      return [];
    }
    const { nodes } = await this.server.run('callTree', { root: this.root, direction, ...(parent === undefined ? {} : { parent }) });
    const alone = parent === undefined && nodes.length === 1;
    return nodes.map((node) => ({ direction, node, alone }));
  }
}

function rootOf({ function: name, declaration, uri, line }: ShowCallTree): Root | undefined {
  if (declaration) {
    return { declaration };
  }
  if (name) {
    return { function: name };
  }
  return uri !== undefined && line !== undefined ? { uri, line } : undefined;
}

function sectionItem({ direction, nodes }: Section): TreeItem {
  const item = new TreeItem(TITLES[direction], nodes.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None);
  item.description = nodes.length > 0 ? '' : 'none';
  item.iconPath = new ThemeIcon(direction === 'callers' ? 'call-incoming' : 'call-outgoing');
  return item;
}

function callSites({ node }: CallTreeEntry): CallSite[] {
  return node.calls.length > 1 ? node.calls.map((call) => ({ call })) : [];
}

function callItem({ call }: CallSite): TreeItem {
  const uri = fileUri(call.uri);
  const line = call.line ?? 0;
  const item = new TreeItem(uri ? `calls on line ${String(line + 1)}` : 'calls elsewhere', TreeItemCollapsibleState.None);
  item.description = `${call.label} ${call.percent}`;
  item.iconPath = new ThemeIcon('arrow-small-right');
  if (uri) {
    item.tooltip = `${uri.fsPath}:${String(line + 1)}`;
    item.command = { command: 'pprofLens.openPlace', title: 'Open', arguments: [{ uri: uri.toString(), line }] };
  }
  return item;
}

function nodeItem({ direction, node, alone }: CallTreeEntry): TreeItem {
  const unfolded = alone ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
  const item = new TreeItem(shortName(node.function), node.hasChildren || node.calls.length > 1 ? unfolded : TreeItemCollapsibleState.None);
  const uri = fileUri(node.uri);
  const line = node.line ?? 0;
  item.description = `${node.label} ${node.percent}`;
  item.tooltip = `${node.function}\n${item.description}\n${uri ? `${uri.fsPath}:${String(line + 1)}` : 'Its source is not on this machine.'}`;
  item.iconPath = new ThemeIcon(uri ? 'symbol-method' : 'circle-outline');
  item.contextValue = direction === 'callers' ? 'caller' : 'callee';
  if (uri) {
    item.command = { command: 'pprofLens.openPlace', title: 'Open', arguments: [{ uri: uri.toString(), line }] };
  }
  return item;
}
