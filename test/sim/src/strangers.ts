/** Traffic to an address that proved nothing: never more bytes than came from there (I7, HOSTILE 14). */
import type { Output } from '@iwanto/consensus';
import { type Address, QUESTION_BYTES } from '@iwanto/wire';
import { datagramOf } from './datagrams.js';
import { STRANGER } from './forge.js';
import type { Host, Timeless } from './host.js';

type Message = Parameters<typeof datagramOf>[0];

export class Strangers {
  /** Bytes that may still be sent there, by all: a host that slept passes a word on late, to one that heard it too. */
  #owed = 0;

  /** It never hears what is sent to its address, so it cannot show that it does (S55). */
  admitted(outputs: readonly Output[]): string | null {
    const isAdmitted = outputs.some(
      (each) => each.type === 'acquaint' && each.address.address === STRANGER.address,
    );
    return isAdmitted ? 'S55: a host that proved nothing is heard from outside' : null;
  }

  /** This excludes joiners, which for some seconds ask for admission wherever somebody says a leader is. */
  answeredTooMuch(host: Host, input: Timeless, outputs: readonly Output[]): string | null {
    if (input.type === 'received') this.#owed += earned(input.message, input.from);
    if (host.state.place.at === 'joining') return null;
    for (const output of outputs)
      if (output.type === 'send' && output.to.address === STRANGER.address)
        this.#owed -= bytesOf(output.message);
    return this.#owed < 0 ? 'I7: a stranger is sent more than it sent' : null;
  }
}

/** When a member forwards a stranger's message to its leader, the leader may ask, too. */
function earned(message: Message, from: Address): number {
  if (from.address === STRANGER.address) return bytesOf(message);
  const isOfStranger =
    message.type === 'relay' && message.leader.address?.address === STRANGER.address;
  return isOfStranger ? QUESTION_BYTES : 0;
}

function bytesOf(message: Message): number {
  const bytes = datagramOf(message);
  return typeof bytes === 'string' ? 0 : bytes.length;
}
