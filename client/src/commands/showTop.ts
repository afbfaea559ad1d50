/** Lists the functions that cost most; choosing one opens it. */

import { ThemeIcon, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import type { Context } from '../context';
import { open } from '../places';
import type { FunctionRow, Order } from '../protocol';
import { withoutIcons } from '../text';

interface Item extends QuickPickItem {
  readonly row: FunctionRow;
}

const LIMIT = 200;
const TITLES: Readonly<Record<Order, string>> = {
  flat: 'Top by flat: what the function itself costs',
  cum: 'Top by cum: what it costs with all that it calls',
};
const BUTTONS: Readonly<Record<Order, QuickInputButton>> = {
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
  let by: Order = 'flat';
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

async function items({ server }: Context, by: Order): Promise<readonly Item[]> {
  const { rows } = await server.run('top', { by, limit: LIMIT });
  return rows.map((row) => ({
    row,
    label: withoutIcons(row.function),
    description: withoutIcons(`${row.label} ${row.percent}`),
  }));
}
