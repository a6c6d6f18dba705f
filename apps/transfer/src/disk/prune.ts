/** Removes from an unfinished tree everything that does not belong there. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plan, pathIn } from './planned.js';
import { treeOnDisk } from './tree-on-disk.js';

/** Afterwards there is nothing below `top` but what the plan names, each entry of the right kind. */
export async function prune(top: string, plan: Plan): Promise<void> {
  const kinds = new Map<string, string>();
  for (const path of plan.folders) kinds.set(path, 'directory');
  for (const { folder, name } of plan.files) kinds.set(pathIn(folder, name), 'file');
  for (const { folder, name } of plan.links) kinds.set(pathIn(folder, name), 'symlink');
  const wrong: string[] = [];
  for await (const { kind, path } of treeOnDisk(top)) {
    if (kinds.get(path) !== kind) wrong.push(path);
  }
  for (const path of wrong) await rm(join(top, path), { recursive: true, force: true });
}
