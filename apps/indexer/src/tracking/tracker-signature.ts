/** What makes an announcement its owner's: the signature, and the key behind the peer's id. */
import { pack, unpack } from '@iwanto/bus';
import { peerOfSignKey, verifySignature } from '@iwanto/service';
import { type ReadAnnouncement, readAnnouncement } from '@iwanto/tracker';
import {
  type Announcement,
  type CheckedQuestionOf,
  Failure,
  type PeerId,
  type PeerVerbs,
  type PublicKey,
  type QuestionOf,
} from '@iwanto/wire';

/** What is needed of a host's identity to speak for its catalogue. */
export interface Signer {
  readonly peer: PeerId;
  readonly signKey: PublicKey;
  sign(bytes: Uint8Array): Uint8Array;
}

/** The question `announce` with the announcement's bytes and their signature. */
export function signAnnouncement(
  signer: Signer,
  announcement: Announcement,
): QuestionOf<PeerVerbs, 'announce'> {
  const bytes = new Uint8Array(pack(announcement));
  return {
    signKey: signer.signKey,
    signature: new Uint8Array(signer.sign(bytes)),
    announcement: bytes,
  };
}

/**
 * The announcement inside a question, once signature, owner and form hold, in this order:
 * nothing unauthenticated is parsed. Throws E_BAD_REQUEST.
 */
export function openAnnouncement({
  signKey,
  signature,
  announcement,
}: CheckedQuestionOf<PeerVerbs, 'announce'>): ReadAnnouncement {
  if (!verifySignature(signKey, announcement, signature)) {
    throw new Failure('E_BAD_REQUEST', 'The announcement is not signed by the key it names.');
  }
  const read = readAnnouncement(unpack(announcement));
  if (!read) throw new Failure('E_BAD_REQUEST', 'The signed bytes are not an announcement.');
  const owner = peerOfSignKey(signKey);
  if (read.announcement.peer !== owner) {
    const sentence = `The announcement of ${read.announcement.peer} is signed by ${owner}.`;
    throw new Failure('E_BAD_REQUEST', sentence);
  }
  return read;
}
