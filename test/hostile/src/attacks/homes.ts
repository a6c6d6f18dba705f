/** What a user may do by mistake: share a folder that holds the home. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Peer, apart, freePort } from '@iwanto/peer';
import type { Attack } from '../attack.js';
import { mib } from '../room.js';

const FOUND_LIMIT_MS = 30_000;

export const homes: Attack = {
  name: 'homes',
  about: 'a user shares a folder with the home of iwanto in it: somebody looks for its files',
  cases: [88],
  wantedBytes: mib(1),
  run: async (room) => {
    const shared = join(room.root, 'work');
    const home = join(shared, 'iwanto home');
    const discoveryPort = await freePort();
    const downloadDir = join(room.root, 'their downloads');
    for (const folder of [home, downloadDir]) await mkdir(folder, { recursive: true });
    await writeFile(join(shared, 'plain.txt'), 'to be found');
    const config = { ...(await apart(discoveryPort)), share: [shared], downloadDir };
    await writeFile(join(home, 'config.json'), JSON.stringify(config));
    const careless = new Peer(home);
    room.with({ close: () => careless.kill() });
    await careless.start();
    await careless.must(['config', 'set', 'logLevel', 'debug']);
    await careless.find('plain', 'plain.txt', FOUND_LIMIT_MS);
    const found: string[] = [];
    for (const query of ['config', 'json', 'keys', 'bak', 'sqlite', 'log']) {
      const { results = [] } = await careless.json<{ results?: { name: string }[] }>(
        'search',
        query,
      );
      found.push(...results.map(({ name }) => name).filter((name) => name !== 'plain.txt'));
    }
    const wrong = [...new Set(found)].map((name) => `"${name}" of the home can be found`);
    return { text: 'plain.txt is found, and nothing of the home', wrong };
  },
};
