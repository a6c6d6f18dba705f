/** `name.set`: changes the name of this host permanently; and a name that the configuration got in another way. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import { type Paths, updateConfig } from '@iwanto/service';
import { Failure, PEER_NAME_BYTES_MAX, type PeerCard, safeText } from '@iwanto/wire';
import type { OwnCard } from '../card.js';

type Question = Parameters<Handlers<VerbsOf<'election'>>['name.set']>[0];

export interface NameOptions {
  readonly paths: Paths;
  readonly own: OwnCard;
  /** Others have to receive the new card. */
  readonly changed: (card: PeerCard) => void;
}

/** Throws E_BAD_REQUEST for a name that others could not show as it is, and changes nothing then. */
export async function setName(
  { paths, own, changed }: NameOptions,
  { name: typed }: Question,
): Promise<{ name: string }> {
  const name = nameFrom(typed);
  await updateConfig(paths, (config) => ({ ...config, name }));
  const card = own.rename(name);
  changed(card);
  return { name: card.name };
}

/** The configuration changed: throws as above, which undoes the change. */
export function takeName(
  { own, changed }: Pick<NameOptions, 'own' | 'changed'>,
  typed: string,
): void {
  const name = nameFrom(typed);
  const { name: before } = own.card;
  const card = own.rename(name);
  if (card.name !== before) changed(card);
}

function nameFrom(typed: string): string {
  const name = typed.normalize('NFC').trim();
  if (Buffer.byteLength(name) > PEER_NAME_BYTES_MAX) {
    const sentence = `The name is longer than ${PEER_NAME_BYTES_MAX} bytes; choose a shorter one.`;
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  if (safeText(name) !== name || name.includes('/')) {
    const sentence = 'A name has no slashes and no invisible characters; choose another one.';
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  return name;
}
