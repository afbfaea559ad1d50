/** Lets the user say what of which server of a fleet: source, profile, selector and time; remembers what was said last. */

import { QuickPickItemKind, window, type Memento, type QuickPickItem } from 'vscode';
import type { Server } from '../client';
import type { FleetOffer } from '../protocol';
import { withoutIcons } from '../text';
import { age } from './pickProfile';
import { openSources } from './sources';

const KEY = 'pprofLens.fleet';

/** What is asked of a fleet; `when` has the parameters of the address that say the time. */
export interface Asked {
  readonly source: string;
  readonly type: string;
  readonly selector: string;
  readonly when: Readonly<Record<string, string>>;
}

interface Step extends QuickPickItem {
  readonly value?: string;
}

interface When extends QuickPickItem {
  readonly when?: Readonly<Record<string, string>>;
  readonly ask?: 'moment' | 'range' | 'commit';
}

const RANGES: readonly When[] = [
  { label: 'Last 15 minutes', when: { from: 'now-15m' } },
  { label: 'Last hour', when: { from: 'now-1h' } },
  { label: 'Last 24 hours', when: { from: 'now-24h' } },
  { label: 'Last 7 days', when: { from: 'now-7d' } },
  { label: 'Since a commit…', ask: 'commit' },
  { label: 'At a moment…', ask: 'moment' },
  { label: 'From … to …', ask: 'range' },
];

/** A whole day: what runs now and then is offered, too. */
const OFFERED_FROM = { from: 'now-24h' };

export function address({ source, type, selector, when }: Asked): string {
  return `fleet://${source}?${new URLSearchParams({ query: `${type}${selector}`, ...when }).toString()}`;
}

/** Everything, or undefined where the user thought better of it. */
export async function pickFleet(server: Server, memory: Memento, title: string): Promise<Asked | undefined> {
  const before = memory.get<Asked>(KEY);
  const source = await pickSource(server, title, before?.source);
  const type = source && await pickType(server, title, source, before);
  if (!source || !type) {
    return undefined;
  }
  const isAsBefore = before?.source === source;
  return pickRest(server, memory, title, { source, type, selector: isAsBefore ? before.selector : '', when: isAsBefore ? before.when : {} });
}

/** The selector and the time, of a source and a profile that are known. */
export async function pickRest(server: Server, memory: Memento, title: string, before: Asked): Promise<Asked | undefined> {
  const selector = await pickSelector(server, title, before);
  const when = selector === undefined ? undefined : await pickWhen(server, title, before.when);
  if (selector === undefined || !when) {
    return undefined;
  }
  const asked = { ...before, selector, when };
  await memory.update(KEY, asked);
  return asked;
}

export const lastAsked = (memory: Memento): Asked | undefined => memory.get<Asked>(KEY);

async function pickSource(server: Server, title: string, before: string | undefined): Promise<string | undefined> {
  const { servers } = await server.run('fleet', {});
  if (servers.length === 0) {
    await openSources();
    return undefined;
  }
  const items = servers.map(({ name, kind, url }): Step => ({ label: withoutIcons(name), description: kind, detail: withoutIcons(url), value: name }));
  return servers.length === 1 ? servers[0]?.name : (await window.showQuickPick(first(items, before), { title, placeHolder: 'Which source?' }))?.value;
}

async function pickType(server: Server, title: string, source: string, before: Asked | undefined): Promise<string | undefined> {
  const items = server.run('fleetTypes', { source: address({ source, type: '', selector: '', when: OFFERED_FROM }) })
    .then(({ types, more }) => [
      ...first(types.map(({ query, label, told }): Step => ({ label: withoutIcons(label), description: withoutIcons(told), value: query })), before?.type),
      ...(more ? [{ label: more }] : []),
    ]);
  return (await window.showQuickPick(items, { title: `${title}: ${source}`, placeHolder: 'Which profile?', matchOnDescription: true }))?.value;
}

