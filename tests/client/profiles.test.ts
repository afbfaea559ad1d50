import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { CancellationTokenSource, workspace } from 'vscode';
import { looksLikeProfile, workspaceProfiles } from '../../client/src/profiles';

/** sample_type, string table with the empty string, then a time: the least that a profile begins with. */
const RAW = Buffer.from([0x0a, 0x04, 0x08, 0x01, 0x10, 0x02, 0x32, 0x00, 0x48, 0x80, 0x01]);
const PERIOD_FIRST = Buffer.from([0x5a, 0x04, 0x08, 0x01, 0x10, 0x02, 0x60, 0x80, 0x80, 0x20, 0x0a, 0x04, 0x08, 0x01, 0x10, 0x02]);

describe('a file is offered as a profile', () => {
  const profiles = { raw: RAW, 'as the Go runtime writes it': PERIOD_FIRST, compressed: gzipSync(RAW) };
  for (const [what, bytes] of Object.entries(profiles)) {
    it(`when it is one: ${what}`, () => { ok(looksLikeProfile(bytes)); });
  }

  it('when only its beginning is at hand', () => {
    const long = Buffer.concat([RAW, Buffer.from([0x12, 0xff, 0x7f]), Buffer.alloc(9_000, 'x')]);
    ok(looksLikeProfile(gzipSync(long, { level: 0 }).subarray(0, 4_096)));
  });

  for (const text of ['heap profile: 1: 2 [3: 4] @ heap/1048576\n', 'goroutine 1 [running]:\nmain.main()\n']) {
    it(`when it is text: ${text.split('\n', 1).join()}`, () => { ok(looksLikeProfile(Buffer.from(text))); });
  }

  const others = {
    nothing: Buffer.alloc(0),
    'a program': Buffer.from('\x7fELF\x02\x01\x01'),
    'a coverage profile': Buffer.from('mode: set\nmain.go:1.1,2.2 1 1\n'),
    'compressed text': gzipSync('hello, world'),
    'a broken archive': Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
    prose: Buffer.from('"use strict";\nThe rest is silence.\n'),
  };
  for (const [what, bytes] of Object.entries(others)) {
    it(`not when it is ${what}`, () => { strictEqual(looksLikeProfile(bytes), false); });
  }
});

describe("the workspace's profiles", () => {
  it('come newest first', async () => {
    const root = workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    utimesSync(`${root}/profiles/cpu.pprof`, new Date(), new Date(Date.now() + 60_000));
    const found = await workspaceProfiles(new CancellationTokenSource().token);
    const times = found.map(({ modified }) => modified.getTime());
    deepStrictEqual([found[0]?.uri.path.endsWith('/cpu.pprof'), times], [true, times.toSorted((a, b) => b - a)]);
  });
});
