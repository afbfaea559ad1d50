/** Uses one server over the wire for an hour and fails where anything of it grows: tests/soak/run.py [--hours H]. */
import { python } from './setup.mjs';
import { main, show } from './tools.mjs';

await main(import.meta.url, (args) => {
  if (!show(python(), ['tests/soak/run.py', ...args])) process.exitCode = 1;
});
