/** Colours hot lines at their start and in the overview ruler of every visible editor. Takes the heat from the server. */

import { Disposable, OverviewRulerLane, Range, ThemeColor, window, workspace, type TextDocument, type TextEditor, type TextEditorDecorationType } from 'vscode';
import type { Server } from '../client';
import type { LineFigures } from '../protocol';
import type { StatusModel } from '../status';

/** Decorations move with edits by themselves; the server's answer is wanted once the typing pauses. */
const EDIT_PAUSE_MS = 300;
const STEPS = [1, 2, 3, 4] as const;

export class Heat {
  private readonly grown = STEPS.map((step) => bar(`pprofLens.heat${String(step)}`));
  private readonly shrunk = STEPS.map((step) => bar(`pprofLens.shrunk${String(step)}`));
  private readonly subscriptions: Disposable;
  private pause: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server, private readonly status: StatusModel) {
    this.subscriptions = Disposable.from(
      ...this.grown,
      ...this.shrunk,
      status.onDidChange(() => { this.updateAll(); }),
      window.onDidChangeVisibleTextEditors(() => { this.updateAll(); }),
      workspace.onDidChangeTextDocument(({ document }) => { this.edited(document); }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('pprofLens.heat.enabled')) {
          this.updateAll();
        }
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.pause);
    this.subscriptions.dispose();
  }

  private edited(document: TextDocument): void {
    if (this.status.current.profile && isFile(document)) {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => { this.updateAll(); }, EDIT_PAUSE_MS);
    }
  }

  private updateAll(): void {
    window.visibleTextEditors.filter(({ document }) => isFile(document)).forEach((editor) => void this.update(editor));
  }

  private async update(editor: TextEditor): Promise<void> {
    const { document } = editor;
    const { version } = document;
    const lines = await this.ask(document);
    if (document.version === version) {
      STEPS.forEach((step, i) => {
        const hot = lines.filter(({ heat }) => heat === step);
        paint(editor, this.grown[i], hot.filter((line) => !isShrunk(line)));
        paint(editor, this.shrunk[i], hot.filter(isShrunk));
      });
    }
  }

  private async ask(document: TextDocument): Promise<readonly LineFigures[]> {
    const enabled = workspace.getConfiguration('pprofLens').get<boolean>('heat.enabled', true);
    if (!enabled || !this.status.current.profile) {
      return [];
    }
    try {
      return (await this.server.run('lines', { uri: document.uri.toString() })).lines;
    } catch {
      return []; // colours are not worth a message; the hints of the same lines say what is wrong
    }
  }
}

/** Of any language: a profile may name assembly, C and templates. */
function isFile({ uri }: TextDocument): boolean {
  return uri.scheme === 'file';
}

/** Negative figures come from a comparison: less than in the base. */
function isShrunk({ flat, cum }: LineFigures): boolean {
  return (flat || cum) < 0;
}

/** A bar at the left edge of the line: text keeps its own background, so it stays readable in every theme. */
function bar(colour: string): TextEditorDecorationType {
  const themeColor = new ThemeColor(colour);
  return window.createTextEditorDecorationType({
    isWholeLine: true,
    borderColor: themeColor,
    borderStyle: 'solid',
    borderWidth: '0 0 0 5px',
    overviewRulerColor: themeColor,
    overviewRulerLane: OverviewRulerLane.Left,
  });
}

function paint(editor: TextEditor, type: TextEditorDecorationType | undefined, lines: readonly LineFigures[]): void {
  if (type) {
    editor.setDecorations(type, lines.map(({ line }) => new Range(line, 0, line, 0)));
  }
}
