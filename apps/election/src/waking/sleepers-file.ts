/** Hosts that can be woken, kept over restarts in one small JSON file. */
import { readFile } from 'node:fs/promises';
import { writeLightly } from '@iwanto/service';
import { PEER_NAME_BYTES_MAX, type PeerId, addressSchema, peerIdSchema } from '@iwanto/wire';
import { z } from 'zod';
import { isHardwareAddress } from './neighbour-table.js';

/** Hosts that are remembered; the one offline for longest is forgotten first. */
export const SLEEPERS_MAX = 256;
const FILE_BYTES_MAX = 131_072;

const sleeperSchema = z.object({
  peer: peerIdSchema,
  name: z.string().max(PEER_NAME_BYTES_MAX),
  mac: z.string().refine(isHardwareAddress),
  interface: z.string().min(1).max(64),
  address: addressSchema,
  /** When it was last online, in ms since 1970. */
  seenMs: z.number().min(0),
});
export type Sleeper = z.infer<typeof sleeperSchema>;

/** Nothing if the file is absent or damaged: everything is learnt again. */
export async function loadSleepers(path: string): Promise<Map<PeerId, Sleeper>> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > FILE_BYTES_MAX) return new Map();
    const list = z.array(sleeperSchema).max(SLEEPERS_MAX).parse(JSON.parse(text));
    return new Map(list.map((each) => [each.peer, each]));
  } catch {
    return new Map();
  }
}

export const saveSleepers = (path: string, sleepers: Iterable<Sleeper>): Promise<void> =>
  writeLightly(path, `${JSON.stringify([...sleepers])}\n`);
