/** What the configuration says about who is admitted, in the words of `iwanto status`. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { homePaths, readConfig, setConfig } from '@iwanto/service';
import type { PeerId } from '@iwanto/wire';
import { changeConfig } from './change-config.js';
import { modeVerdicts } from './mode.js';
import type { Picture } from './picture.js';

const [ANNE, EVE] = ['aa', 'ee'].map((one) => one.repeat(10)) as [PeerId, PeerId];
const present = (...peers: readonly { peer: PeerId; name: string }[]) =>
  ({ peer: ANNE, peers }) as unknown as Picture;

let home: string;
const before = process.env['IWANT_HOME'];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iwanto-mode-'));
  process.env['IWANT_HOME'] = home;
});
afterEach(async () => {
  if (before === undefined) delete process.env['IWANT_HOME'];
  else process.env['IWANT_HOME'] = before;
  await rm(home, { recursive: true });
});

test('a blocked peer is named while it is here', async () => {
  await setConfig(homePaths(), 'block', [EVE]);
  const [verdict] = await modeVerdicts(present({ peer: EVE, name: 'eve' }));
  expect(verdict?.sentence).toContain('neither asked nor answered: eve;');
  expect(await modeVerdicts(present({ peer: ANNE, name: 'anne' }))).toEqual([]);
});

test('a folder that is not there is not taken for a share, and nothing changes', async () => {
  const paths = homePaths();
  const shared = async () => (await readConfig(paths)).config.share;
  const music = join(home, 'music');
  await mkdir(music);
  await changeConfig(paths, { share: [music] });
  const absent = join(home, 'absent');
  await expect(changeConfig(paths, { share: [absent] })).rejects.toThrow('does not exist');
  expect(await shared()).toEqual([music]);
});
