/**
 * The library's client without its notifications, of which one failure brings several: everything is logged,
 * and a server that stays away is told of once, by `gaveUp`. Restarts after crashes as the library does.
 */

import {
  CloseAction,
  LanguageClient,
  State,
  type CloseHandlerResult,
  type ErrorHandler,
  type Executable,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';

export class QuietClient extends LanguageClient {
  private hasRun = false;

  constructor(executable: Executable, options: LanguageClientOptions, private readonly gaveUp: () => void) {
    super('pprofLens', 'Pprof Lens', executable, { ...options, initializationFailedHandler: () => false });
    this.onDidChangeState(({ newState }) => { this.hasRun ||= newState === State.Running; });
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override createDefaultErrorHandler(maxRestartCount?: number): ErrorHandler {
    const usual = super.createDefaultErrorHandler(maxRestartCount);
    return { error: (error, message, count) => usual.error(error, message, count), closed: () => this.afterClose(usual) };
  }

  private async afterClose(usual: ErrorHandler): Promise<CloseHandlerResult> {
    if (!this.hasRun) {
      return { action: CloseAction.DoNotRestart, handled: true }; // `start` rejects; another try would end as this one
    }
    const result = await usual.closed();
    if (result.action === CloseAction.DoNotRestart) {
      this.gaveUp();
    }
    return { ...result, handled: true };
  }
}
