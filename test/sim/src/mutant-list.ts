/** Deliberate bugs, as data: each a change of the built election, and what it removes. */

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
    patches: [patch('anyone/beat.js', 'multicast(turn, slowBeatBody(state, nowMs));', '')],
  },
  {
    name: 'remembered and static addresses are not tried',
    patches: [patch('anyone/seeds.js', 'return [...given, ...chosen];', 'return [];')],
  },
  {
    name: 'lower epochs count',
    patches: [
      patch('member/follow.js', STALE, 'false'),
      patch('member/follow.js', 'leader.epoch < state.epoch', 'false'),
      patch('member/another-leader.js', 'leader.epoch < state.epoch', 'false'),
      patch('member/roster-heard.js', STALE, 'false'),
      patch('member/ping.js', STALE, 'false'),
      patch('member/pending.js', 'leader.epoch <= state.epoch', 'false'),
    ],
  },
  {
    name: 'boot ids are ignored',
    patches: [
      patch('anyone/rank.js', 'a.peer === b.peer && a.boot === b.boot', 'a.peer === b.peer'),
      patch('leader/admit.js', 'known?.boot === message.boot', 'known !== undefined'),
      patch('leader/keep.js', 'member?.boot !== message.boot', 'member === undefined'),
    ],
  },
  {
    name: 'a leader that was suspended does not ask',
    patches: [patch('leader/fence.js', 'suspend(turn, state.place, Math.round(lateMs));', ';')],
  },
  {
    name: 'face-off by epoch instead of age',
    patches: [
      patch('anyone/rank.js', 'return isOlder(mine, theirs);', 'return mine.epoch > theirs.epoch;'),
    ],
  },
  {
    name: 'the token stays when the epoch rises',
    patches: [patch('anyone/token.js', 'setFloat64(0, state.epoch)', 'setFloat64(0, 1)')],
  },
  {
    name: 'one token for all reigns and boots of a peer',
    patches: [
      patch(
        'enter.js',
        'state.config.randomBytes(SECRET_BYTES)',
        'Uint8Array.from(state.config.peer.slice(0, 16), (c) => c.charCodeAt(0))',
      ),
    ],
  },
  {
    name: 'nobody is evicted',
    patches: [patch('leader/lead.js', 'if (nowMs - member.heardMs > patienceMs)', 'if (false)')],
  },
  {
    name: 'the claimed age is believed',
    patches: [patch('leader/admit.js', 'rank: stampedRank(state, nowMs)', 'rank: message.rank')],
  },
  {
    name: 'keep-alives carry no catalogue mark',
    patches: [patch('member/ping.js', 'catalogue: state.catalogue', 'catalogue: null')],
  },
  {
    name: 'a member that was suspended believes its timers',
    patches: [patch('leader/fence.js', 'memberPaused(turn, state.place);', ';')],
  },
  {
    name: 'the winner of a face-off keeps its epoch',
    patches: [patch('leader/faceoff.js', 'followEpoch(turn, theirs.epoch + 1);', ';')],
  },
  {
    name: 'the victory is announced once, by one multicast',
    patches: [
      patch(
        'anyone/beat.js',
        'const ANNOUNCE_AT_MS = [0, 15, 45, 150, 400, 900];',
        'const ANNOUNCE_AT_MS = [0];',
      ),
      patch('anyone/beat.js', 'if (!heardSince(member, reign))', 'if (false)'),
      patch('anyone/beat.js', 'if (reign.previous?.address)', 'if (false)'),
    ],
  },
  {
    name: 'a PONG counts whatever its nonce',
    patches: [patch('member/follow.js', 'if (!answersPing && !answersProbe)', 'if (false)')],
    survives:
      'a PONG is signed and counts once (replay window), so one that answers nothing is only a late one, at most an exchange old',
  },
  {
    name: 'the members of a loser are not taken over',
    patches: [
      patch(
        'leader/faceoff.js',
        'for (const entry of message.entries) {',
        'for (const entry of []) {',
      ),
    ],
  },
  {
    name: 'a stranger that leads is not asked first',
    patches: [
      patch('leader/faceoff.js', "else if (known === 'answered')", 'else if (true)'),
      patch('member/another-leader.js', '!isTrusted && known === ', 'false && known === '),
    ],
  },
  {
    name: 'anybody may speak as the leader',
    patches: [patch('receive.js', '|| contradictsItself(message)', '')],
  },
  {
    name: "strangers' claims and objections count",
    patches: [patch('member/claim.js', '!isFellow(state, message)', 'false')],
  },
  {
    name: 'a deadline that has passed is asked for',
    patches: [
      patch('step.js', 'Math.max(turn.nowMs, earliestMs(state))', 'earliestMs(state)'),
      patch(
        'anyone/beat.js',
        'nowMs + (gapAfterMs(ANNOUNCE_AT_MS, round) ?? Infinity)',
        'reign.sinceMs + (ANNOUNCE_AT_MS[round + 1] ?? Infinity)',
      ),
    ],
  },
  {
    name: 'whoever knocks from outside with any cookie is heard',
    patches: [
      patch(
        'anyone/knock.js',
        'cookie !== null && isCookieFor(state, cookie, from, period)',
        'cookie !== null',
      ),
    ],
  },
  {
    name: 'a cookie counts that answers no knock',
    patches: [patch('anyone/knock.js', 'nonce !== knockNonce(turn.state, from)', 'false')],
  },
  {
    name: 'a joiner from a later epoch is not caught up with',
    patches: [patch('leader/admit.js', 'followEpoch(turn, message.epoch);', ';')],
  },
  {
    name: 'a leader passes no request to dial on',
    patches: [patch('anyone/dial.js', 'passOn(turn, message);', ';')],
  },
  {
    name: 'what has waited too long is worked on',
    patches: [patch('inbox.js', 'nowMs - next.sinceMs <= STALE_MS', 'true')],
  },
  {
    name: 'a relay that agrees asks only the caller to dial it',
    patches: [patch('anyone/bridge.js', 'return [caller, callee];', 'return [caller];')],
  },
];
