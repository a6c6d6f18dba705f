/** What a fetched directory was made of, in compact form: it separates a user's own files from those that were fetched. */
import { promisify } from 'node:util';
import { constants, deflate, inflate } from 'node:zlib';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Plan, pathIn } from './planned.js';

const pack = promisify(deflate);
const unpack = promisify(inflate);

/** Half of a listing is hashes, which nothing makes smaller: trying harder costs twice the time and saves 2 %. */
const FAST = { level: constants.Z_BEST_SPEED } as const;

/** Lines made or read before other work gets its turn. */
const LINES_A_TURN = 2_000;
/** The largest unpacked listing, in bytes: a million entries with long paths. */
const LISTING_BYTES_MAX = 536_870_912;

export interface ListedFile {
  readonly size: number;
  readonly root: string;
}

/** Files by their path inside the directory, and links with their targets. */
export interface Listing {
  readonly files: ReadonlyMap<string, ListedFile>;
  readonly links: ReadonlyMap<string, string>;
}

type Line = readonly ['f', string, number, string] | readonly ['l', string, string];

function* linesOf({ files, links }: Plan): Generator<Line> {
  for (const { folder, name, size, root } of files) yield ['f', pathIn(folder, name), size, root];
  for (const { folder, name, target } of links) yield ['l', pathIn(folder, name), target];
}

export async function packListing(plan: Plan): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let text = '';
  let count = 0;
  for (const line of linesOf(plan)) {
    text += `${JSON.stringify(line)}\n`;
    count += 1;
    if (count % LINES_A_TURN !== 0) continue;
    parts.push(Buffer.from(text));
    text = '';
    await nextTurn();
  }
  return pack(Buffer.concat([...parts, Buffer.from(text)]), FAST);
}

/** What `packListing` made, as stored in our own database. */
export async function unpackListing(packed: Uint8Array): Promise<Listing> {
  const bytes = await unpack(packed, { maxOutputLength: LISTING_BYTES_MAX });
  const files = new Map<string, ListedFile>();
  const links = new Map<string, string>();
  let count = 0;
  for (let at = 0, end = bytes.indexOf(10); end >= 0; at = end + 1, end = bytes.indexOf(10, at)) {
    const line = JSON.parse(bytes.toString('utf8', at, end)) as Line;
    if (line[0] === 'f') files.set(line[1], { size: line[2], root: line[3] });
    else links.set(line[1], line[2]);
    count += 1;
    if (count % LINES_A_TURN === 0) await nextTurn();
  }
  return { files, links };
}
