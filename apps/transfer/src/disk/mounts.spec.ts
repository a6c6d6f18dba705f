/** Folders and the disks they are on. */
import { expect, test } from '@jest/globals';
import { isOnAwayDisk, mountPointOf } from './mounts.js';

const line = (point: string) => `36 35 98:0 / ${point} rw,noatime - ext4 /dev/x rw`;
const mounts = [line('/'), line('/home'), line('/mnt/my\\040stick')].join('\n');

test('a folder lies on the longest mount point above it', () => {
  expect(mountPointOf('/home/ben/a', mounts)).toBe('/home');
  expect(mountPointOf('/homes', mounts)).toBe('/');
  expect(mountPointOf('/mnt/my stick', mounts)).toBe('/mnt/my stick');
  expect(mountPointOf('/a', '')).toBeUndefined();
});

test('a folder of a disk that should be mounted and is not is told from others', () => {
  const table =
    '# /dev/z /srv ext4\nUUID=1 / ext4\nUUID=2 /data ext4 defaults 0 2\nUUID=3 /home ext4';
  const isAway = (path: string) => isOnAwayDisk(path, mounts, table);
  expect(isAway('/data/downloads')).toBe(true);
  expect(isAway('/mnt/other/downloads')).toBe(true);
  expect(isAway('/mnt/my stick/downloads')).toBe(false);
  expect(isAway('/home/ben/downloads')).toBe(false);
  expect(isAway('/srv/downloads')).toBe(false);
  expect(isAway('/tmp/downloads')).toBe(false);
});
