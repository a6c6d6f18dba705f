/** Every attack that is a command. */
import type { Attack } from './attack.js';
import { bomb } from './attacks/bomb.js';
import { claims, names, prefixes } from './attacks/claims.js';
import { crowd, lyingHolders, silentHolders } from './attacks/holders.js';
import { homes } from './attacks/homes.js';
import { frames, resets, slots, unread } from './attacks/lines.js';
import { questions } from './attacks/questions.js';

export const ATTACKS: readonly Attack[] = [
  ...[names, claims, crowd, silentHolders, lyingHolders, slots, frames, unread, questions, bomb],
  ...[prefixes, resets, homes],
];
