/** Lists the functions that cost most; choosing one opens it. */

import { ThemeIcon, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import type { Context } from '../context';
import { open } from '../places';
import type { TopRow } from '../protocol';
import { withoutIcons } from '../text';

type By = 'flat' | 'cum';

interface Item extends QuickPickItem {
  readonly row: TopRow;
}

const LIMIT = 200;
const TITLES: Readonly<Record<By, string>> = {
  flat: 'Top by flat: what the function itself costs',
  cum: 'Top by cum: what it costs with all that it calls',
};
const BUTTONS: Readonly<Record<By, QuickInputButton>> = {
  flat: { iconPath: new ThemeIcon('list-tree'), tooltip: 'Order by cum' },
  cum: { iconPath: new ThemeIcon('list-flat'), tooltip: 'Order by flat' },
};

export const showTop = (context: Context) => async (): Promise<void> => {
  const first = await items(context, 'flat'); // before anything opens: without a profile this is the error to show
  const picked = await pick(context, first);
  if (picked) {
    await open(picked.row);
  }
};

function pick(context: Context, first: readonly Item[]): Promise<Item | undefined> {
  const picker = window.createQuickPick<Item>();
  let by: By = 'flat';
  const show = (rows: readonly Item[]): void => {
    picker.title = TITLES[by];
    picker.buttons = [BUTTONS[by]];
    picker.items = rows;
  };
  show(first);
  picker.placeholder = 'A function to open';
  picker.matchOnDetail = true;
  return new Promise((resolve, reject) => {
    picker.onDidTriggerButton(() => {
      by = by === 'flat' ? 'cum' : 'flat';
      items(context, by).then(show, reject);
    });
    picker.onDidAccept(() => {
      resolve(picker.activeItems[0]);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

async function items({ server }: Context, by: By): Promise<readonly Item[]> {
  const { rows } = await server.run('top', { by, limit: LIMIT });
  return rows.map((row) => ({
    row,
    label: withoutIcons(row.function),
    description: withoutIcons(`${row.label} ${String(row.percent)}`),
  }));
}
