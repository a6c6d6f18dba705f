/** The built command: hosts that are added by name, several at a time, and what each of their addresses did. */
import { describe, expect, test } from '@jest/globals';
import { Failure, type PeerId, type PublicKey } from '@iwanto/wire';
import { commandLine } from '../testing/command-line.js';

const { iwanto, fake } = commandLine();

const ISLANDS = ['10.0.0.1', '10.0.1.1', '10.0.2.1'];
const known = (at: number) => ({
  ...{ peer: `${at}${at}`.repeat(10) as PeerId, name: `host${at}`, seen: 'static' as const },
  ...{ address: ISLANDS[at] ?? '', electionPort: 17_117, indexerPort: 9, transferPort: 9 },
  ...{ curveKey: 'cd'.repeat(32) as PublicKey, member: true, sinceSeconds: 1 },
  ...{ roundTripMs: null, catalogue: null },
});

describe('peers add', () => {
  test('takes several hosts, shows all addresses of a name, and names those that failed at the end', async () => {
    const asked: unknown[] = [];
    await fake('election', {
      'peers.add': (question) => {
        asked.push(question);
        if (question.host === 'nowhere') throw new Failure('E_NOT_FOUND', 'It has no address.');
        const addresses = question.host === 'campus.lan' ? ISLANDS : ['10.0.3.1'];
        return { address: addresses[0] ?? '', port: question.port ?? 17_117, addresses };
      },
    });
    const answer = await iwanto('peers', 'add', 'campus.lan', 'nowhere', '10.0.3.1:9');
    expect(answer).toEqual({
      code: 3,
      stdout: 'added: campus.lan:17117 (10.0.0.1, 10.0.1.1, 10.0.2.1)\nadded: 10.0.3.1:9\n',
      stderr: expect.stringMatching(/^[^\n]*It has no address\.\n$/),
    });
    expect(asked).toEqual([
      { host: 'campus.lan' },
      { host: 'nowhere' },
      { host: '10.0.3.1', port: 9 },
    ]);
    const json = await iwanto('peers', 'add', 'campus.lan', '--json');
    expect(JSON.parse(json.stdout)).toEqual({
      ...{ address: '10.0.0.1', port: 17_117, addresses: ISLANDS },
    });
  });

  test('adds nothing where one of the words is not a host', async () => {
    const asked: unknown[] = [];
    await fake('election', { 'peers.add': (question) => asked.push(question) as never });
    expect((await iwanto('peers', 'add', '10.0.3.1', 'no host')).code).toBe(2);
    expect(asked).toEqual([]);
  });

  test('--wait says who answered, and from which address of a name nothing was heard', async () => {
    await fake('election', {
      'peers.add': ({ host }) => {
        const addresses = host === 'campus.lan' ? ISLANDS : [host];
        return { address: addresses[0] ?? '', port: 17_117, addresses };
      },
      'peers.get': () => ({ revision: 1, peers: [known(0), known(1)] }),
      'peers.added': () => ({
        hosts: [
          {
            ...{ host: 'campus.lan', port: 17_117, addresses: ISLANDS },
            ...{ heardMsAgo: 5, silent: ['10.0.2.1'] },
          },
          { ...{ host: '10.0.1.1', port: 17_117, addresses: ['10.0.1.1'] }, heardMsAgo: 5 },
        ],
      }),
    });
    const { code, stdout } = await iwanto('peers', 'add', 'campus.lan', '10.0.1.1', '--wait');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /campus\.lan:17117 \(.*\), which is host0 .* nothing was heard from 10\.0\.2\.1 yet\n/,
    );
    expect(stdout).toMatch(
      /added: 10\.0\.1\.1:17117, which is host1 \(\w+\), answered after .*s\n$/,
    );
    const list = await iwanto('peers');
    expect(list.stdout).toMatch(/campus\.lan:17117 .* host0, host1 +0\.0 s ago, never 10\.0\.2\.1/);
  });
});

test('peers remove takes several hosts', async () => {
  const asked: unknown[] = [];
  await fake('election', {
    'peers.remove': (question) => {
      asked.push(question);
      return {};
    },
  });
  const { stdout } = await iwanto('peers', 'remove', 'a', 'b:9');
  expect(asked).toEqual([{ host: 'a' }, { host: 'b', port: 9 }]);
  expect(stdout).toMatch(/^removed: a:17117;.*\nremoved: b:9;.*\n$/);
});
