/** The built command: a peer that this host asks nothing is not listed, and the reason is given. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import { commandLine } from '../testing/command-line.js';

const cli = commandLine();

const BEN: PeerId = '22'.repeat(10) as PeerId;

test('iwanto ls of a blocked peer says that it is blocked, and how that ends', async () => {
  await writeFile(join(cli.home, 'config.json'), JSON.stringify({ block: [BEN] }));
  await cli.fake('election', {
    'peers.get': () => ({
      revision: 1,
      peers: [
        {
          ...{ peer: BEN, name: 'ben', seen: 'multicast', address: '10.0.0.2', member: true },
          ...{ electionPort: 17_117, indexerPort: 9, transferPort: 9, sinceSeconds: 1 },
          ...{ curveKey: 'cd'.repeat(32), roundTripMs: null, catalogue: null },
        },
      ],
    }),
  });
  const { code, stderr } = await cli.iwanto('ls', 'ben');
  expect(code).toBe(3);
  expect(stderr).toBe(
    'iwanto: ben is blocked, so nothing is asked of it; "iwanto block ben --undo" ends that.\n',
  );
});
