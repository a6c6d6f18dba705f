/** Asks a router to map ports by UPnP: found by multicast, then asked over HTTP. */
import { createSocket } from 'node:dgram';
import { addressBytes } from '@iwanto/wire';
import {
  type Arguments,
  type Igd,
  ONLY_PERMANENT,
  PORT_TAKEN,
  callText,
  errorIn,
  externalAddressIn,
  igdIn,
  locationIn,
  protocolText,
  searchText,
} from './igd.js';
import type { MapQuestion, MappedPort, PortMapper, RouterEnds } from './port-mapper.js';

const SEARCH = { address: '239.255.255.250', port: 1_900 } as const;
/** A router is asked to answer within a second. */
const SEARCH_LIMIT_MS = 1_500;
const SEARCH_AGAIN_MS = 500;
const HTTP_LIMIT_MS = 2_000;
/** A description is some kilobytes long. */
const ANSWER_BYTES_MAX = 262_144;
/** Router ports tried if another host has the requested one, and the distance between them. */
const PORTS_TRIED_MAX = 8;
const PORT_STEP = 10;

export async function openUpnp(ends: RouterEnds): Promise<PortMapper> {
  const location = await locate(ends);
  const { status, text } = await ask(ends, location, { method: 'GET' });
  const igd = status === 200 ? igdIn(text, location) : undefined;
  if (igd === undefined) throw new Error('its description names no service that maps ports');
  return new UpnpMapper(ends, igd);
}

class UpnpMapper implements PortMapper {
  readonly via = 'UPnP';

  constructor(
    private readonly ends: RouterEnds,
    private readonly igd: Igd,
  ) {}

  async map(question: MapQuestion): Promise<MappedPort> {
    for (let tried = 0; ; tried += 1) {
      const externalPort = question.externalPort + tried * PORT_STEP;
      const error = await this.#add({ ...question, externalPort });
      if (error === undefined)
        return { protocol: question.protocol, port: question.port, externalPort };
      if (!PORT_TAKEN.includes(error) || tried >= PORTS_TRIED_MAX)
        throw new Error(`it refuses with error ${error}`);
    }
  }

  /** The number of the error, if any. */
  async #add(question: MapQuestion): Promise<number | undefined> {
    const error = await this.#addFor(question);
    return error === ONLY_PERMANENT ? this.#addFor({ ...question, lifetimeSeconds: 0 }) : error;
  }

  async #addFor({ protocol, port, externalPort, lifetimeSeconds }: MapQuestion) {
    const { status, text } = await this.#call('AddPortMapping', {
      NewRemoteHost: '',
      NewExternalPort: externalPort,
      NewProtocol: protocolText(protocol),
      NewInternalPort: port,
      NewInternalClient: this.ends.own,
      NewEnabled: 1,
      NewPortMappingDescription: 'iwanto',
      NewLeaseDuration: lifetimeSeconds,
    });
    return status === 200 ? undefined : (errorIn(text) ?? status);
  }

  async unmap({ protocol, externalPort }: MappedPort): Promise<void> {
    await this.#call('DeletePortMapping', {
      NewRemoteHost: '',
      NewExternalPort: externalPort,
      NewProtocol: protocolText(protocol),
    });
  }

  async externalAddress(): Promise<string> {
    const { text } = await this.#call('GetExternalIPAddress', {});
    const address = externalAddressIn(text);
    if (address === undefined || addressBytes(address)?.length !== 4)
      throw new Error('it does not say its address');
    return address;
  }

  close(): void {
    // Each call has a connection of its own.
  }

  #call(action: string, given: Arguments): Promise<HttpAnswer> {
    return ask(this.ends, this.igd.controlUrl, {
      method: 'POST',
      headers: {
        'content-type': 'text/xml; charset="utf-8"',
        soapaction: `"${this.igd.serviceType}#${action}"`,
      },
      body: callText(this.igd, action, given),
    });
  }
}

/** Where the description of the router is; other hosts may answer, too, and are ignored. */
function locate({ router, own }: RouterEnds): Promise<URL> {
  const socket = createSocket('udp4');
  const search = () => {
    for (const kind of [1, 2] as const)
      socket.send(searchText(kind), SEARCH.port, SEARCH.address, () => undefined);
  };
  let again: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  const found = new Promise<URL>((done, failed) => {
    limit = setTimeout(() => failed(new Error('it does not answer')), SEARCH_LIMIT_MS);
    socket.on('error', failed);
    socket.on('message', (bytes, from) => {
      const location = from.address === router ? locationIn(bytes.toString(), router) : undefined;
      if (location) done(location);
    });
    socket.bind({ address: own }, () => {
      socket.setMulticastInterface(own);
      search();
      again = setTimeout(search, SEARCH_AGAIN_MS);
    });
  });
  return found.finally(() => {
    clearTimeout(again);
    clearTimeout(limit);
    socket.close();
  });
}

interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

async function ask({ own }: RouterEnds, url: URL, question: HttpQuestion): Promise<HttpAnswer> {
  // Some 3 MiB that no other part of this service needs.
  const { request } = await import('node:http');
  const { method, headers = {}, body = '' } = question;
  return new Promise((done, failed) => {
    const asking = request(url, {
      ...{ method, localAddress: own, signal: AbortSignal.timeout(HTTP_LIMIT_MS) },
      headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
    });
    asking.on('error', failed);
    asking.on('response', (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on('error', failed);
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > ANSWER_BYTES_MAX) asking.destroy(new Error('its answer is too long'));
        else parts.push(part);
      });
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
      );
    });
    asking.end(body);
  });
}
