/** The one door: an input goes in, the state changes in place, what is to be done comes out. */
import type { Input, Output } from './messages.js';
import type { State } from './state.js';

/** Takes one input; inputs must come in the order of their `nowMs`. Never throws on what a stranger sent. */
export function step(state: State, input: Input): Output[] {
  state.nowMs = input.nowMs;
  return [];
}

/** When to call `step` with a tick, on the clock of `nowMs`; Infinity while nothing is due. */
export function deadlineMs(state: State): number {
  return state.askedMs;
}
