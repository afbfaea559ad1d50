/** Makes text of a profile, a path or a server harmless where VS Code would read markup in it. Never formats figures. */

/** Text for a notification, where VS Code turns `[label](command:…)` into a link that runs a command. */
export function plain(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Text for a status bar or a quick pick, where VS Code turns `$(name)` into an icon. */
export function withoutIcons(text: string): string {
  return text.replace(/\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/g, '\\$&');
}

/** The last component of a path or URL of either kind of separator. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).pop() ?? path;
}
