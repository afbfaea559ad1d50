/**
 * Runs the tests of this folder in the extension host of a real VS Code, beside the extension as the checkout builds it.
 * VS Code itself starts them: the page's configuration names the extension and the bundle of the tests, which leave
 * their results beside them.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleClientTests, bundleExtension } from '../../scripts/client.mjs';
import { main, Refusal, root } from '../../scripts/tools.mjs';
import { start } from '../../scripts/vscode.mjs';
import { launch } from '../workbench/page.mjs';

const LIMIT = 180_000;

await main(import.meta.url, async () => {
  const bundle = join(root, 'build/client-tests/index.js');
  const results = join(root, 'build/client-tests/results.tap');
  rmSync(results, { force: true });
  await Promise.all([bundleExtension(join(root, 'dist/extension.js')), bundleClientTests(bundle)]);
  const server = await start({ folder: join(root, 'examples/leaky') });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.addInitScript(configure, { authority: server.authority, extension: root, tests: bundle });
    const code = await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Refusal('The tests in the extension host did not end within three minutes.')), LIMIT).unref();
      page.exposeFunction('codeAutomationLog', () => undefined)
        .then(() => page.exposeFunction('codeAutomationExit', resolve))
        .then(() => page.goto(server.page('internal/cache/cache.go')))
        .catch(reject);
    });
    process.stdout.write(readFileSync(results, 'utf8'));
    if (code !== 0) process.exitCode = 1;
  } finally {
    await browser.close();
    await server.stop();
  }
});

/** In the page, before VS Code reads its configuration: adds what to load and what to run. */
function configure({ authority, extension, tests }) {
  const uri = (path) => ({ scheme: 'vscode-remote', authority, path });
  new window.MutationObserver((_, observer) => {
    const element = document.getElementById('vscode-workbench-web-configuration');
    if (!element) return;
    observer.disconnect();
    const configuration = JSON.parse(element.dataset.settings);
    configuration.developmentOptions = { extensions: [uri(extension)], extensionTestsPath: uri(tests) };
    element.dataset.settings = JSON.stringify(configuration);
  }).observe(document, { childList: true, subtree: true });
}
