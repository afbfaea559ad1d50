/** Shows the server's progress where its Cancel button can be seen. Knows nothing of what is in progress. */

import { ProgressLocation, window, type Progress } from 'vscode';
import type { WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from 'vscode-languageclient/node';
import { plain } from './text';

/** Work that ends sooner shows nothing. */
const DELAY_MS = 400;

interface Shown {
  readonly finish: () => void;
  report(value: WorkDoneProgressBegin | WorkDoneProgressReport): void;
}

export class CancellableProgress {
  private readonly shown = new Map<number | string, Shown>();

  constructor(private readonly cancel: (token: number | string) => void) {}

  handle(token: number | string, value: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd): void {
    switch (value.kind) {
      case 'begin':
        this.shown.set(token, this.show(token, value));
        break;
      case 'report':
        this.shown.get(token)?.report(value);
        break;
      case 'end':
        this.shown.get(token)?.finish();
        this.shown.delete(token);
    }
  }

  /** For a server that went away without saying `end`. */
  finishAll(): void {
    this.shown.forEach(({ finish }) => { finish(); });
    this.shown.clear();
  }

  private show(token: number | string, begin: WorkDoneProgressBegin): Shown {
    let latest: WorkDoneProgressBegin | WorkDoneProgressReport = begin;
    let percentage = 0;
    let visible: Progress<{ message?: string; increment?: number }> | undefined;
    const report = (value: WorkDoneProgressBegin | WorkDoneProgressReport): void => {
      latest = value;
      const reached = Math.max(percentage, value.percentage ?? 0);
      visible?.report({ ...(value.message ? { message: plain(value.message) } : {}), increment: reached - percentage });
      percentage = visible ? reached : percentage;
    };
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => { finish = resolve; });
    const timer = setTimeout(() => {
      const options = { location: ProgressLocation.Notification, title: plain(begin.title), cancellable: begin.cancellable ?? false };
      void window.withProgress(options, (progress, cancellation) => {
        cancellation.onCancellationRequested(() => { this.cancel(token); });
        visible = progress;
        report(latest);
        return finished;
      });
    }, DELAY_MS);
    void finished.then(() => { clearTimeout(timer); });
    return { report, finish: () => { finish(); } };
  }
}
