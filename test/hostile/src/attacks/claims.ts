/** Attacks with announcements: false names, false sizes, false beginnings of hashes. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectPeer, pack } from '@iwanto/bus';
import type { CatalogId, FileHash } from '@iwanto/wire';
import { type Attack, beside, withSlack } from '../attack.js';
import { mib, WANTED } from '../room.js';
import { strangerKeys } from '../stranger.js';

const SHOWN_CHARACTERS = 8;
const FORGED = 16;

export const names: Attack = {
  name: 'names',
  about: 'a member gives the wanted hash the names of files and folders that the user has',
  cases: [58, 60, 67],
  wantedBytes: mib(8),
  run: async (room) => {
    const { hash, size } = await room.find();
    const own = ['passwords.kdbx', 'Documents/letter.txt'].map((name) => join(room.fetched, name));
    mkdirSync(join(room.fetched, 'Documents'));
    for (const path of own) writeFileSync(path, path);
    const [evil] = await room.attackers(1);
    await evil?.announce([
      { path: 'x/passwords.kdbx', kind: 'file', hash, size },
      { path: 'x/.bash_profile', kind: 'file', hash, size },
      { path: 'x/Documents', kind: 'file', hash, size },
    ]);
    const seconds = await room.download('--overwrite');
    const lost = own.filter((path) => readFileSync(path, 'utf8') !== path);
    const planted = readdirSync(room.fetched).filter((name) => name.startsWith('.bash'));
    return {
      text: `downloaded in ${seconds.toFixed(2)} s; ${own.length - lost.length} of ${own.length} own files untouched`,
      wrong: [...lost, ...planted].map((path) => `${path} was replaced or planted`),
    };
  },
};

export const claims: Attack = {
  name: 'claims',
  about: 'members and a stranger say that the wanted file has another size, or is a directory',
  cases: [52, 110, 112],
  wantedBytes: mib(64),
  run: async (room) => {
    const { hash, size } = await room.find();
    const path = `x/${WANTED}`;
    const [one, other] = await room.attackers(2);
    const outcome = await beside(room, withSlack, async () => {
      await one?.announce([{ path, kind: 'file', hash, size: size + 1 }]);
      await other?.announce([{ path, kind: 'directory', hash, size }]);
    });
    const keys = strangerKeys();
    const line = room.with(connectPeer({ ...(await room.leaderDoor()), keys: keys.curve }));
    const announcement = pack({
      ...{ peer: keys.peer, catalogId: randomBytes(8).toString('hex') as CatalogId, since: 0 },
      ...{ revision: 1, more: false, gone: [], entries: [{ path, kind: 'file', hash, size: 1 }] },
    });
    const end = await line
      .call('announce', {
        signKey: keys.signKey,
        announcement: Uint8Array.from(announcement),
        signature: Uint8Array.from(keys.sign(announcement)),
      })
      .then(() => 'accepted')
      .catch(() => 'refused');
    const wrong = end === 'refused' ? [] : ['an announcement of a stranger was accepted'];
    return { text: `${outcome.text}; a stranger is ${end}`, wrong: [...outcome.wrong, ...wrong] };
  },
};

export const prefixes: Attack = {
  name: 'prefixes',
  about: `a member shares ${FORGED} contents whose hashes begin as the one that was shown`,
  cases: [123],
  wantedBytes: mib(8),
  run: async (room) => {
    const { hash, size } = await room.find();
    const shown = hash.slice(0, SHOWN_CHARACTERS);
    const [evil] = await room.attackers(1);
    const entries = Array.from({ length: FORGED }, (_, at) => ({
      ...{ path: `x/${at} ${WANTED}`, kind: 'file' as const, size },
      hash: (shown + randomBytes(28).toString('hex')) as FileHash,
    }));
    await evil?.announce(entries);
    const done = await room.asker.download(shown, '--no-reseed');
    const wrong = done.hash === hash ? [] : [`${shown} was taken for ${done.hash}`];
    return { text: `"iwanto download ${shown}" fetched what was shown`, wrong };
  },
};
