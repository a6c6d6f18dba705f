/** All files of a folder that is read before it is whole. */
import type { Bus, ReadFile } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';

export async function filesIn(bus: Bus, hash: FileHash): Promise<ReadFile[]> {
  const all: ReadFile[] = [];
  for (;;) {
    const { total, files } = await bus.call('read.files', { hash, first: all.length });
    all.push(...files);
    if (all.length >= total || files.length === 0) return all;
  }
}
