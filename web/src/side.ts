/** The top of what is loaded, as a view that stays beside the call tree: the same table as a page's, filled by the server. */

import { element } from './elements';
import { Host } from './host';
import { Menu } from './menu';
import type { CallTold, TopTold } from './messages';
import { short } from './names';
import { unpacked } from './page';
import type { Call, Table } from './table';
import { TopView, type Sort } from './top';

const SORTS: readonly Sort[] = ['flat', 'cum', 'name'];

/** The table as `annotate/table.py` makes it. */
type Packed = Omit<Table, 'callsOf' | 'leftOut'>;

class Side {
  private readonly host = new Host();
  private readonly menu = new Menu(() => { this.top.focus(); });
  private readonly top = new TopView({
    open: (fn) => { this.host.send({ wish: 'open', name: this.name(fn), of: '' }); },
    openCall: (of, { way, name }) => { this.host.send({ wish: 'open', name, of: way === 'called by' ? this.name(of) : '' }); },
    menu: (fn, at) => { this.showMenu(this.name(fn), at); },
    nameOf: short,
    sortedBy: (sort) => { this.host.keep({ sort }); },
  });

  private names: readonly string[] = [];
  private numbers: ReadonlyMap<string, number> = new Map();
  /** What the editor told of unfolded functions; undefined while it is asked. */
  private readonly calls = new Map<string, readonly Call[] | undefined>();

  start(): void {
    const kept = this.host.recall()['sort'];
    this.top.sortBy(SORTS.find((sort) => sort === kept) ?? 'flat');
    document.body.classList.add('side');
    this.say('Reading the profile…');
    this.host.listen((told) => { void this.told(told as TopTold); });
    this.host.send({ wish: 'ready' });
  }

  private async told(told: TopTold): Promise<void> {
    switch (told.tell) {
      case 'packed':
        this.show(await unpacked<Packed>(told.packed));
        break;
      case 'failed':
        this.say(told.message);
        break;
      case 'calls':
        this.calls.set(told.name, told.calls.map((call) => this.numbered(call)));
        this.top.arrange();
    }
  }

  private show(packed: Packed): void {
    this.names = packed.names;
    this.numbers = new Map(packed.names.map((name, fn) => [name, fn]));
    this.calls.clear();
    this.top.show({ ...packed, leftOut: 0, callsOf: (fn) => this.callsOf(this.name(fn)) });
    if (!packed.names.length) {
      this.say('There are no functions to show: no sample passes the filter, or the profile has addresses only.');
    } else if (!this.top.element.isConnected) {
      document.body.replaceChildren(this.top.element, this.menu.element);
    }
  }

  private say(text: string): void {
    document.body.replaceChildren(element('main', { class: 'empty', role: 'status' }, element('p', {}, text)));
  }

  private callsOf(name: string): readonly Call[] | undefined {
    if (!this.calls.has(name)) {
      this.calls.set(name, undefined);
      this.host.send({ wish: 'calls', name });
    }
    return this.calls.get(name);
  }

  private numbered(call: CallTold): Call {
    return { ...call, fn: this.numbers.get(call.name) ?? -1 };
  }

  private name(fn: number): string {
    return this.names[fn] ?? '';
  }

  private showMenu(name: string, at: { readonly x: number; readonly y: number }): void {
    this.menu.show([
      ['Show Call Tree', () => { this.host.send({ wish: 'tree', name }); }],
      ['Show in Flame Graph', () => { this.host.send({ wish: 'flame', name }); }],
      ['Copy Name', () => { this.host.send({ wish: 'copy', text: name }); }],
    ], at);
  }
}

new Side().start();
