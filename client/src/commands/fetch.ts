/** Loads a profile from a running program. */

import { window } from 'vscode';
import type { Context } from '../context';
import type { EndpointKind } from '../protocol';
import { withoutIcons } from '../text';
import { pickUrl } from './pickUrl';

const LONGEST_SECONDS = 3_600;

export const fetch = ({ extension, server }: Context) => async (): Promise<void> => {
  const url = await pickUrl(extension.workspaceState, 'Fetch Profile from URL');
  if (!url) {
    return;
  }
  const { kinds } = await server.run('endpoints', { url });
  const kind = kinds.length === 1 ? kinds[0] : await pickKind(kinds);
  const seconds = kind?.needsSeconds ? await askSeconds() : undefined;
  if (!kind || (kind.needsSeconds && seconds === undefined)) {
    return;
  }
  await server.run('load', { source: kind.url, ...(seconds === undefined ? {} : { seconds }) });
};

async function pickKind(kinds: readonly EndpointKind[]): Promise<EndpointKind | undefined> {
  const items = kinds.map((endpoint) => ({
    endpoint,
    label: withoutIcons(endpoint.kind),
    detail: withoutIcons(endpoint.description),
  }));
  return (await window.showQuickPick(items, { title: 'Fetch Profile', placeHolder: 'What the program offers', matchOnDetail: true }))?.endpoint;
}

async function askSeconds(): Promise<number | undefined> {
  const answer = await window.showInputBox({
    title: 'Fetch Profile',
    prompt: 'For how many seconds?',
    value: '30',
    validateInput: (text) => isDuration(Number(text)) ? undefined : `A number of seconds up to ${String(LONGEST_SECONDS)}.`,
  });
  return answer === undefined ? undefined : Number(answer);
}

function isDuration(seconds: number): boolean {
  return seconds > 0 && seconds <= LONGEST_SECONDS;
}
