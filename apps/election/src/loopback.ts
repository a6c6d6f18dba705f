/** Loopback addresses in messages: they mean something only between peers of one host. */
import {
  type Address,
  type ElectionMessage,
  type LeaderTuple,
  isLoopback,
  withListed,
} from '@iwanto/wire';

/** Peers that are reached by such an address are not named to other hosts. */
export const withoutLoopback = (message: ElectionMessage): ElectionMessage =>
  withListed(message, ({ address }) => !isLoopback(address.address));

/**
 * What a message says to this host: one from elsewhere names no programs of this host, whose ports nobody outside may
 * have it dial (HOSTILE 207). Undefined if it names the leader so.
 */
export function asFrom(
  message: ElectionMessage,
  { address }: Address,
): ElectionMessage | undefined {
  if (isLoopback(address)) return message;
  const leader: Partial<LeaderTuple> | null = 'leader' in message ? message.leader : null;
  return isLoopback(leader?.address?.address ?? '') ? undefined : withoutLoopback(message);
}
