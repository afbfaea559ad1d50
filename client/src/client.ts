/**
 * The language server's process and the connection to it: starts, restarts, asks and is told.
 * Never two processes at once; never knows what an answer means.
 */

import { Disposable, EventEmitter, window, workspace, type ExtensionContext, type LogOutputChannel } from 'vscode';
import {
  ExecuteCommandRequest,
  Message,
  RevealOutputChannelOn,
  State,
  WorkDoneProgressCancelNotification,
  type Executable,
  type LanguageClient,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import { onDidChooseInterpreter } from './interpreter';
import { isFrozen, serverExecutable } from './launch';
import { CancellableProgress } from './progress';
import { OUTPUT_NOTIFICATION, RUNS_NOTIFICATION, SECRET_REQUEST, serverCommandId, STATUS_NOTIFICATION, type Output, type RunRows, type ServerCommand, type ServerCommands, type Status } from './protocol';
import { QuietClient } from './quietClient';
import { secretOf } from './commands/sources';
import { Coalesced } from './restart';
import { logByLevel } from './serverLog';
import { plain } from './text';

export type ServerState = 'starting' | 'running' | 'stopped';

/** The server does not run; why has been said when it stopped. */
export class NotRunning extends Error {
  constructor() {
    super('The server of Pprof Lens does not run; its log says why.');
  }
}

export class Server {
  private readonly stateChanged = new EventEmitter<ServerState>();
  private readonly statusReceived = new EventEmitter<Status>();
  private readonly outputReceived = new EventEmitter<Output>();
  private readonly runsReceived = new EventEmitter<RunRows>();
  private readonly restarts = new Coalesced(() => this.replace());
  private readonly disposables: { dispose(): void }[] = [this.stateChanged, this.statusReceived, this.outputReceived, this.runsReceived];
  private client: LanguageClient | undefined;
  private executable: Executable | undefined;

  readonly onDidChangeState = this.stateChanged.event;
  readonly onDidReceiveStatus = this.statusReceived.event;
  readonly onDidReceiveOutput = this.outputReceived.event;
  readonly onDidReceiveRuns = this.runsReceived.event;

  constructor(private readonly context: ExtensionContext, private readonly log: LogOutputChannel) {
    this.disposables.push(
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('pprofLens.interpreter') || event.affectsConfiguration('pprofLens.server')) {
          void this.restartIfOther();
        }
      }),
      workspace.onDidGrantWorkspaceTrust(() => this.restart()),
    );
    void onDidChooseInterpreter(() => void this.restartIfOther()).then((listener) => listener && this.disposables.push(listener));
  }

  restart(): Promise<void> {
    return this.restarts.run();
  }

  /** Runs a command of the server; rejects with the sentence that the user should read. */
  async run<K extends ServerCommand>(name: K, argument: ServerCommands[K]['argument']): Promise<ServerCommands[K]['answer']> {
    await this.restarts.idle();
    if (!this.client) {
      throw new NotRunning();
    }
    const params = { command: serverCommandId(name), arguments: [argument] };
    return (await this.client.sendRequest(ExecuteCommandRequest.type, params)) as ServerCommands[K]['answer'];
  }

  async dispose(): Promise<void> {
    Disposable.from(...this.disposables).dispose();
    await this.restarts.idle();
    await this.stop();
  }

  private async restartIfOther(): Promise<void> {
    const executable = await serverExecutable(this.context.extensionPath, this.log);
    if (JSON.stringify(executable) !== JSON.stringify(this.executable)) {
      await this.restart();
    }
  }

  private async replace(refused?: Executable): Promise<void> {
    await this.stop();
    this.stateChanged.fire('starting');
    this.executable = await serverExecutable(this.context.extensionPath, this.log, refused);
    if (!this.executable) {
      this.stateChanged.fire('stopped');
      return;
    }
    const client = this.connect(this.executable);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.log.error(`The server did not start: ${String(error)}`);
      this.client = undefined;
      if (!refused && isFrozen(this.context.extensionPath, this.executable)) {
        await this.replace(this.executable);
        return;
      }
      this.stateChanged.fire('stopped');
      void this.tellGone();
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.log.warn(`The server did not stop in good order: ${String(error)}`);
    }
  }

  private connect(executable: Executable): LanguageClient {
    const progress = new CancellableProgress((token) => void client.sendNotification(WorkDoneProgressCancelNotification.type, { token }));
    const client = new QuietClient(executable, this.options(progress), () => void this.tellGone());
    client.onRequest(SECRET_REQUEST, async ({ name }: { readonly name: string }) => ({ value: await secretOf(this.context.secrets, name) ?? null }));
    client.onNotification(STATUS_NOTIFICATION, (status: Status) => { this.statusReceived.fire(status); });
    client.onNotification(OUTPUT_NOTIFICATION, (output: Output) => { this.outputReceived.fire(output); });
    client.onNotification(RUNS_NOTIFICATION, (runs: RunRows) => { this.runsReceived.fire(runs); });
    client.onDidChangeState(({ newState }) => {
      if (newState !== State.Running) {
        progress.finishAll();
      }
      this.stateChanged.fire(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped');
    });
    return client;
  }

  private async tellGone(): Promise<void> {
    const choice = await window.showErrorMessage('The server of Pprof Lens does not run.', 'Restart', 'Show Log');
    if (choice === 'Restart') {
      await this.restart();
    } else if (choice === 'Show Log') {
      this.log.show();
    }
  }

  private options(progress: CancellableProgress): LanguageClientOptions {
    return {
      documentSelector: [{ language: 'go', scheme: 'file' }], // the server asks for what else a profile names
      outputChannel: this.log,
      stdioOptions: logByLevel(this.log),
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => ({
        client: 'vscode',
        trusted: workspace.isTrusted,
        settings: JSON.parse(JSON.stringify(workspace.getConfiguration('pprofLens'))) as unknown,
      }),
      markdown: { isTrusted: false, supportHtml: false, supportThemeIcons: false },
      connectionOptions: { messageStrategy: { handleMessage: (message, next) => next(withPlainText(message)) } },
      middleware: {
        handleWorkDoneProgress: (token, params, next) => {
          progress.handle(token, params);
          if (params.kind === 'end') {
            next(token, params);
          }
        },
      },
    };
  }
}

/** Takes command links out of messages that the library would show as they come: they may quote a profile. */
function withPlainText(message: Message): Message {
  if ((Message.isNotification(message) || Message.isRequest(message)) && message.method.startsWith('window/showMessage')) {
    const params = message.params as { message: string };
    return { ...message, params: { ...params, message: plain(params.message) } } as Message;
  }
  return message;
}
