/** Elements without markup: what a profile says only ever becomes text. */

type Properties = Readonly<Record<string, string | number | boolean | ((event: never) => void)>>;

/** An element with its attributes, its `on…` listeners and its children; strings become text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K, properties: Properties = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') {
      made.addEventListener(key.slice(2), value as (event: Event) => void);
    } else if (typeof value === 'boolean') {
      made.toggleAttribute(key, value);
    } else {
      made.setAttribute(key, String(value));
    }
  }
  made.append(...children);
  return made;
}

/** A button that says what it does. */
export function button(text: string, title: string, act: () => void): HTMLButtonElement {
  return element('button', { type: 'button', title, onclick: act }, text);
}
