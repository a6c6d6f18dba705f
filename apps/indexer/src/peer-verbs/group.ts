/** `group` between hosts: a question of a group that this host is a member of; anybody else learns nothing. */
import { type Handler, answerHere } from '@iwanto/bus';
import {
  Failure,
  type GroupAnswer,
  type GroupQuestion,
  type PeerVerbs,
  type PublicKey,
  asFailure,
} from '@iwanto/wire';
import { type GroupShelf, groupVerbs } from '../groups/group-shelf.js';
import { GroupSealing } from '../groups/group-sealing.js';
import type { GroupTools } from '../groups/open-groups.js';

/** Without groups the answer is the same as to a question of another group. */
export function group(tools: GroupTools | undefined, self: PublicKey): Handler<PeerVerbs, 'group'> {
  const memberships = (tools?.groups ?? []).map((one) => {
    return { name: one.name, sealings: GroupSealing.of(one) };
  });
  return async ({ sealed }) => {
    for (const { name, sealings } of memberships) {
      for (const sealing of sealings) {
        const question = sealing.openQuestion(sealed, self);
        if (!question) continue;
        const answer = await answerOf(question, tools?.shelves.shelfOf(name));
        return { sealed: sealing.sealAnswer(answer) };
      }
    }
    throw new Failure('E_NOT_FOUND', 'No question of a group that is known here.');
  };
}

/** Refusals are sealed as well: that something is not here is for members to know. */
async function answerOf(
  { nonce, ask, question }: GroupQuestion,
  shelf: GroupShelf | undefined,
): Promise<GroupAnswer> {
  if (!shelf) return { nonce, refused: 'E_NOT_FOUND', answer: null };
  try {
    const handlers = shelf.answers;
    return {
      nonce,
      answer: await answerHere({ table: groupVerbs, handlers }, ask, question as never),
    };
  } catch (cause) {
    return { nonce, refused: asFailure(cause).code, answer: null };
  }
}
