/** Identities that claim to hold what somebody wants, and what they answer when they are asked for it. */
import { randomBytes } from 'node:crypto';
import { type PieceReply, servePieces } from '@iwanto/bus';
import { PIECE_BYTES, type PieceRequest } from '@iwanto/wire';
import type { Identity } from './identity.js';
import { type Room, WANTED, type Wanted } from './room.js';

type Answer = (request: PieceRequest) => Promise<PieceReply>;

/** Accepts the request and never answers. */
export const silent: Answer = () => new Promise<PieceReply>(() => undefined);

/** Bytes, but others. */
export const lying: Answer = async ({ ask, count }) => {
  const bytes = ask === 'digests' ? count * 32 : ask === 'have' ? 0 : PIECE_BYTES;
  if (bytes === 0) return { type: 'refused', reason: 'notFound' };
  return { type: 'data', body: randomBytes(bytes) };
};

/** Each serves like this from now on, and announces that it has what is wanted. */
export async function holdLike(
  room: Room,
  { identities, answer, wanted }: { identities: Identity[]; answer: Answer; wanted: Wanted },
): Promise<void> {
  for (const identity of identities) {
    const { address, keys } = identity;
    const port = room.with(
      await servePieces({ keys: keys.curve, port: 0, addresses: () => [address], answer }),
    );
    identity.listens({ transferPort: port.port });
    await identity.announce([
      { path: `x/${WANTED}`, kind: 'file', hash: wanted.hash, size: wanted.size },
    ]);
  }
  await room.held(identities.length + 1);
}
