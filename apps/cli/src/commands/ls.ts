/** `iwanto ls [PEER[/PATH]]`: what a peer shares, folder by folder. */
import type { Bus } from '@iwanto/bus';
import { EXIT, homePaths, readConfig } from '@iwanto/service';
import { Failure, type ListAnswer, type PeerId, codeOf, sizeText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, remark, say, shown, styled } from '../print.js';
import { peerFrom, peerNames } from '../peer-names.js';
import { recall, remember, shownHashes } from '../remembered.js';
import { sayPaged } from '../screen/pager.js';
import { type Column, screenColumns, tableLines } from '../screen/table.js';
import { shortHashes } from '../short-hashes.js';

/** A larger folder is listed up to here: nobody reads more. */
const ENTRIES_MAX = 10_000;

type Entry = ListAnswer['entries'][number];

export const command = commandOf({
  options: (words) =>
    words
      .positional('where', { type: 'string', describe: 'A peer, or PEER/FOLDER/...' })
      .example('iwanto ls', 'Who shares how much')
      .example('iwanto ls anna', 'The folders that anna shares')
      .example('iwanto ls anna/films/1927', 'What is in one of them')
      .epilogue(
        '"iwanto download 3" fetches the third. Exit codes: 0 shown, 3 no such peer or folder.',
      ),
  run: async ({ where, json }) =>
    withBus(async (bus) => {
      if (where === undefined) await listPeers(bus, json);
      else await listFolder(bus, where, json);
      return EXIT.done;
    }),
});

async function listPeers(bus: Bus, json: boolean): Promise<void> {
  const [{ peers }, book] = await Promise.all([bus.call('peers.get', {}), bus.call('book', {})]);
  const names = peerNames(peers);
  const rows = book.peers.map(({ peer, files }) => ({
    peer,
    name: names.get(peer) ?? peer,
    files,
  }));
  if (json) {
    say(jsonLine({ peers: rows }));
    return;
  }
  const columns: Column[] = [
    { title: 'PEER', cut: true },
    { title: 'FILES', align: 'right' },
  ];
  await sayPaged(
    tableLines(
      columns,
      rows.map(({ name, files }) => [name, String(files)]),
      screenColumns(),
    ),
  );
}

async function listFolder(bus: Bus, where: string, json: boolean): Promise<void> {
  const [typed = '', ...steps] = where.split('/');
  const path = steps.filter((step) => step !== '').join('/');
  const { peers } = await bus.call('peers.get', {});
  const peer = peerFrom(peers, typed);
  const who = peerNames(peers).get(peer) ?? peer;
  await refuseBlocked(peer, who);
  const { entries, more } = await entriesOf(bus, peer, path).catch((cause: unknown) => {
    if (codeOf(cause) !== 'E_NOT_FOUND' || path === '') throw cause;
    const advice = `"iwanto ls ${who}" shows what there is`;
    throw new Failure('E_NOT_FOUND', `${who} shares no folder "${shown(path)}"; ${advice}.`);
  });
  if (json) {
    say(jsonLine({ peer, path, entries, more }));
    return;
  }
  if (entries.length === 0)
    remark(path === '' ? 'This peer shares nothing.' : 'The folder is empty.');
  else await print({ where, peer }, entries);
  if (more) remark(`Only the first ${ENTRIES_MAX} are shown.`);
}

async function refuseBlocked(peer: PeerId, who: string): Promise<void> {
  const { config } = await readConfig(homePaths());
  if (!config.block.includes(peer)) return;
  throw new Failure(
    'E_NOT_FOUND',
    `${who} is blocked, so nothing is asked of it; "iwanto block ${who} --undo" ends that.`,
  );
}

async function entriesOf(bus: Bus, peer: PeerId, path: string): Promise<ListAnswer> {
  const entries: Entry[] = [];
  for (let more = true; more && entries.length < ENTRIES_MAX;) {
    const after = entries.at(-1)?.name ?? '';
    const page = await bus.call('peer.list', { peer, path, after });
    entries.push(...page.entries);
    more = page.more && page.entries.length > 0;
    if (!more) return { entries, more };
  }
  return { entries, more: true };
}

interface Listed {
  readonly where: string;
  readonly peer: PeerId;
}

async function print({ where, peer }: Listed, entries: readonly Entry[]): Promise<void> {
  const hashed = entries.flatMap(({ hash, ...entry }) =>
    hash === null ? [] : [{ ...entry, hash }],
  );
  const memory = await recall();
  const short = shortHashes(
    hashed.map(({ hash }) => hash),
    shownHashes(memory),
  );
  const places = new Map(
    hashed.map((entry, at) => [entry.name, { place: at + 1, hash: short[at] }]),
  );
  const results = hashed.map(({ hash, kind, name, size }) => {
    return { hash, kind, name, size, otherNames: [], holders: [peer] };
  });
  await remember({ query: where, results }, memory);
  const columns: Column[] = [
    { title: '#', align: 'right' },
    { title: 'HASH', style: (text) => styled('cyan', text) },
    { title: 'SIZE', align: 'right' },
    { title: 'FILES', align: 'right' },
    { title: 'NAME', cut: true },
  ];
  const rows = entries.map(({ name, kind, size, files }) => {
    const known = places.get(name);
    return [
      ...[known ? String(known.place) : '', known?.hash ?? 'not yet'],
      ...[sizeText(size), kind === 'directory' ? String(files) : ''],
      `${shown(name)}${kind === 'directory' ? '/' : ''}`,
    ];
  });
  await sayPaged(tableLines(columns, rows, screenColumns()));
}
