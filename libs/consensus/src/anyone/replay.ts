/** Each datagram counts once (S45): a window of 64 sequence numbers for each boot of each peer. */
import { type ElectionHeader, forgetOldest } from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import type { Heard, State } from '../state/state.js';

const WINDOW = 64;

/** False for a datagram that was received before, or is too old to tell. */
export function isFresh(state: State, { sender, boot, seq }: ElectionHeader): boolean {
  const key = sender + boot;
  const heard = state.heard.get(key);
  if (heard === undefined) {
    if (state.heard.size >= LIMITS.windowsMax) forgetOldest(state.heard);
    state.heard.set(key, { highest: seq, low: 1, high: 0 });
    return true;
  }
  // The one unheard for longest is forgotten first: a flood of strangers never displaces active peers.
  state.heard.delete(key);
  state.heard.set(key, heard);
  return seq > heard.highest ? advance(heard, seq) : fillIn(heard, seq);
}

function advance(heard: Heard, seq: number): true {
  const by = seq - heard.highest;
  heard.highest = seq;
  if (by >= WINDOW) {
    heard.low = 1;
    heard.high = 0;
  } else if (by >= 32) {
    heard.high = by === 32 ? heard.low : heard.low << (by - 32);
    heard.low = 1;
  } else {
    heard.high = (heard.high << by) | (heard.low >>> (32 - by));
    heard.low = (heard.low << by) | 1;
  }
  return true;
}

function fillIn(heard: Heard, seq: number): boolean {
  const behind = heard.highest - seq;
  if (behind >= WINDOW) return false;
  const bit = 1 << (behind % 32);
  const word = behind < 32 ? heard.low : heard.high;
  if ((word & bit) !== 0) return false;
  if (behind < 32) heard.low |= bit;
  else heard.high |= bit;
  return true;
}
