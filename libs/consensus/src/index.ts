/**
 * The election as a state machine without sockets, files or clocks.
 *
 * ```ts
 * const state = createConsensus({ peer, boot, random, randomBytes, hmac });
 * perform(step(state, { type: 'start', nowMs: clock(), bornMs, card, staticPeers, remembered }));
 * // then for ever: wait for a datagram or for deadlineMs(state), and
 * perform(step(state, input));
 * ```
 *
 * THE CONTRACT OF `step`
 *
 * - One input goes in, the state changes in place, and a list of outputs comes back: datagrams to send, news
 *   for the other services, lines for the log. Nothing else happens; the caller performs them in order.
 * - `nowMs` is a monotonic clock and never falls. The wall clock is read once, by `start`.
 * - Chance, random bytes and the keyed hash come from the config: a seed gives the same run on every machine.
 * - A datagram must be verified before it comes in (signature, sender, size: libs/wire). What it says may be a
 *   lie; `step` never throws on it. It throws on one thing only, a move that the table does not have: a mistake
 *   in this library.
 * - After each step the caller asks `deadlineMs` and sends a tick by then. A tick that comes early does nothing.
 *   One that comes more than 250 ms late means that this process was suspended (S31).
 *
 * THE SPINE: how one datagram runs
 *
 * 1. step.ts           compares the clock with the deadline (leader/fence.ts), takes the input, does what is due
 * 2. receive.ts        drops replays, own datagrams and what cannot be; notes that the sender was heard
 * 3. HEAR (there)      one handler for each message; what several roles hear goes to the role that is played
 * 4. joiner/, member/, leader/   the rules of that role; they read and change the record of their own place
 * 5. enter.ts          when the phase changes: the table is asked, the record of the new place is written
 * 6. clockwork.ts      the timers of the place: when each is due, and what it does
 *
 * A message that names a leader (HINT, BEAT, PONG, NOTLEADER, OBJECT, RELAY) becomes one `LeaderHeard`: who leads,
 * who says so, and how sure that is. A joiner waits for it, a member checks it against its own, a leader faces it.
 *
 * THE FOLDERS
 *
 * - state/    what is known (state.ts), the place of this process (place.ts), limits and timers (config.ts), the
 *             table of moves (transitions.ts), what comes in and goes out (messages.ts), what others are shown
 *             (views.ts), what must always hold (invariants.ts)
 * - anyone/   what does not depend on the role: ages, tokens, rates, replays, seeds, the member list, beats
 * - joiner/   finds a cluster, or founds one
 * - member/   follows, suspects, claims, and looks into other leaders
 * - leader/   admits, keeps, faces other leaders, and fences itself after a pause
 *
 * An import runs from a role to anyone/ to state/, never back. rooms.spec.ts holds that nothing runs in a circle.
 *
 * THE PLACE: one record at a time
 *
 * `state.place` is idle, joining, following, leading, leaving or left, with everything that belongs to that place
 * and to no other. Only enter.ts writes it, so nothing of an earlier place is ever left over. The nine phases of
 * the diagram in docs/consensus.md follow from it (`phaseOf`): following with an open suspicion is suspecting or
 * claiming, leading with an open suspension is suspended.
 *
 * THE SIDE MACHINES: who opens and who closes each
 *
 * - target      (of a joiner) the leader that it waits for. Opened by whoever names one (anyone/leader-sought.ts);
 *               closed by its welcome, by joiner/join.ts when patience is over, by its goodbye.
 * - suspicion   (of a standby) silence, then the claim. Opened by the clock, a broken line or a goodbye
 *               (member/suspect.ts); closed by evidence, an objection, a pause, or by taking over.
 * - pending     (of a member) another leader that may succeed its own. Opened by member/another-leader.ts; closed by
 *               its welcome, by an answer of its own leader, by its goodbye, or after 800 ms without an answer.
 * - suspension  (of a leader) the questions after a pause. Opened and closed by leader/fence.ts; a leader of a
 *               higher epoch closes it by making a joiner of this one.
 * - yieldings   (of a leader) at most three older leaders to which it gives way. Opened by leader/faceoff.ts; closed
 *               by the welcome of one, by eight rounds without any, by a pause.
 * - twin        (of anybody) the question to another process with this identity. Opened and closed by leader/twin.ts.
 * - seeds       (of anybody) addresses outside the cluster. Never closed; every change of place makes it quick again.
 *
 * WHAT IS BELIEVED OF WHOM
 *
 * - From anybody: that it is there, and a question worth one small answer (anyone/rates.ts).
 * - From a stranger that leads: nothing, until it answers from the address it claims (anyone/introduction.ts).
 * - From a fellow, that is a standby or a proved member: suspicions, claims, and other leaders that it names.
 * - From its own leader: standbys, roster, epoch; a round trip with it is the only evidence that it lives.
 *
 * WHERE THE RULES ARE
 *
 * docs/consensus.md numbers them S1 to S58. Each number is at the constant or function here that decides it,
 * and in sentences.spec.ts at its test; a spec fails when one is missing. Bytes of the messages: docs/wire.md and
 * libs/wire/src/election-table.ts.
 */
export * from './state/config.js';
export { brokenInvariant } from './state/invariants.js';
export * from './state/messages.js';
export { createConsensus } from './state/create-consensus.js';
export { followingOf, joiningOf, phaseOf, reignOf } from './state/place.js';
export type { State } from './state/state.js';
export { deadlineMs, step } from './step.js';
export { Door } from './door.js';
export { Inbox } from './inbox.js';
export { tokenOf } from './anyone/token.js';
export * from './state/transitions.js';
export * from './state/views.js';
