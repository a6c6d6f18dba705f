/** The body of a HELLO, of joiners and of members that moved. */
import type { State } from '../state/state.js';
import type { Body } from '../state/turn.js';

/** The interval of HELLOs after the first ones of a schedule, to all and to a leader that was named. */
export const HELLO_LATER_MS = 400;

/** Null while this host has no card yet. */
export const helloBody = (state: State, joining: boolean): Body | null =>
  state.card === null ? null : { type: 'hello', rank: state.rank, card: state.card, joining };
