/** The datagrams of PCP (RFC 6887) and of NAT-PMP (RFC 6886), which came before it: how a router is asked to map a port. */
import { addressBytes, addressText } from '@iwanto/wire';
import type { MapQuestion, Protocol } from './port-mapper.js';

/** The UDP port at which routers hear both. */
export const ROUTER_PORT = 5_351;
export const NONCE_BYTES = 12;

const PCP_VERSION = 2;
const PCP_BYTES = 60;
const PCP_MAP = 1;
const PMP_VERSION = 0;
const PMP_ADDRESS = 0;
const PMP_ADDRESS_BYTES = 12;
const PMP_MAP: Readonly<Record<Protocol, number>> = { udp: 1, tcp: 2 };
const PMP_MAP_BYTES = 16;
/** Set in the operation of every answer. */
const ANSWER = 0x80;
const IP_NUMBER: Readonly<Record<Protocol, number>> = { udp: 17, tcp: 6 };
/** An IPv4 address in an IPv6 field begins with these 12 bytes. */
const FOUR_IN_SIX = [...new Array<number>(10).fill(0), 0xff, 0xff];

/** What a router says to a question; undefined stands for a datagram that does not answer it. */
export type RouterAnswer<T> = T | { readonly refused: string } | undefined;

export interface MapAnswer {
  readonly externalPort: number;
  readonly lifetimeSeconds: number;
}

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export interface PcpMap extends MapQuestion {
  /** The same one renews and removes the mapping. */
  readonly nonce: Uint8Array;
  /** This host's address, IPv4. */
  readonly own: string;
}

export function encodePcpMap(map: PcpMap): Uint8Array {
  const bytes = new Uint8Array(PCP_BYTES);
  const view = viewOf(bytes);
  bytes.set([PCP_VERSION, PCP_MAP]);
  view.setUint32(4, map.lifetimeSeconds);
  bytes.set([...FOUR_IN_SIX, ...(addressBytes(map.own) ?? [])], 8);
  bytes.set(map.nonce, 24);
  bytes[36] = IP_NUMBER[map.protocol];
  view.setUint16(40, map.port);
  view.setUint16(42, map.externalPort);
  // The router chooses its address.
  bytes.set(FOUR_IN_SIX, 44);
  return bytes;
}

const PCP_REFUSALS: Readonly<Record<number, string>> = {
  1: 'it does not speak this version',
  2: 'it does not allow that',
  8: 'it has no port left',
  11: 'it cannot give that address or port',
  12: 'another router is in between',
};

export function decodePcpMap(
  bytes: Uint8Array,
  { nonce, protocol, port }: PcpMap,
): RouterAnswer<MapAnswer & { readonly externalAddress: string }> {
  // A router that only knows NAT-PMP answers in that format.
  if (bytes[0] === PMP_VERSION && bytes.length >= 4) return { refused: 'it does not know PCP' };
  if (bytes[0] !== PCP_VERSION || bytes[1] !== (ANSWER | PCP_MAP) || bytes.length < 4)
    return undefined;
  const result = bytes[3] ?? 0;
  if (result !== 0) return { refused: PCP_REFUSALS[result] ?? `PCP error ${result}` };
  if (bytes.length < PCP_BYTES) return undefined;
  const view = viewOf(bytes);
  const isOurs =
    nonce.every((byte, at) => bytes[24 + at] === byte) &&
    bytes[36] === IP_NUMBER[protocol] &&
    view.getUint16(40) === port;
  const externalAddress = addressText(bytes.subarray(56, 60));
  if (!isOurs || externalAddress === undefined) return undefined;
  const lifetimeSeconds = view.getUint32(4);
  return { externalPort: view.getUint16(42), lifetimeSeconds, externalAddress };
}

export const encodePmpAddress = (): Uint8Array => Uint8Array.of(PMP_VERSION, PMP_ADDRESS);

export function decodePmpAddress(bytes: Uint8Array): RouterAnswer<string> {
  const refused = pmpRefusal(bytes, PMP_ADDRESS);
  if (refused !== 'none') return refused;
  return bytes.length < PMP_ADDRESS_BYTES ? undefined : addressText(bytes.subarray(8, 12));
}

export function encodePmpMap(map: MapQuestion): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = viewOf(bytes);
  bytes[1] = PMP_MAP[map.protocol];
  view.setUint16(4, map.port);
  view.setUint16(6, map.externalPort);
  view.setUint32(8, map.lifetimeSeconds);
  return bytes;
}

export function decodePmpMap(
  bytes: Uint8Array,
  { protocol, port }: MapQuestion,
): RouterAnswer<MapAnswer> {
  const refused = pmpRefusal(bytes, PMP_MAP[protocol]);
  if (refused !== 'none') return refused;
  if (bytes.length < PMP_MAP_BYTES) return undefined;
  const view = viewOf(bytes);
  if (view.getUint16(8) !== port) return undefined;
  return { externalPort: view.getUint16(10), lifetimeSeconds: view.getUint32(12) };
}

const PMP_REFUSALS: Readonly<Record<number, string>> = {
  1: 'it does not speak this version',
  2: 'it does not allow that',
  3: 'it has no address itself',
  4: 'it has no port left',
};

function pmpRefusal(bytes: Uint8Array, operation: number) {
  const isAnswer = bytes[0] === PMP_VERSION && bytes[1] === (ANSWER | operation);
  if (!isAnswer || bytes.length < 4) return undefined;
  const result = viewOf(bytes).getUint16(2);
  if (result === 0) return 'none';
  return { refused: PMP_REFUSALS[result] ?? `NAT-PMP error ${result}` };
}
