/** `iwanto have PATH…`: which of these files other hosts have, under which names, and which files exist only here. */
import { basename } from 'node:path';
import type { Bus } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import {
  type FileHash,
  HOLDERS_QUESTION_MAX,
  type HoldersAnswer,
  type PeerId,
  sizeText,
} from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { sharedHere } from '../held-here.js';
import { hashAll } from '../have/hash.js';
import { type LocalFile, walk } from '../have/walk.js';
import { pathFrom } from '../input.js';
import { peerNames } from '../peer-names.js';
import { countText, jsonLine, remark, say, shown } from '../print.js';
import { sayPaged } from '../screen/pager.js';
import { screenColumns, tableLines } from '../screen/table.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Files, and folders with all that is in them',
      })
      .option('missing', { type: 'boolean', describe: 'Only files that nobody shares' })
      .option('elsewhere', { type: 'boolean', describe: 'Only files that another peer shares' })
      .option('only-here', { type: 'boolean', describe: 'Only files that no other peer shares' })
      .conflicts({ missing: ['elsewhere', 'only-here'], elsewhere: ['only-here'] })
      .example('iwanto have ~/photos', 'Who else has them, and under which names')
      .example('iwanto have ~/photos --only-here', 'What would be lost with this disk')
      .epilogue(
        'Contents are compared, not names. With one of the options, only paths are printed.',
      ),
  run: async ({ paths, missing, elsewhere, onlyHere, json }) => {
    const filter = missing
      ? 'missing'
      : elsewhere
        ? 'elsewhere'
        : onlyHere
          ? 'only-here'
          : undefined;
    const answer = await withBus((bus) => askAbout(bus, paths.map(pathFrom)));
    const files = answer.files.filter((file) => filter === undefined || IS[filter](file));
    for (const { path, reason } of answer.skipped) remark(`skipped: ${shown(path)} (${reason})`);
    if (json) say(jsonLine({ ...answer, files }));
    else if (filter !== undefined) await sayPaged(files.map(({ path }) => shown(path)));
    else await print(files);
    return answer.skipped.length > 0 && answer.files.length === 0 ? EXIT.notFound : EXIT.done;
  },
});

/** One local file and who shares its content. */
interface Known {
  readonly path: string;
  readonly size: number;
  readonly hash: FileHash;
  /** Whether this host shares it. */
  readonly here: boolean;
  /** Other peers that share it: some by name, and how many there are. */
  readonly peers: readonly { readonly peer: PeerId; readonly name: string }[];
  readonly elsewhere: number;
  /** Names it has on the LAN. */
  readonly names: readonly string[];
}

const IS = {
  missing: ({ here, elsewhere }: Known) => !here && elsewhere === 0,
  elsewhere: ({ elsewhere }: Known) => elsewhere > 0,
  'only-here': ({ elsewhere }: Known) => elsewhere === 0,
} as const;

interface Answer {
  readonly files: readonly Known[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** Reading more bytes than this takes long enough to be mentioned. */
const REMARKED_BYTES = 256 * 1024 ** 2;

async function askAbout(bus: Bus, paths: readonly string[]): Promise<Answer> {
  // Asked first: without a leader hashing is pointless.
  const { peers } = await bus.call('peers.get', {});
  const walked = walk(paths);
  const { hashes, skipped } = await hashAll(walked.files, (files) => {
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > REMARKED_BYTES) {
      remark(
        `hashing ${countText(files.length, 'file')}, ${sizeText(bytes)}; remembered for the next time`,
      );
    }
  });
  const held = await holdersOf(bus, [...new Set(hashes.values())]);
  const unsure = [...held.values()].filter(({ peers: some, count }) => count > some.length);
  const own = await sharedHere(
    bus,
    unsure.map(({ hash }) => hash),
  );
  const names = peerNames(peers);
  const self = peers.find(({ seen }) => seen === 'self')?.peer;
  const describe = (file: LocalFile, hash: FileHash): Known => {
    const holders = held.get(hash);
    const here = (self !== undefined && holders?.peers.includes(self)) || own.has(hash);
    const others = holders?.peers.filter((peer) => peer !== self) ?? [];
    return {
      ...{ path: file.path, size: file.size, hash, here },
      peers: others.map((peer) => ({ peer, name: names.get(peer) ?? peer })),
      elsewhere: (holders?.count ?? 0) - (here ? 1 : 0),
      names: holders?.names ?? [],
    };
  };
  const files = walked.files.flatMap((file) => {
    const hash = hashes.get(file);
    return hash === undefined ? [] : [describe(file, hash)];
  });
  return { files, skipped: [...walked.skipped, ...skipped] };
}

/** Questions under way at the same time: while this host reads one answer, the leader works on the next one. */
const ASKED_AT_ONCE = 4;

type Holders = HoldersAnswer['contents'][number];

async function holdersOf(bus: Bus, all: readonly FileHash[]): Promise<Map<FileHash, Holders>> {
  const held = new Map<FileHash, Holders>();
  const parts = Array.from({ length: Math.ceil(all.length / HOLDERS_QUESTION_MAX) }, (_, at) =>
    all.slice(at * HOLDERS_QUESTION_MAX, (at + 1) * HOLDERS_QUESTION_MAX),
  );
  const askOnAndOn = async () => {
    for (let hashes = parts.shift(); hashes !== undefined; hashes = parts.shift()) {
      const { contents } = await bus.call('holders', { hashes });
      for (const content of contents) held.set(content.hash, content);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askOnAndOn));
  return held;
}

async function print(files: readonly Known[]): Promise<void> {
  const rows = files.map((file) => {
    const named = file.peers.map(({ name }) => name).join(', ');
    const more = file.elsewhere - file.peers.length;
    const others = file.names.filter((name) => name !== basename(file.path));
    return [
      shown(file.path),
      file.elsewhere === 0 ? '-' : `${named}${more > 0 ? ` and ${more} more` : ''}`,
      file.here ? 'yes' : 'no',
      others.map(shown).join(', '),
    ];
  });
  await sayPaged(
    tableLines(
      [
        { title: 'FILE', cut: true },
        { title: 'ELSEWHERE', cut: true },
        { title: 'SHARED HERE' },
        { title: 'ALSO CALLED', cut: true },
      ],
      rows,
      screenColumns(),
    ),
  );
  const elsewhere = files.filter(IS.elsewhere).length;
  remark(
    `${elsewhere} of ${countText(files.length, 'file')} elsewhere, ${files.length - elsewhere} only here`,
  );
}
