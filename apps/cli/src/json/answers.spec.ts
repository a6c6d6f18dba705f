/** Every command answers --json as docs/json.md says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { COMMANDS } from '../table.js';
import { CommandLine, HASH, PEER, downloadOf } from '../testing/command-line.js';
import { answers, isAnswer } from './answers.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine();
  const config = { interfaces: ['lo'], share: [], downloadDir: join(cli.home, 'downloads') };
  writeFileSync(join(cli.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
});
afterEach(() => cli.close());

/** The only line that a command prints; `run` has compared it with the schemas. */
async function lineOf(...words: string[]): Promise<unknown> {
  const { stdout, code } = await cli.run(...words, '--json');
  expect({ words, code }).toEqual({ words, code: 0 });
  return JSON.parse(stdout);
}

test('every command has its schemas, and there are no others', () => {
  expect(Object.keys(answers).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});

test('a line with a field that no schema names does not fit', () => {
  expect(isAnswer('name', { name: 'n', shown: 'n', peer: PEER })).toBe(true);
  expect(isAnswer('name', { name: 'n', shown: 'n', peer: PEER, more: 1 })).toBe(false);
});

test.each(['pause', 'resume', 'cancel'] as const)('%s', async (word) => {
  const download = downloadOf({ hash: HASH });
  await cli.fake('transfer', {
    'download.list': () => ({ downloads: [download] }),
    [`download.${word}`]: () => download,
  });
  expect(await lineOf(word, HASH)).toEqual({ downloads: [download] });
});

test('limit and verify', async () => {
  const limits = { download: '1M', upload: '', relay: '50M' };
  const receipt = {
    ...{ path: '/tmp/film.mkv', hash: HASH, kind: 'file' as const, bytes: 100, files: 1 },
    ...{ placedMs: 0, sources: [{ peer: PEER, bytes: 100 }], isWhole: true, wrong: [] },
  };
  await cli.fake('transfer', { 'limits.get': () => limits, 'download.verify': () => receipt });
  expect(await lineOf('limit')).toEqual(limits);
  expect(await lineOf('verify', '/tmp/film.mkv')).toEqual(receipt);
});

test('config', async () => {
  await cli.fake('transfer', { 'transfer.reload': () => ({ changed: [] }) });
  expect(await lineOf('config', 'path')).toEqual({ file: join(cli.home, 'config.json') });
  expect(await lineOf('config', 'list')).toMatchObject({ values: expect.any(Array) });
  expect(await lineOf('config', 'get', 'peers')).toMatchObject({ value: [], source: 'default' });
  expect(await lineOf('config', 'set', 'reseed', 'false')).toMatchObject({
    ...{ value: false, services: ['transfer'] },
  });
  expect(await lineOf('config', 'unset', 'reseed')).toMatchObject({ value: true });
});

test('log', async () => {
  const line = {
    ...{ timestamp: '2026-01-02T03:04:05.678Z', level: 'warn', message: 'the disk is full' },
    ...{ service: 'indexer', pid: 7, stack: '' },
  };
  mkdirSync(join(cli.home, 'logs'));
  writeFileSync(join(cli.home, 'logs/indexer.log'), `${JSON.stringify(line)}\n`);
  expect(await lineOf('log', 'indexer')).toEqual(line);
});

test('doctor', async () => {
  const { stdout } = await cli.run('doctor', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ healthy: false });
});

test('service, whether systemd runs here or not', async () => {
  const { stdout } = await cli.run('service', 'status', '--json');
  expect(JSON.parse(stdout)).toEqual(expect.any(Object));
});

test('completion and man', async () => {
  expect(await lineOf('completion', 'fish')).toMatchObject({ shell: 'fish' });
  expect(await lineOf('man')).toMatchObject({ commands: { length: COMMANDS.length } });
});

test('uninstall', async () => {
  const { removed } = (await lineOf('uninstall', '--data', '--yes')) as { removed: string[] };
  expect(removed).toContain(join(cli.home, 'config.json'));
});

test('trust and block', async () => {
  expect(await lineOf('trust', PEER)).toEqual({ trust: [PEER], block: [] });
  expect(await lineOf('block', PEER)).toEqual({ trust: [], block: [PEER] });
  expect(await lineOf('block', PEER, '--undo')).toEqual({ trust: [], block: [] });
  expect(await lineOf('trust')).toEqual({ trust: [], block: [] });
});
