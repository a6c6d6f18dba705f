/** Every attack that is a command. */
import type { Attack } from './attack.js';
import { bomb } from './attacks/bomb.js';
import { claims, names, prefixes } from './attacks/claims.js';
import { crowd, lyingHolders, silentHolders } from './attacks/holders.js';
import { homes } from './attacks/homes.js';
import { dialled, leader } from './attacks/leader.js';
import { frames, resets, slots, unread } from './attacks/lines.js';
import { pieces } from './attacks/pieces.js';
import { questions } from './attacks/questions.js';

export const ATTACKS: readonly Attack[] = [
  ...[
    names,
    claims,
    crowd,
    silentHolders,
    lyingHolders,
    slots,
    frames,
    unread,
    pieces,
    questions,
    bomb,
  ],
  ...[prefixes, leader, dialled, resets, homes],
];
