/** Tries out on the target's own disk what a download needs of it, before the first byte is fetched. */
import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { portableNameProblem } from '@iwanto/merkle';
import { Failure, codeOf } from '@iwanto/wire';
import { setFileTime } from './attributes.js';
import { diskFailure } from './disk.js';
import { type Plan, type PlannedFile, pathIn } from './planned.js';

/** Names tried out before other work gets its turn. */
const NAMES_A_TURN = 100;
/** Every file system keeps names of ASCII up to this length; some encrypting ones no longer. */
const PLAIN_NAME_BYTES = 140;
/** FAT keeps no file of this size, and takes long to make a smaller one large. */
const FAT_BYTES_MAX = 2 ** 32 - 1;
/** FAT counts time in steps of two seconds. */
const TIME_STEP_SECONDS = 2;
const NEW_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

const quoted = (text: string) => JSON.stringify(text);

export interface Trial {
  /** One sentence for each thing that will be missing. */
  readonly notes: readonly string[];
  readonly keepsLinks: boolean;
}

export interface TrialOptions {
  /** An empty directory on that disk, to be filled and left to the caller. */
  readonly dir: string;
  /** How the user calls the place. */
  readonly shown: string;
  /** What the content itself will be called. */
  readonly name: string;
}

/** Failure E_BAD_PATH in one sentence for what that disk cannot keep at all; notes for what may be missing. */
export async function tryOut(plan: Plan, { dir, shown, name }: TrialOptions): Promise<Trial> {
  await tryNames(dir, shown, [name, ...namesIn(plan)]);
  tryLargest(dir, shown, plan);
  const keepsLinks = plan.links.length === 0 || canLink(dir);
  const notes = [
    linkNote(plan, keepsLinks),
    execNote(dir, plan.files),
    await timeNote(dir, plan.files),
  ];
  return { keepsLinks, notes: notes.filter((note) => note !== undefined) };
}

function* namesIn({ files, folders, links }: Plan): Generator<string> {
  for (const { name } of files) yield name;
  for (const path of folders) yield path.slice(path.lastIndexOf('/') + 1);
  for (const { name } of links) yield name;
}

const isPlain = (name: string) =>
  name.length <= PLAIN_NAME_BYTES && /^[\x20-\x7e]*$/.test(name) && !portableNameProblem(name);

async function tryNames(dir: string, shown: string, names: Iterable<string>): Promise<void> {
  const odd = new Set<string>();
  for (const name of names) if (!isPlain(name)) odd.add(name);
  const queue = [...odd];
  for (let at = 0; at < queue.length; at += NAMES_A_TURN) {
    const some = queue.slice(at, at + NAMES_A_TURN);
    const refused = refusedOf(dir, some);
    if (refused !== undefined) throw cannotKeep(shown, refused);
    await nextTurn();
  }
}

/** Each name in a directory of its own would be slow: twins are told apart by the plan. */
function refusedOf(dir: string, names: readonly string[]): string | undefined {
  const place = `${dir}/names`;
  mkdirSync(place);
  try {
    for (const name of names) {
      try {
        writeFileSync(`${place}/${name}`, '');
      } catch (cause) {
        if (codeOf(cause) === 'ENOSPC') throw cause;
        return name;
      }
    }
    // Some systems change a name without a word.
    const kept = new Set(readdirSync(place).map((name) => name.normalize('NFC')));
    return names.find((name) => !kept.has(name));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const cannotKeep = (shown: string, name: string) =>
  new Failure(
    'E_BAD_PATH',
    `The disk of ${shown} cannot keep the name ${quoted(name)}: choose a folder on another disk with --to, or only some files with --only.`,
  );

function tryLargest(dir: string, shown: string, { files }: Plan): void {
  const largest = files.reduce((most, { size }) => Math.max(most, size), 0);
  if (largest <= FAT_BYTES_MAX) return;
  const path = `${dir}/large`;
  const fd = openSync(path, NEW_FILE);
  try {
    ftruncateSync(fd, largest);
  } catch (cause) {
    throw diskFailure(cause, shown);
  } finally {
    closeSync(fd);
    rmSync(path, { force: true });
  }
}

function canLink(dir: string): boolean {
  try {
    symlinkSync('target', `${dir}/link`);
    return true;
  } catch {
    return false;
  }
}

function linkNote({ links }: Plan, keepsLinks: boolean): string | undefined {
  const [first] = links;
  if (keepsLinks || !first) return undefined;
  return `This disk keeps no links: ${links.length} left out, the first is ${quoted(pathIn(first.folder, first.name))}.`;
}

function execNote(dir: string, files: readonly PlannedFile[]): string | undefined {
  const wanted = files.reduce((count, { exec }) => count + Number(exec), 0);
  if (wanted === 0) return undefined;
  const modeOf = (name: string, mode: number) => {
    writeFileSync(`${dir}/${name}`, '', { mode });
    return statSync(`${dir}/${name}`).mode & 0o100;
  };
  if (modeOf('plain', 0o666) !== modeOf('exec', 0o777)) return undefined;
  return `This disk does not keep which files can be run: ${wanted} here.`;
}

/** The earliest and the latest time: what a file system cannot count lies outside of a range. */
async function timeNote(dir: string, files: readonly PlannedFile[]): Promise<string | undefined> {
  const times = new Set<number>();
  let [first, last] = [Infinity, -Infinity];
  for (const { mtimeSeconds } of files) {
    if (mtimeSeconds === null) continue;
    first = Math.min(first, mtimeSeconds);
    last = Math.max(last, mtimeSeconds);
  }
  for (const time of [first, last]) if (Number.isFinite(time)) times.add(time);
  for (const time of times) {
    if (!keepsTime(`${dir}/time`, time)) {
      return `This disk cannot keep all times of change: ${timeText(time)} is beyond it.`;
    }
  }
  return undefined;
}

function keepsTime(path: string, seconds: number): boolean {
  const fd = openSync(path, NEW_FILE);
  try {
    setFileTime(fd, seconds);
    const kept = Number(statSync(path, { bigint: true }).mtimeNs / 1_000_000_000n);
    return Math.abs(kept - seconds) <= TIME_STEP_SECONDS;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}

function timeText(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(0, 10);
}
