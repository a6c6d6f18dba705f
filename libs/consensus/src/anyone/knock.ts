/**
 * First contact across a router (S55). A host outside its own subnets is not heard until it has shown that it
 * hears at its address: else a forged source there could draw traffic, or take up room, that no router near it
 * would let pass here. It knocks, is sent a cookie of the same size at most, and brings it back. Nothing is
 * remembered for that: the cookie follows from address and time, the nonce of a knock from where it was sent.
 */
import {
  type Address,
  COOKIE_BYTES,
  type CookieMessage,
  hexOf,
  type KnockMessage,
  type Nonce,
} from '@iwanto/wire';
import { LIMITS } from '../state/config.js';
import type { State } from '../state/state.js';
import { NONCE_BYTES, send, type Turn } from '../state/turn.js';
import { addressText } from './address.js';
import { allow, allowAnswer, allowFor } from './rates.js';

/** A cookie is good for this long and at most twice as long. */
const COOKIE_PERIOD_MS = 10_000;
/** Knocks per second at one address. */
const KNOCKS_TO_ONE_PER_SECOND = 2;

function keyed(state: State, text: string, length: number): Uint8Array {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return state.config.hmac(state.introductionKey, bytes).subarray(0, length);
}

const knockNonce = (state: State, to: Address): Nonce =>
  hexOf(keyed(state, `knock ${addressText(to)}`, NONCE_BYTES)) as Nonce;

const cookieFor = (state: State, address: Address, period: number): Uint8Array =>
  keyed(state, `cookie ${period} ${addressText(address)}`, COOKIE_BYTES);

/** A datagram goes to an address outside its own subnets that was not heard lately. */
export function knock(turn: Turn, to: Address): void {
  const { state } = turn;
  if (!allowFor(turn, `knock ${addressText(to)}`, KNOCKS_TO_ONE_PER_SECOND)) return;
  if (!allow(turn, 'knock', LIMITS.knocksPerSecond)) return;
  send(turn, to, { type: 'knock', nonce: knockNonce(state, to), cookie: null });
}

/** Admits whoever brings a valid cookie; all others are sent one. */
export function hearKnock(turn: Turn, { nonce, cookie }: KnockMessage, from: Address): void {
  const { state, nowMs } = turn;
  const period = Math.floor(nowMs / COOKIE_PERIOD_MS);
  if (cookie !== null && isCookieFor(state, cookie, from, period)) {
    turn.outputs.push({ type: 'acquaint', address: from });
    return;
  }
  if (!allowAnswer(turn, from, 'cookie', LIMITS.cookiesPerSecond)) return;
  send(turn, from, { type: 'cookie', nonce, cookie: cookieFor(state, from, period) });
}

function isCookieFor(state: State, cookie: Uint8Array, from: Address, period: number): boolean {
  const text = hexOf(cookie);
  return [period, period - 1].some((each) => hexOf(cookieFor(state, from, each)) === text);
}

/** Brings the cookie back, if it answers a knock of this process. */
export function hearCookie(turn: Turn, { nonce, cookie }: CookieMessage, from: Address): void {
  if (nonce !== knockNonce(turn.state, from)) return;
  send(turn, from, { type: 'knock', nonce, cookie });
  turn.outputs.push({ type: 'acquaint', address: from });
}
