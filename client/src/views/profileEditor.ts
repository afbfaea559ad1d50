/** A whole profile as an editor: the web application in a webview, which the server fills. Never reads a profile. */

import {
  commands, Disposable, env, RelativePattern, Uri, ViewColumn, window, workspace,
  type CustomDocument, type CustomReadonlyEditorProvider, type ExtensionContext, type LogOutputChannel, type WebviewPanel,
} from 'vscode';
import { dirname } from 'node:path';
import type { Server } from '../client';
import { report } from '../errors';
import { openBeside } from '../places';
import type { PageOf } from '../protocol';
import { baseName, plain } from '../text';
import { run } from './webview';
import type { Told, Wish } from '../../../web/src/messages';

const VIEW_TYPES = ['pprofLens.profile', 'pprofLens.profileOption'];
const LOADED = 'pprofLens.loadedProfile';

/** The files that an editor shows, less those of `base`. */
type Shown = Required<Pick<PageOf, 'source' | 'base'>>;

export class ProfileEditors implements CustomReadonlyEditorProvider {
  private readonly subscriptions: Disposable;
  /** The panel of what is loaded, which a function is shown in, and the files that it was opened for. */
  private loaded: { readonly of: string; readonly editor: ProfileEditor } | undefined;

  constructor(private readonly extension: ExtensionContext, private readonly server: Server, private readonly log: LogOutputChannel) {
    const options = { webviewOptions: { retainContextWhenHidden: true } };
    this.subscriptions = Disposable.from(...VIEW_TYPES.map((type) => window.registerCustomEditorProvider(type, this, options)));
  }

  openCustomDocument(uri: Uri): CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: CustomDocument, panel: WebviewPanel): void {
    const editor = new ProfileEditor({ source: uri.fsPath, base: [] }, panel, this.extension.extensionUri, this.server, this.log);
    const files = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(dirname(uri.fsPath)), baseName(uri.path)));
    files.onDidChange(() => { editor.fill(); });
    files.onDidCreate(() => { editor.fill(); });
    panel.onDidDispose(() => { files.dispose(); });
  }

  /** Shows what is loaded as a whole, and in it the stacks through a function. */
  show(shown: Shown, name: string | undefined): void {
    const of = JSON.stringify(shown);
    let { loaded } = this;
    if (loaded?.of !== of) {
      loaded?.editor.panel.dispose();
      const title = [shown.source].flat().map(baseName).join(', ');
      const panel = window.createWebviewPanel(LOADED, plain(title), ViewColumn.Active, { retainContextWhenHidden: true });
      const editor = new ProfileEditor(shown, panel, this.extension.extensionUri, this.server, this.log);
      loaded = this.loaded = { of, editor };
      panel.onDidDispose(() => {
        if (this.loaded?.editor === editor) {
          this.loaded = undefined;
        }
      });
    }
    loaded.editor.panel.reveal();
    if (name !== undefined) {
      loaded.editor.show(name);
    }
  }

  dispose(): void {
    this.loaded?.editor.panel.dispose();
    this.subscriptions.dispose();
  }
}

class ProfileEditor {
  private filter = { focus: '', ignore: '' };
  private filling = 0;
  private isFilled = false;
  private wanted: string | undefined;

  constructor(
    private readonly shown: Shown, readonly panel: WebviewPanel, extension: Uri,
    private readonly server: Server, private readonly log: LogOutputChannel,
  ) {
    panel.webview.onDidReceiveMessage((wish: Wish) => {
      this.grant(wish).catch((error: unknown) => report(error, log));
    });
    run('page.js', panel.webview, extension);
  }

  /** Asks the server for the page, and gives way to a newer one. */
  fill(): void {
    const number = ++this.filling;
    const { filter } = this;
    this.server.run('page', { ...this.shown, ...filter }).then(
      ({ packed }): Told => ({ tell: 'packed', packed, filter }),
      (error: unknown): Told => ({ tell: 'failed', message: plain(error instanceof Error ? error.message : String(error)) }),
    ).then((told) => {
      if (number === this.filling) {
        this.tell(told);
        this.isFilled = true;
        this.showWanted();
      }
    }).catch((error: unknown) => { this.log.warn(`A profile's editor is gone: ${String(error)}`); });
  }

  /** Shows the stacks through a function, once there is something to show. */
  show(name: string): void {
    this.wanted = name;
    this.showWanted();
  }

  private showWanted(): void {
    if (this.isFilled && this.wanted !== undefined) {
      this.tell({ tell: 'show', name: this.wanted });
      this.wanted = undefined;
    }
  }

  private tell(told: Told): void {
    void this.panel.webview.postMessage(told);
  }

  private async grant(wish: Wish): Promise<void> {
    switch (wish.wish) {
      case 'ready':
        this.fill();
        break;
      case 'filter':
        this.filter = { focus: wish.focus, ignore: wish.ignore };
        this.fill();
        break;
      case 'open':
        await openBeside(await this.server.run('pagePlace', { ...this.shown, file: wish.file, profileLine: wish.line }), this.panel.viewColumn);
        break;
      case 'copy':
        await env.clipboard.writeText(wish.text);
        break;
      case 'load':
        await this.server.run('load', this.shown);
        break;
      case 'text':
        await commands.executeCommand('vscode.openWith', Uri.file([this.shown.source].flat()[0] ?? ''), 'default');
    }
  }
}
