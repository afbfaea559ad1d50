/** Prints how many milliseconds a page takes in a browser, as JSON: from its load to the picture, a zoom, a step of panning. */
import { pathToFileURL } from 'node:url';
import { launch } from '../tests/workbench/page.mjs';

const MEASURE = async () => {
  const scroller = document.querySelector('.flame .scroller');
  const painted = () => new Promise((resolve) => window.requestAnimationFrame(() => setTimeout(() => resolve(window.performance.now()), 0)));
  const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  const key = async (name) => {
    const start = window.performance.now();
    scroller.dispatchEvent(new window.KeyboardEvent('keydown', { key: name, bubbles: true }));
    return await painted() - start;
  };
  const zooms = [];
  for (let times = 0; times < 10; times++) {
    await key('ArrowDown');
    zooms.push(await key('Enter'));
  }
  await key('Escape');
  const pans = [];
  for (let at = await painted(), step = 0; step < 60; step++) {
    scroller.scrollTop = step % 2 ? 0 : 200;
    const next = await painted();
    pans.push(next - at);
    at = next;
  }
  const { loadEventEnd } = window.performance.getEntriesByType('navigation')[0];
  const [, first] = window.performance.getEntriesByType('paint');
  return { 'first paint': first.startTime - loadEventEnd, 'zoom': median(zooms), 'pan': median(pans) };
};

const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1300, height: 700 } });
await page.goto(pathToFileURL(process.argv[2]).href);
await page.locator('.flame canvas').waitFor();
console.log(JSON.stringify(await page.evaluate(MEASURE)));
if (process.argv[3]) await page.screenshot({ path: process.argv[3] });
await browser.close();
