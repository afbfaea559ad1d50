/** The top of what is loaded, beside the call tree: the web application's table in a webview. Never reads a figure. */

import { commands, Disposable, env, window, type LogOutputChannel, type Uri, type WebviewView, type WebviewViewProvider } from 'vscode';
import type { Server } from '../client';
import { report } from '../errors';
import { openOrSay } from '../places';
import type { CallTreeNode } from '../protocol';
import type { StatusModel } from '../status';
import { plain, shortName } from '../text';
import { run } from './webview';
import type { CallTold, TopTold, TopWish } from '../../../web/src/messages';

const ID = 'pprofLens.top';

export class Top implements WebviewViewProvider {
  private readonly subscriptions: Disposable;
  private view: WebviewView | undefined;
  private filling = 0;
  /** Whether what is shown is of before the last status. */
  private isStale = true;
  private isReady = false;

  constructor(private readonly extension: Uri, private readonly server: Server, private readonly status: StatusModel, private readonly log: LogOutputChannel) {
    this.subscriptions = Disposable.from(
      window.registerWebviewViewProvider(ID, this, { webviewOptions: { retainContextWhenHidden: true } }),
      status.onDidChange(() => {
        this.isStale = true;
        this.fill();
      }),
    );
  }

  resolveWebviewView(view: WebviewView): void {
    this.view = view;
    this.isReady = false;
    view.onDidChangeVisibility(() => { this.fill(); });
    view.onDidDispose(() => { this.view = undefined; });
    view.webview.onDidReceiveMessage((wish: TopWish) => {
      this.grant(wish).catch((error: unknown) => report(error, this.log));
    });
    run('side.js', view.webview, this.extension);
  }

  /** Brings the view to the front. */
  async show(): Promise<void> {
    await commands.executeCommand(`${ID}.focus`);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** Asks the server for the table once somebody looks, and gives way to a newer one. */
  private fill(): void {
    if (!this.view?.visible || !this.isReady || !this.isStale || !this.status.current.profile) {
      return;
    }
    this.isStale = false;
    const number = ++this.filling;
    this.server.run('topTable', {}).then(
      ({ packed }): TopTold => ({ tell: 'packed', packed }),
      (error: unknown): TopTold => ({ tell: 'failed', message: plain(error instanceof Error ? error.message : String(error)) }),
    ).then((told) => {
      if (number === this.filling) {
        this.tell(told);
      }
    }).catch((error: unknown) => { this.log.warn(`The top is gone: ${String(error)}`); });
  }

  private tell(told: TopTold): void {
    void this.view?.webview.postMessage(told);
  }

  private async grant(wish: TopWish): Promise<void> {
    switch (wish.wish) {
      case 'ready':
        this.isReady = this.isStale = true;
        this.fill();
        break;
      case 'open':
        await openOrSay(await this.server.run('functionPlace', { function: wish.name, of: wish.of }));
        break;
      case 'calls':
        this.tell({ tell: 'calls', name: wish.name, calls: await this.callsOf(wish.name) });
        break;
      case 'tree':
        await commands.executeCommand('pprofLens.showCallTree', { function: wish.name, title: shortName(wish.name) });
        break;
      case 'flame':
        await commands.executeCommand('pprofLens.showInFlameGraph', { node: { function: wish.name } });
        break;
      case 'copy':
        await env.clipboard.writeText(wish.text);
    }
  }

  private async callsOf(name: string): Promise<readonly CallTold[]> {
    const ask = (direction: 'callers' | 'callees') => this.server.run('callTree', { root: { function: name }, direction });
    const [callers, callees] = await Promise.all([ask('callers'), ask('callees')]);
    const told = (way: CallTold['way']) => ({ function: other, cum }: CallTreeNode): CallTold => ({ way, name: other, weight: cum });
    return [...callers.nodes.map(told('called by')), ...callees.nodes.map(told('calls'))];
  }
}
