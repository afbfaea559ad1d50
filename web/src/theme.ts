/** Colours for what is painted rather than styled: from the page's variables, which come from VS Code where it runs there. */

export interface Theme {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly accent: string;
  readonly match: string;
  readonly grown: string;
  readonly shrunk: string;
  readonly neutral: string;
  readonly border: string;
  readonly font: string;
  readonly isDark: boolean;
  readonly isHighContrast: boolean;
}

export function theme(): Theme {
  const style = getComputedStyle(document.body);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const background = style.backgroundColor;
  return {
    background,
    foreground: style.color,
    muted: of('muted'),
    accent: of('accent'),
    match: of('match'),
    grown: of('grown'),
    shrunk: of('shrunk'),
    neutral: of('neutral'),
    border: of('border'),
    font: style.fontFamily,
    isDark: luminance(background) < 0.4,
    isHighContrast: document.body.classList.contains('vscode-high-contrast')
      || document.body.classList.contains('vscode-high-contrast-light')
      || matchMedia('(prefers-contrast: more), (forced-colors: active)').matches,
  };
}

/** Calls when the colours change. */
export function onThemeChange(changed: () => void): void {
  new MutationObserver(changed).observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', changed);
  }
}

/** A colour for a package: the same one each time, readable under the theme's text. */
export function packageColor(name: string, { isDark }: Theme): string {
  return `hsl(${String(hue(packageOf(name)))} 48% ${isDark ? '30%' : '80%'})`;
}

/** What stands before the name in its package: `example.com/a/b` of `example.com/a/b.(*T).M`. */
export function packageOf(name: string): string {
  const folder = name.lastIndexOf('/', name.includes('[') ? name.indexOf('[') : name.length) + 1;
  const dot = name.indexOf('.', folder);
  return dot > 0 ? name.slice(0, dot) : name;
}

function hue(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % 360;
}

function luminance(color: string): number {
  const [red = 255, green = 255, blue = 255] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
