/** Disks that renumber their files, and disks of this host that only look like those of another one. */
import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { identityOf, identityParts, isAs, isUnique } from './identity.js';
import { mountOf, networkMount } from './mounts.js';

test('without inode numbers a renumbered file is the same, a changed one is not', () => {
  const dir = mkdtempSync(join(tmpdir(), 'iwanto-identity-'));
  try {
    writeFileSync(join(dir, 'a'), 'one');
    const stats = lstatSync(join(dir, 'a'), { bigint: true });
    const renumbered = Object.assign(Object.create(stats) as typeof stats, { ino: stats.ino + 1n });
    const lasting = identityOf(stats, true);
    const passing = identityOf(stats, false);
    expect([isUnique(lasting), isUnique(passing)]).toEqual([true, false]);
    expect([isAs(renumbered, lasting), isAs(renumbered, passing)]).toEqual([false, true]);
    expect(identityParts(passing).inode).toBe('0');
    writeFileSync(join(dir, 'a'), 'three');
    expect(isAs(lstatSync(join(dir, 'a'), { bigint: true }), passing)).toBe(false);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a disk of this host behind FUSE is no network file system, another host behind FUSE is one', () => {
  const mounts = [
    { id: '1', path: '/', type: 'ext4' },
    { id: '2', path: '/media/stick', type: 'fuseblk' },
    { id: '3', path: '/media/stick/far', type: 'fuse.sshfs' },
    { id: '4', path: '/media/stick/far', type: 'fuseblk' },
    { id: '5', path: '/far', type: 'fuse.sshfs' },
  ];
  expect(mountOf(mounts, '/media/stick/a')?.id).toBe('2');
  expect(mountOf(mounts, '/media/stick/far/a')?.id).toBe('4');
  expect(mountOf(mounts, '/media/sticky')?.id).toBe('1');
  expect(networkMount(mounts.slice(0, 2))).toBeUndefined();
  expect(networkMount(mounts.slice(4))?.path).toBe('/far');
});
