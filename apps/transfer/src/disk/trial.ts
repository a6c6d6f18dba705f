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
  writeFileSync,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { portableNameProblem } from '@iwanto/merkle';
import { fileSizeLimit } from '@iwanto/service';
import { Failure, codeOf } from '@iwanto/wire';
import { setFileTime } from './attributes.js';
import { diskFailure } from './disk.js';
import type { Plan, PlannedFile } from './planned.js';

/** Names tried out before other work gets its turn. */
const NAMES_A_TURN = 100;
/** Every file system allows ASCII names up to this length; some encrypting ones no longer ones. */
const PLAIN_NAME_BYTES = 140;
/** FAT allows no file above this size, and takes long to extend a smaller one. */
const FAT_BYTES_MAX = 2 ** 32 - 1;
/** FAT stores times in steps of two seconds. */
const TIME_STEP_SECONDS = 2;
const NEW_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

const TOO_LARGE = new Set(['EFBIG', 'EPERM', 'EINVAL', 'EOVERFLOW']);

const quoted = (text: string) => JSON.stringify(text);

export interface Trial {
  /** One sentence for each thing that will be missing. */
  readonly notes: readonly string[];
  /** Whether times and exec bits will be preserved exactly. */
  readonly isFaithful: boolean;
}

export interface TrialOptions {
  /** An empty directory on that disk, to be filled and left to the caller. */
  readonly dir: string;
  /** How the user knows the place. */
  readonly shown: string;
  /** The name that the content itself will get. */
  readonly name: string;
}

/** Failure E_BAD_PATH in one sentence for what that disk cannot store at all; notes for what may be missing. */
export async function tryOut(plan: Plan, { dir, shown, name }: TrialOptions): Promise<Trial> {
  await tryNames(dir, shown, [name, ...namesIn(plan)]);
  tryLargest(dir, shown, plan);
  const times = tryTimes(dir, plan.files);
  const keepsExec = canKeepExec(dir);
  const notes = [keepsExec ? undefined : execNote(plan.files), times.note];
  return {
    notes: notes.filter((note) => note !== undefined),
    isFaithful: keepsExec && times.areExact,
  };
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
    // Some systems change a name silently.
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
  if (largest <= Math.min(FAT_BYTES_MAX, fileSizeLimit())) return;
  const path = `${dir}/large`;
  const fd = openSync(path, NEW_FILE);
  try {
    ftruncateSync(fd, largest);
  } catch (cause) {
    // Another error of drivers for a size they cannot store: everything before that could be written.
    throw diskFailure(TOO_LARGE.has(codeOf(cause)) ? { code: 'EFBIG' } : cause, shown);
  } finally {
    closeSync(fd);
    rmSync(path, { force: true });
  }
}

function canKeepExec(dir: string): boolean {
  const modeOf = (name: string, mode: number) => {
    writeFileSync(`${dir}/${name}`, '', { mode });
    return statSync(`${dir}/${name}`).mode & 0o100;
  };
  return modeOf('plain', 0o666) !== modeOf('exec', 0o777);
}

function execNote(files: readonly PlannedFile[]): string | undefined {
  const wanted = files.reduce((count, { exec }) => count + Number(exec), 0);
  if (wanted === 0) return undefined;
  return `This disk does not keep the executable bit: ${wanted} here.`;
}

interface TriedTimes {
  readonly note: string | undefined;
  readonly areExact: boolean;
}

/** The earliest and the latest time: what a file system cannot store is outside a range. */
function tryTimes(dir: string, files: readonly PlannedFile[]): TriedTimes {
  let areExact = true;
  let [first, last] = [Infinity, -Infinity];
  for (const { mtimeSeconds } of files) {
    if (mtimeSeconds === null) continue;
    first = Math.min(first, mtimeSeconds);
    last = Math.max(last, mtimeSeconds);
  }
  if (!Number.isFinite(first)) return { note: undefined, areExact };
  // An odd second between them reveals a disk that stores times in steps.
  for (const time of new Set([first, last, first + ((first + 1) % TIME_STEP_SECONDS)])) {
    const kept = keptTime(`${dir}/time`, time);
    areExact &&= kept === time;
    if (kept === undefined || Math.abs(kept - time) > TIME_STEP_SECONDS) {
      const note = `This disk cannot keep all modification times: ${timeText(time)} is beyond it.`;
      return { note, areExact: false };
    }
  }
  return { note: undefined, areExact };
}

/** The time that the disk stores for a given one, in seconds; undefined if it refuses it. */
function keptTime(path: string, seconds: number): number | undefined {
  const fd = openSync(path, NEW_FILE);
  try {
    setFileTime(fd, seconds);
    return Math.floor(Number(statSync(path, { bigint: true }).mtimeNs) / 1e9);
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

function timeText(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(0, 10);
}