/** What is typed goes to the server, which says what may come next; an offer that is picked is as if it were typed. */
function pickSelector(server: Server, title: string, before: Asked): Promise<string | undefined> {
  const picker = window.createQuickPick<QuickPickItem & { readonly offer?: FleetOffer }>();
  picker.title = `${title}: ${before.source}, ${before.type}`;
  picker.placeholder = 'A service, a label, or a selector as {service_name="shop", region=~"eu.*"}';
  picker.value = before.selector;
  let newest = 0;
  const offer = async (): Promise<void> => {
    const number = newest += 1;
    picker.busy = true;
    const source = address({ ...before, type: '', selector: '', when: OFFERED_FROM });
    try {
      const { offers, more } = await server.run('fleetOffers', { source, type: before.type, text: picker.value });
      if (number === newest) {
        const items = offers.map((item) => ({
          offer: item,
          label: withoutIcons(item.isSelector ? `Load ${item.label}` : item.label),
          description: withoutIcons(item.told),
          alwaysShow: true,
        }));
        picker.items = more ? [...items, { label: more, alwaysShow: true }] : items;
      }
    } catch (error) {
      if (number === newest) {
        picker.items = [{ label: withoutIcons(error instanceof Error ? error.message : String(error)), alwaysShow: true }];
      }
    } finally {
      picker.busy = number !== newest;
    }
  };
  return new Promise((resolve) => {
    let chosen: string | undefined;
    picker.onDidChangeValue(() => void offer());
    picker.onDidAccept(() => {
      const picked = picker.activeItems[0]?.offer;
      if (picked?.isSelector) {
        chosen = picked.text;
        picker.hide();
      } else if (picked) {
        picker.value = picked.text;
        void offer();
      }
    });
    picker.onDidHide(() => {
      newest += 1;
      resolve(chosen);
      picker.dispose();
    });
    picker.show();
    void offer();
  });
}

async function pickWhen(server: Server, title: string, before: Asked['when']): Promise<Asked['when'] | undefined> {
  const known = RANGES.find(({ when }) => JSON.stringify(when) === JSON.stringify(before));
  const again: When[] = Object.keys(before).length > 0 && !known ? [{ label: 'As before', description: Object.values(before).join(' to '), when: before }] : [];
  const items: When[] = [...again, ...(known ? [known] : []), ...RANGES.filter((range) => range !== known)];
  const picked = await window.showQuickPick(items, { title, placeHolder: 'Of which time?' });
  if (picked?.ask === 'moment') {
    const at = await askTime(title, 'Which moment? The last profile before it is taken.', 'now-10m');
    return at === undefined ? undefined : { at };
  }
  if (picked?.ask === 'commit') {
    return pickCommit(server, title);
  }
  if (picked?.ask === 'range') {
    const from = await askTime(title, 'From when?', 'now-2h');
    const to = from === undefined ? undefined : await askTime(title, 'Until when?', 'now');
    return from === undefined || to === undefined ? undefined : { from, to };
  }
  return picked?.when;
}

async function pickCommit(server: Server, title: string): Promise<Asked['when'] | undefined> {
  const items = server.run('commits', {}).then(({ commits }) => commits.map(({ name, subject, seconds }) => ({
    label: withoutIcons(subject),
    description: `${name}  ${age(new Date(seconds * 1000), new Date())}`,
    seconds,
  })));
  const picked = await window.showQuickPick(items, { title, placeHolder: 'Since which commit?', matchOnDescription: true });
  return picked && { from: String(picked.seconds) };
}

async function askTime(title: string, prompt: string, value: string): Promise<string | undefined> {
  return window.showInputBox({ title, prompt: `${prompt} As now-2h, 2026-11-26T12:00:00Z, or seconds since 1970.`, value });
}

function first(items: readonly Step[], before: string | undefined): Step[] {
  const earlier = items.filter(({ value }) => value === before);
  const separator: Step[] = earlier.length > 0 ? [{ label: '', kind: QuickPickItemKind.Separator }] : [];
  return [...earlier, ...separator, ...items.filter(({ value }) => value !== before)];
}
