/** What was added can be forgotten, and is listed with what is known of it until then. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { homePaths, loadConfig } from '@iwanto/service';
import type { PeerId } from '@iwanto/wire';
import { HeardHosts } from '../heard.js';
import { StaticPeers } from '../static-peers.js';
import { addPeer } from './add-peer.js';
import { addedHosts } from './added-hosts.js';
import { removePeer } from './remove-peer.js';

test('peers.remove forgets one of two, and refuses what was never added', async () => {
  const home = await mkdtemp(join(tmpdir(), 'iwanto-peers-'));
  const paths = homePaths({ IWANT_HOME: home });
  const staticPeers = new StaticPeers(() => undefined);
  const context = { paths, staticPeers };
  await addPeer(context, { host: '10.0.0.8' });
  await addPeer(context, { host: '10.0.0.9', port: 4 });
  const heardHosts = new HeardHosts();
  const peer = 'ab'.repeat(10) as PeerId;
  heardHosts.peer(peer, { address: '10.0.0.9', port: 4 }, { multicast: false, nowMs: 50 });
  // It has another address, too, and was last heard there.
  heardHosts.peer(peer, { address: 'fe80::9', port: 4 }, { multicast: false, nowMs: 70 });
  const known = () => addedHosts({ staticPeers, election: { heardHosts, nowMs: () => 80 } });
  const addedMsAgo: unknown = expect.any(Number);
  expect(known()).toEqual([
    {
      ...{ host: '10.0.0.8', port: 17_117, addresses: ['10.0.0.8'] },
      ...{ heardMsAgo: null, silent: ['10.0.0.8'], peers: [], addedMsAgo },
    },
    {
      ...{ host: '10.0.0.9', port: 4, addresses: ['10.0.0.9'] },
      ...{ heardMsAgo: 30, silent: [], peers: [peer], addedMsAgo },
    },
  ]);
  await removePeer(context, { host: '10.0.0.8' });
  for (const host of ['10.0.0.8', '10.0.0.9'])
    await expect(removePeer(context, { host })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  expect((await loadConfig(paths)).config.peers).toEqual([{ host: '10.0.0.9', port: 4 }]);
  expect(known().map(({ host }) => host)).toEqual(['10.0.0.9']);
  staticPeers.close();
  await rm(home, { recursive: true });
});
