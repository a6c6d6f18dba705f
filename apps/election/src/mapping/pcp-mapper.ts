/** Asks a router to map ports by PCP or NAT-PMP: small datagrams, sent again until an answer comes. */
import { type Socket, createSocket } from 'node:dgram';
import { createHash } from 'node:crypto';
import {
  NONCE_BYTES,
  type PcpMap,
  ROUTER_PORT,
  type RouterAnswer,
  decodePcpMap,
  decodePmpAddress,
  decodePmpMap,
  encodePcpMap,
  encodePmpAddress,
  encodePmpMap,
} from './pcp.js';
import type { MapQuestion, MappedPort, PortMapper, RouterEnds } from './port-mapper.js';

/** The waits between attempts, in ms; after the last one the router counts as silent. */
const TRIES_MS = [250, 500, 1_000];

interface Question<T> {
  readonly bytes: Uint8Array;
  readonly read: (bytes: Uint8Array) => RouterAnswer<T>;
}

/** A datagram socket that receives only from the router. */
class RouterLine {
  private constructor(private readonly socket: Socket) {}

  static open({ router, own }: RouterEnds, port: number): Promise<RouterLine> {
    const socket = createSocket('udp4');
    return new Promise((opened, failed) => {
      socket.once('error', (cause) => {
        socket.close();
        failed(cause);
      });
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        // Refused by the router: the request gets no answer, and ends with its time limit.
        socket.on('error', () => undefined);
        opened(new RouterLine(socket));
      });
      socket.bind({ address: own }, () => socket.connect(port, router));
    });
  }

  async ask<T>({ bytes, read }: Question<T>): Promise<T> {
    let hear: (bytes: Uint8Array) => void = () => undefined;
    let refuse: (cause: Error) => void = () => undefined;
    const answered = new Promise<T>((done, failed) => {
      refuse = failed;
      hear = (heard) => {
        const answer = read(heard);
        if (answer === undefined) return;
        if (isRefusal(answer)) failed(new Error(answer.refused));
        else done(answer as T);
      };
    });
    this.socket.on('message', hear);
    const timers = this.#send(bytes, () => refuse(new Error('it does not answer')));
    return answered.finally(() => {
      this.socket.off('message', hear);
      timers.forEach(clearTimeout);
    });
  }

  #send(bytes: Uint8Array, silent: () => void): NodeJS.Timeout[] {
    const send = () => this.socket.send(bytes, () => undefined);
    send();
    let atMs = 0;
    return TRIES_MS.map((waitMs, at) =>
      setTimeout(at === TRIES_MS.length - 1 ? silent : send, (atMs += waitMs)),
    );
  }

  close(): void {
    this.socket.close();
  }
}

const isRefusal = (answer: unknown): answer is { refused: string } =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;

export interface PcpOptions extends RouterEnds {
  /** Whoever knows it can remove the mappings; the same after a restart, which could not renew them otherwise. */
  readonly secret: string;
  readonly routerPort?: number;
}

export async function openPcp(options: PcpOptions): Promise<PortMapper> {
  const line = await RouterLine.open(options, options.routerPort ?? ROUTER_PORT);
  let external: string | undefined;
  const ask = async (question: MapQuestion) => {
    const map: PcpMap = { ...question, own: options.own, nonce: nonceOf(options.secret, question) };
    const read = (bytes: Uint8Array) => decodePcpMap(bytes, map);
    return line.ask({ bytes: encodePcpMap(map), read });
  };
  return {
    via: 'PCP',
    map: async (question) => {
      const answer = await ask(question);
      external = answer.externalAddress;
      return mappedBy(question, answer.externalPort);
    },
    unmap: async (mapped) => void (await ask({ ...mapped, lifetimeSeconds: 0 })),
    externalAddress: async () => external ?? Promise.reject(new Error('nothing is mapped')),
    close: () => line.close(),
  };
}

export async function openPmp(options: PcpOptions): Promise<PortMapper> {
  const line = await RouterLine.open(options, options.routerPort ?? ROUTER_PORT);
  const ask = (question: MapQuestion) =>
    line.ask({
      bytes: encodePmpMap(question),
      read: (bytes) => decodePmpMap(bytes, question),
    });
  return {
    via: 'NAT-PMP',
    map: async (question) => mappedBy(question, (await ask(question)).externalPort),
    // Without an external port, as the protocol requires for a removal.
    unmap: async (mapped) => void (await ask({ ...mapped, externalPort: 0, lifetimeSeconds: 0 })),
    externalAddress: () => line.ask({ bytes: encodePmpAddress(), read: decodePmpAddress }),
    close: () => line.close(),
  };
}

const mappedBy = ({ protocol, port }: MapQuestion, externalPort: number): MappedPort => ({
  ...{ protocol, port, externalPort },
});

function nonceOf(secret: string, { protocol, port }: MapQuestion): Uint8Array {
  const text = `iwanto port mapping ${protocol} ${port} ${secret}`;
  return createHash('sha256').update(text).digest().subarray(0, NONCE_BYTES);
}
