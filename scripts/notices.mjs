/**
 * Writes THIRD-PARTY-NOTICES.txt: the licence of everything that a package carries beside our own code. With --check it
 * writes nothing and fails where the file is not what it would write.
 * What esbuild puts into a bundle and what server/requirements.txt pins is found; what is inside of those (Graphviz) and
 * beside a frozen Python is listed here, and a frozen server with a library that is not is refused.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { extensionInputs } from './client.mjs';
import { nodeModules, python } from './setup.mjs';
import { main, Refusal, root, run, say } from './tools.mjs';
import { webInputs } from './web.mjs';

export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** What a frozen server has beside the Python libraries, by the names of its files without version and ending. */
const FROZEN = [
  { name: 'Python', licence: 'Python-2.0.1', files: /^(lib)?python3?(\d+|\.\d+)*$|^Python$|^base_library$/i },
  { name: 'OpenSSL', licence: 'Apache-2.0', files: /^lib(crypto|ssl)/ },
  { name: 'libffi', licence: 'MIT', holder: 'Copyright (c) 1996-2024 Anthony Green, Red Hat, Inc and others', files: /^libffi/ },
  { name: 'zlib', licence: 'Zlib', files: /^(libz|zlib1?)$/ },
  { name: 'bzip2', licence: 'bzip2-1.0.6', files: /^(lib)?bz2$/ },
  { name: 'liblzma', licence: '0BSD', files: /^(lib)?lzma$/ },
  { name: 'libuuid', licence: 'BSD-3-Clause', files: /^libuuid$/ },
  { name: 'mpdecimal', licence: 'BSD-2-Clause', files: /^libmpdec/ },
  { name: 'GCC\'s runtime libraries', licence: 'GPL-3.0-only', note: 'With the GCC Runtime Library Exception 3.1, which lets programs be given on under any terms.', files: /^lib(gcc_s|stdc\+\+)$/ },
  { name: 'Microsoft\'s C runtime', text: 'Distributable code of Microsoft Visual Studio, under its licence terms.', files: /^(vcruntime|msvcp|ucrtbase|api-ms-win)/i },
];

/** The text of the notices. */
async function notices() {
  nodeModules();
  const parts = [
    ...pythonLibraries(), ...(await npmPackages()), ...(await insideOfNpm()),
    { name: 'PyInstaller\'s starter, of the frozen server', text: sitePackage('pyinstaller') }, ...FROZEN,
  ];
  const head = 'Pprof Lens is under the MIT licence (LICENSE). Its packages carry what is listed here, each under its own.\n'
    + 'Written by scripts/notices.mjs; what stands below "of the frozen server" is in the packages of a platform only.\n';
  return [head, ...parts.map(written)].join(`\n${'-'.repeat(100)}\n\n`);
}

/** What is compiled into a package of npm that does not say so in a file. Graphviz was under EPL-1.0 until March 2026. */
async function insideOfNpm() {
  const { instance } = await import('@viz-js/viz'); // only now: who packages from a fresh clone has no packages of npm before
  return [
    { name: `Graphviz ${(await instance()).graphvizVersion}, in @viz-js/viz`, licence: 'EPL-2.0', note: 'Its source is at graphviz.org.' },
    { name: 'Expat, in @viz-js/viz', licence: 'MIT', holder: 'Copyright (c) 1998-2000 Thai Open Source Software Center Ltd and Clark Cooper\nCopyright (c) 2001-2025 Expat maintainers' },
    { name: 'Emscripten\'s runtime, in @viz-js/viz', licence: 'MIT', holder: 'Copyright (c) 2010-2014 Emscripten authors' },
  ];
}

function written({ name, licence, holder, note, text }) {
  const body = text ?? textOf(licence, holder);
  return `${[name, licence, note].filter(Boolean).join('\n')}\n\n${body.trim().replaceAll('\r\n', '\n').replace(/[ \t]+$/gm, '')}\n`;
}

/** The text of a licence by its SPDX name, with who holds the rights where it has a place for that. */
function textOf(licence, holder) {
  const known = createRequire(import.meta.url)('spdx-license-list/full')[licence];
  if (!known) throw new Refusal(`There is no licence ${licence}.`);
  return known.licenseText.replace(/Copyright \([cC]\) <year> <(owner|copyright holders)>\.?/, holder ?? 'Copyright by its authors');
}

function pythonLibraries() {
  return readFileSync(join(root, 'server/requirements.txt'), 'utf8').match(/^[\w-]+==\S+/gm).sort()
    .map((pin) => ({ name: pin.replace('==', ' '), text: sitePackage(pin.split('==')[0]) }));
}

/** The licence that an installed Python package brings. */
function sitePackage(name) {
  const program = 'import sys\nfrom importlib.metadata import files\n'
    + 'found = [f for f in files(sys.argv[1]) if f.stem.upper() in ("LICENSE", "COPYING") and ".dist-info" in str(f)]\nsys.stdout.write(found[0].read_text(encoding="utf-8"))';
  return run(python(), ['-I', '-c', program, name]);
}

/** The packages of npm that are in our bundles. */
async function npmPackages() {
  const inputs = [...(await extensionInputs()), ...(await webInputs())];
  const folders = new Set(inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  return [...folders].sort().map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((file) => /^licen[cs]e/i.test(file));
    const holder = `Copyright (c) ${typeof author === 'string' ? author : author?.name ?? `the authors of ${name}`}`;
    return { name: `${name} ${version}`, text: file ? readFileSync(join(root, folder, file), 'utf8') : textOf(license, holder) };
  });
}

/** Refuses a frozen server with a library of which no licence is listed. */
export function checkFrozen(folder) {
  const inner = join(folder, '_internal');
  const libraries = (existsSync(inner) ? readdirSync(inner) : []).filter((file) => /\.(so|dylib|dll|zip)(\.|$)|^Python$/.test(file));
  for (const file of libraries) {
    const name = file.replace(/([.-]\d+)*\.(so|dylib|dll|zip)(\..*)?$/, '');
    if (!FROZEN.some(({ files }) => files.test(name))) throw new Refusal(`The frozen server holds ${file}, of which scripts/notices.mjs lists no licence.`);
  }
}

await main(import.meta.url, async (args) => {
  const path = join(root, NOTICES);
  const text = await notices();
  if (!args.includes('--check')) {
    writeFileSync(path, text);
    say(`${path}: written`);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    throw new Refusal(`${NOTICES} is not of what is bundled: run npm run notices.`);
  }
});
