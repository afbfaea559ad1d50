/** Kills a server at 200 random moments of a session and fails where anything of it is lost: tests/chaos/run.py [--moments N] [--seed S]. */
import { python } from './setup.mjs';
import { main, show } from './tools.mjs';

await main(import.meta.url, (args) => {
  if (!show(python(), ['tests/chaos/run.py', ...args])) process.exitCode = 1;
});
