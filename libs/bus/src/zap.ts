/**
 * The door-keeper of every CURVE socket of this process (ZeroMQ RFC 27, ZAP), bound before any of them.
 *
 * It is the only place where the key at the other end is known: ZeroMQ attaches it to each message, but zeromq.js does not
 * give it out. So each line has a ZAP domain of its own, its name, and its gate hears the key that asked for it.
 */
import { type PublicKey, reasonOf } from '@iwanto/wire';
import { Reply } from 'zeromq';
import { isWelcome } from './door-list.js';
import type { OnTrouble } from './trouble.js';
import { messages } from './turns.js';

const ADDRESS = 'inproc://zeromq.zap.01';
const VERSION = '1.0';

/** Bytes of a CURVE public key. */
const KEY_BYTES = 32;

/** How long the door stays open after the last socket, in ms. */
const STILL_OPEN_MS = 1_000;

/** Returns whether a line with this key is admitted. */
type HearKey = (key: PublicKey) => boolean;

const entering = new Map<string, HearKey>();
let named = 0;

let keeper: Reply | undefined;
let users = 0;
/** Opening and closing one after the other: the address is free again only when the last close is done. */
let turn: Promise<void> = Promise.resolve();

/** Opens the door for one more socket; the returned function closes it after the last. */
export async function openDoor(onTrouble: OnTrouble): Promise<() => Promise<void>> {
  users += 1;
  await inTurn(async () => {
    if (keeper) return;
    keeper = new Reply({ linger: 0 });
    await keeper.bind(ADDRESS);
    keepDoor(keeper, onTrouble).catch((cause: unknown) => {
      // While it is being closed, reading the socket fails, which ends the loop as intended.
      if (users > 0)
        onTrouble(`The access check of connections (ZAP) has stopped: ${reasonOf(cause)}.`);
    });
  });
  return async () => {
    users -= 1;
    setTimeout(() => void closeUnused(), STILL_OPEN_MS);
  };
}

/** A name for a new line, which is its ZAP domain; `hear` is called when its key has been proved. */
export function nameLine(hear: HearKey): string {
  const name = `line ${(named += 1)}`;
  entering.set(name, hear);
  return name;
}

/** The line is gone. */
export function forgetLine(name: string): void {
  entering.delete(name);
}

/**
 * A handshake under way still asks the door-keeper after its socket was closed, and libzmq aborts
 * the whole process when it has gone by then (zeromq/libzmq #2476): so it goes a while later.
 */
function closeUnused(): Promise<void> {
  return inTurn(async () => {
    if (users > 0 || !keeper) return;
    await keeper.unbind(ADDRESS);
    keeper.close();
    keeper = undefined;
  });
}

function inTurn(act: () => Promise<void>): Promise<void> {
  const done = turn.then(act);
  turn = done.catch(forTheCallerToSee);
  return done;
}

/** The caller reports a failed turn; the next turn starts all the same. */
const forTheCallerToSee = () => undefined;

async function keepDoor(socket: Reply, onTrouble: OnTrouble): Promise<void> {
  for await (const frames of messages(socket)) {
    const [version, id = '', domain, , , mechanism, key] = frames;
    const curve = version?.toString() === VERSION && mechanism?.toString() === 'CURVE';
    const status = statusOf(String(domain), curve && key?.length === KEY_BYTES ? key : undefined);
    try {
      await socket.send([VERSION, id, ...status, key?.toString('hex') ?? '', '']);
    } catch (cause) {
      // While the door is being closed this also throws synchronously instead of rejecting.
      onTrouble(`A connection could not be checked: ${reasonOf(cause)}.`);
    }
  }
}

/** 300 reveals nothing to the refused peer: it tries again, and is admitted as soon as it may be. */
function statusOf(line: string, key: Buffer | undefined): [string, string] {
  if (!key) return ['400', 'only CURVE'];
  const name = key.toString('hex') as PublicKey;
  const isOne = isWelcome(name) && (entering.get(line)?.(name) ?? true);
  return isOne ? ['200', 'OK'] : ['300', 'not now'];
}
