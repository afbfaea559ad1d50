/** Makes text of a profile, a path or a server harmless where VS Code would read markup in it. Never formats figures. */

/** Text of which no character acts or hides: a file's name can hold what turns the direction of all that follows. */
export function harmless(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** Text for a notification, where VS Code turns `[label](command:…)` into a link that runs a command. */
export function plain(text: string): string {
  return harmless(text).replaceAll('](', '] (');
}

/** Text for a status bar or a quick pick, where VS Code turns `$(name)` into an icon. */
export function withoutIcons(text: string): string {
  return harmless(text).replace(/\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/g, '\\$&');
}

/** A function without the directories of its package: `cache.(*Cache).Put`. */
export function shortName(name: string): string {
  const end = name.search(/[[(]/); // a slash inside of type arguments or a receiver belongs to those
  return name.slice(name.lastIndexOf('/', end < 0 ? name.length : end) + 1);
}

/** The last component of a path or URL of either kind of separator; the host of a program that is watched, a source's name. */
export function baseName(path: string): string {
  const source = /^fleet:\/\/([^/?]+)/.exec(path)?.[1];
  return source ?? /^https?:\/\/([^/]+)\/debug\/pprof\/$/.exec(path)?.[1] ?? path.split(/[\\/]/).filter(Boolean).pop() ?? path;
}
