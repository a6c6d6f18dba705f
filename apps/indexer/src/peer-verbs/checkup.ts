/** `checkup` between hosts: how this host sees the asker. */
import type { Handler } from '@iwanto/bus';
import type { PeerVerbs } from '@iwanto/wire';
import type { CheckupDesk } from '../checkup/checkup-desk.js';

export const checkup =
  (desk: CheckupDesk): Handler<PeerVerbs, 'checkup'> =>
  (question) =>
    desk.answer(question);
