/** A menu at the pointer or at a row, walked by keys. */

import { element } from './elements';

export type MenuItem = readonly [text: string, act: () => void];

export class Menu {
  readonly element = element('div', { class: 'menu', role: 'menu', hidden: true });

  /** `left` is told when the menu is closed by key, so that the focus goes back. */
  constructor(private readonly left: () => void) {
    document.addEventListener('pointerdown', (event) => {
      if (!this.element.contains(event.target as Node)) {
        this.element.hidden = true;
      }
    });
    this.element.addEventListener('keydown', (event) => { this.key(event); });
  }

  show(items: readonly MenuItem[], at: { readonly x: number; readonly y: number }): void {
    const { element: popup } = this;
    popup.replaceChildren(...items.map(([text, act]) => element('button', {
      type: 'button', role: 'menuitem', onclick: () => {
        popup.hidden = true;
        act();
      },
    }, text)));
    popup.hidden = false;
    const { width, height } = popup.getBoundingClientRect();
    popup.style.left = `${String(Math.max(0, Math.min(at.x, window.innerWidth - width - 4)))}px`;
    popup.style.top = `${String(Math.max(0, Math.min(at.y, window.innerHeight - height - 4)))}px`;
    popup.querySelector('button')?.focus();
  }

  private key(event: KeyboardEvent): void {
    const items = [...this.element.querySelectorAll('button')];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'Escape') {
      this.element.hidden = true;
      this.left();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      items[(at + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
