/** Deliberate bugs, as data: each a change of the built election, and what it takes away. */

export interface Patch {
  /** A file of libs/consensus/dist. */
  readonly file: string;
  /** Must occur in it; every occurrence is replaced. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** For a bug that no check can see: which second mechanism makes up for it. */
  readonly survives?: string;
}

const patch = (file: string, find: string, replace: string): Patch => ({ file, find, replace });

const STALE = 'message.epoch < state.epoch';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no periodic beat of the leader',
    patches: [patch('beat.js', 'multicast(turn, slowBeatBody(state, nowMs));', '')],
  },
  {
    name: 'remembered and static addresses are not tried',
    patches: [patch('seeds.js', 'return [...given, ...chosen];', 'return [];')],
  },
  {
    name: 'lower epochs count',
    patches: [
      patch('follow.js', STALE, 'false'),
      patch('follow.js', 'leader.epoch < state.epoch', 'false'),
      patch('another-leader.js', 'leader.epoch < state.epoch', 'false'),
      patch('roster.js', STALE, 'false'),
      patch('ping.js', STALE, 'false'),
      patch('pending.js', 'leader.epoch <= state.epoch', 'false'),
    ],
  },
  {
    name: 'boot ids are ignored',
    patches: [
      patch('rank.js', 'a.peer === b.peer && a.boot === b.boot', 'a.peer === b.peer'),
      patch('admit.js', 'known?.boot === message.boot', 'known !== undefined'),
      patch('keep.js', 'member?.boot !== message.boot', 'member === undefined'),
    ],
  },
  {
    name: 'a leader that stood still does not ask',
    patches: [patch('fence.js', 'suspend(turn, Math.round(lateMs));', ';')],
  },
  {
    name: 'face-off by epoch instead of age',
    patches: [
      patch('rank.js', 'return isOlder(mine, theirs);', 'return mine.epoch > theirs.epoch;'),
    ],
  },
  {
    name: 'the token stays when the epoch rises',
    patches: [patch('token.js', 'setFloat64(0, state.epoch)', 'setFloat64(0, 1)')],
  },
  {
    name: 'one token for all reigns and boots of a peer',
    patches: [
      patch(
        'lead.js',
        'state.config.randomBytes(TOKEN_BYTES)',
        'Uint8Array.from(state.config.peer.slice(0, 16), (c) => c.charCodeAt(0))',
      ),
    ],
  },
  {
    name: 'nobody is evicted',
    patches: [patch('lead.js', 'if (nowMs - member.heardMs > patienceMs)', 'if (false)')],
  },
  {
    name: 'the claimed age is believed',
    patches: [patch('admit.js', 'rank: stampedRank(state, nowMs)', 'rank: message.rank')],
  },
  {
    name: 'keep-alives carry no catalogue mark',
    patches: [patch('ping.js', 'catalogue: state.catalogue', 'catalogue: null')],
  },
  {
    name: 'a member that stood still believes its timers',
    patches: [patch('fence.js', 'followerPaused(turn);', ';')],
  },
  {
    name: 'the winner of a face-off keeps its epoch',
    patches: [patch('faceoff.js', 'followEpoch(turn, theirs.epoch + 1);', ';')],
  },
  {
    name: 'the victory is told once, by one multicast',
    patches: [
      patch(
        'beat.js',
        'const ANNOUNCE_AT_MS = [0, 15, 45, 150, 400, 900];',
        'const ANNOUNCE_AT_MS = [0];',
      ),
      patch('beat.js', 'if (!heardSince(member, reign))', 'if (false)'),
      patch('beat.js', 'if (reign.previous?.address)', 'if (false)'),
    ],
  },
  {
    name: 'a PONG counts whatever its nonce',
    patches: [patch('follow.js', 'if (!answersPing && !answersProbe)', 'if (false)')],
    survives:
      'a PONG is signed and counts once (replay window), so one that answers nothing is only a late one, at most an exchange old',
  },
  {
    name: 'the members of a loser are not taken over',
    patches: [
      patch('faceoff.js', 'for (const entry of message.entries) {', 'for (const entry of []) {'),
    ],
  },
  {
    name: 'a stranger that leads is not asked first',
    patches: [
      patch('faceoff.js', 'else if (isIntroduced)', 'else if (true)'),
      patch('another-leader.js', '!isTrusted && known === ', 'false && known === '),
    ],
  },
  {
    name: 'anybody may speak as the leader',
    patches: [patch('receive.js', '|| contradictsItself(message)', '')],
  },
  {
    name: "strangers' claims and objections count",
    patches: [patch('claim.js', '!isFellow(state, message)', 'false')],
  },
  {
    name: 'a deadline that has passed is asked for',
    patches: [
      patch('step.js', 'Math.max(turn.nowMs, earliestMs(state))', 'earliestMs(state)'),
      patch(
        'beat.js',
        'nowMs + (gapAfterMs(ANNOUNCE_AT_MS, round) ?? Infinity)',
        'reign.sinceMs + (ANNOUNCE_AT_MS[round + 1] ?? Infinity)',
      ),
    ],
  },
  {
    name: 'a joiner from a later epoch is not caught up with',
    patches: [patch('admit.js', 'followEpoch(turn, message.epoch);', ';')],
  },
];
