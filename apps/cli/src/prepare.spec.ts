/** What the first start makes of the folders that were named, whatever was typed before it. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  type Paths,
  dataFile,
  homePaths,
  loadConfig,
  readConfig,
  setConfig,
} from '@iwanto/service';
import { prepareConfig } from './prepare.js';

let home: string;
let paths: Paths;
let music: string;
let films: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'iwanto-prepare-')));
  paths = homePaths({ IWANT_HOME: join(home, 'peer') });
  [music, films] = [join(home, 'music'), join(home, 'films')];
  await Promise.all([music, films, paths.dataDir].map((dir) => mkdir(dir, { recursive: true })));
});
afterEach(() => rm(home, { recursive: true }));

const start = (...share: string[]) =>
  prepareConfig(paths, {
    share: share.length > 0 ? share : undefined,
    ...{ downloadDir: undefined, interfaces: undefined, mapPorts: undefined },
  });
const shared = async () => (await readConfig(paths)).config.share;
const theDefault = () => join(home, 'peer', 'shared');

test('the named folders replace the default one', async () => {
  await start(music);
  expect(await shared()).toEqual([music]);
  expect(existsSync(theDefault())).toBe(false);
});

test('so they do after a configuration was made by another command', async () => {
  await loadConfig(paths);
  await setConfig(paths, 'name', 'studio');
  await start(music);
  expect(await shared()).toEqual([music]);
  expect(existsSync(theDefault())).toBe(false);
});

test('a folder that was configured before stays, and so does a default one with something in it', async () => {
  await setConfig(paths, 'share', [films]);
  await writeFile(join(theDefault(), 'a.txt'), 'a');
  await start(music);
  expect(await shared()).toEqual([films, music]);
  expect(existsSync(theDefault())).toBe(true);
});

test('without a name the default folder is shared', async () => {
  await start();
  expect(await shared()).toEqual([theDefault()]);
  expect(existsSync(theDefault())).toBe(true);
});

test('once something was shared, named folders are added', async () => {
  await start();
  await writeFile(dataFile(paths, 'catalogue'), '');
  await start(music);
  expect(await shared()).toEqual([theDefault(), music]);
});
