/** The workspace's profiles: found by name, confirmed by their first bytes. Reads no more than those, decodes nothing. */

import { open, stat } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { workspace, type CancellationToken, type Uri } from 'vscode';

export interface ProfileFile {
  readonly uri: Uri;
  readonly bytes: number;
  readonly modified: Date;
}

/** By name the first five kinds are profiles; the rest often are. What the content says decides on all. */
const CANDIDATES = '**/*.{pprof,pb.gz,prof,out,pgo,pb,profile,gz,heap,cpu,mem,txt}';
const LEFT_OUT = '**/{.git,node_modules,vendor}/**';
const MOST = 2_000;
const HEAD_BYTES = 4_096;

/** What the text formats of net/http/pprof and a goroutine dump begin with. */
const TEXT = /^(heap profile: |goroutine profile: |threadcreate profile: |goroutineleak profile: |--- (contention|mutex):|goroutine \d+ \[)/;

/** Newest first. */
export async function workspaceProfiles(token: CancellationToken): Promise<readonly ProfileFile[]> {
  const uris = await workspace.findFiles(CANDIDATES, LEFT_OUT, MOST, token);
  const files = await Promise.all(uris.filter(({ scheme }) => scheme === 'file').map(inspect));
  return files.filter((file) => file !== undefined).sort((a, b) => b.modified.getTime() - a.modified.getTime());
}

/** Whether a file that begins with `head` looks like a profile, compressed or not. */
export function looksLikeProfile(head: Uint8Array): boolean {
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const inside = gunzipHead(head);
    return inside !== undefined && looksLikeProfile(inside);
  }
  return holdsProfileFields(head) || TEXT.test(Buffer.from(head).toString('latin1'));
}

async function inspect(uri: Uri): Promise<ProfileFile | undefined> {
  try {
    const { size, mtime } = await stat(uri.fsPath);
    return looksLikeProfile(await readHead(uri.fsPath)) ? { uri, bytes: size, modified: mtime } : undefined;
  } catch {
    return undefined; // it vanished or is not ours to read: nothing to offer
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** As much as the head holds of the decompressed text; at a thousandfold at most 4 MB. */
function gunzipHead(head: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

/** Wire type of each field of profile.proto's Profile, by field number: 0 is a number, 2 is anything with a length. */
const WIRE_TYPES: readonly (readonly number[])[] = [[], [2], [2], [2], [2], [2], [2], [0], [0], [0], [0], [2], [0], [0, 2], [0], [0]];

/** Even an empty profile has a sample type and the strings that name it and its unit; text rarely gets so far by chance. */
const LEAST_FIELDS = 3;

/** Whether every whole field of `head` could be one of a Profile's; writers differ in which comes first. */
function holdsProfileFields(head: Uint8Array): boolean {
  let fields = 0;
  for (let at = 0; at < head.length; fields++) {
    const tag = varint(head, at);
    const value = tag && varint(head, tag.end);
    if (!value) {
      break; // cut off by the end of the head
    }
    const wireType = tag.value % 8;
    if (!WIRE_TYPES[Math.floor(tag.value / 8)]?.includes(wireType)) {
      return false;
    }
    at = wireType === 2 ? value.end + value.value : value.end;
  }
  return fields >= LEAST_FIELDS;
}

/** A number of protobuf's; undefined where the bytes end before it does. Values over 2 to the 53rd lose their last digits. */
function varint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let at = start; at < Math.min(bytes.length, start + 10); at++) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * 128 ** (at - start);
    if (byte < 128) {
      return { value, end: at + 1 };
    }
  }
  return undefined;
}
