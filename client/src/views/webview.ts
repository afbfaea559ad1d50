/** The page that a webview starts as: nothing of it comes from anywhere but the extension's own folder. */

import { Uri, type Webview } from 'vscode';
import { randomBytes } from 'node:crypto';

/** Has the webview run one script of the web application. */
export function run(script: 'page.js' | 'side.js', webview: Webview, extension: Uri): void {
  const folder = Uri.joinPath(extension, 'server', 'pprof_lens', 'web', 'assets');
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; script-src 'nonce-${nonce}' 'wasm-unsafe-eval'; style-src ${webview.cspSource}; base-uri 'none'; form-action 'none'`;
  const assets = webview.asWebviewUri(folder).toString();
  webview.html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${assets}/page.css">
</head>
<body><script nonce="${nonce}" src="${assets}/${script}"></script></body>
</html>`;
}
