/**
 * How a content is divided into requests: a large file by its pieces, small files of a directory packed together.
 * Every peer cuts the same content in the same way, so that a number means the same piece to all of them.
 */
import type { PieceAt } from '@iwanto/swarm';
import { type FileHash, PACK_ENTRIES_MAX, PIECE_BYTES, type PieceAsk } from '@iwanto/wire';
import type { Plan, PlannedFile } from './planned.js';

/** A file that is asked for by its own root. */
export interface FileUnit {
  readonly kind: 'file';
  readonly bytes: number;
  readonly file: PlannedFile;
}

/** Small files of one directory, one after the other: one piece. */
export interface PackUnit {
  readonly kind: 'pack';
  readonly bytes: number;
  /** Their directory. */
  readonly root: FileHash;
  /** Their run of entries in its manifest; others in between are not part of the pack. */
  readonly first: number;
  readonly count: number;
  readonly files: readonly PlannedFile[];
}

export type Unit = FileUnit | PackUnit;

/** Whether a file of a directory travels in packs. */
export const isPacked = ({ size }: { readonly size: number }): boolean => size <= PIECE_BYTES;

/** The units of a plan, in the order in which its files were planned. */
export function unitsOf({ files, isPart }: Pick<Plan, 'files' | 'isPart'>): Unit[] {
  const units: Unit[] = [];
  let pack: PlannedFile[] = [];
  let packBytes = 0;
  const closePack = () => {
    if (pack.length > 0) units.push(packOf(pack, packBytes));
    pack = [];
    packBytes = 0;
  };
  for (const file of files) {
    if (!file.place || !isPacked(file)) {
      closePack();
      units.push({ kind: 'file', bytes: file.size, file });
      continue;
    }
    const isRun = isPart ? isNext(pack.at(-1), file) : isRunOn(pack[0], file);
    if (packBytes + file.size > PIECE_BYTES || !isRun) closePack();
    pack.push(file);
    packBytes += file.size;
  }
  closePack();
  return units;
}

/** Whether a file may be in the pack that begins with `first`. */
function isRunOn(first: PlannedFile | undefined, file: PlannedFile): boolean {
  if (!first?.place || !file.place) return true;
  const isNear = file.place.entry - first.place.entry < PACK_ENTRIES_MAX;
  return first.place.root === file.place.root && isNear;
}

/** In a part of a directory, the files in between may be ones that nobody asked for. */
function isNext(before: PlannedFile | undefined, file: PlannedFile): boolean {
  if (!before?.place || !file.place) return true;
  const isNeighbour = before.place.entry + 1 === file.place.entry;
  return before.place.root === file.place.root && isNeighbour;
}

function packOf(files: readonly PlannedFile[], bytes: number): PackUnit {
  const first = files[0]!.place!;
  const last = files.at(-1)!.place!;
  const count = last.entry - first.entry + 1;
  return { kind: 'pack', bytes, root: first.root, first: first.entry, count, files };
}

/** The request for a piece of a unit. */
export function wantedOf(unit: Unit, { index }: PieceAt) {
  const { root, first, count } =
    unit.kind === 'pack' ? unit : { root: unit.file.root, first: index, count: 1 };
  const ask: PieceAsk = unit.kind === 'pack' ? 'pack' : 'piece';
  return { ask, root, first, count };
}

export const filesOf = (unit: Unit): readonly PlannedFile[] =>
  unit.kind === 'pack' ? unit.files : [unit.file];

/** Each file of a unit of one piece, with its part of the bytes. */
export function slicesOf(unit: Unit, body: Uint8Array): [PlannedFile, Uint8Array][] {
  let at = 0;
  return filesOf(unit).map((file) => {
    at += file.size;
    return [file, body.subarray(at - file.size, at)];
  });
}
