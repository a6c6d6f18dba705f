/** A router that is asked by UPnP: its description and answers, parsed without trusting more than needed. */
import type { Protocol } from './port-mapper.js';

/** Kinds of service that map ports, the better first. */
const SERVICES = ['WANIPConnection:2', 'WANIPConnection:1', 'WANPPPConnection:1'];
const SCHEMA = 'urn:schemas-upnp-org:service:';

export interface Igd {
  readonly controlUrl: URL;
  readonly serviceType: string;
}

/** What to send to the group 239.255.255.250:1900 to find a router. */
export const searchText = (kind: 1 | 2): string =>
  [
    'M-SEARCH * HTTP/1.1',
    'HOST: 239.255.255.250:1900',
    'MAN: "ssdp:discover"',
    'MX: 1',
    `ST: urn:schemas-upnp-org:device:InternetGatewayDevice:${kind}`,
    '',
    '',
  ].join('\r\n');

/** Where the description is, as the answer of that router names it; an address of another host is not asked. */
export function locationIn(answer: string, router: string): URL | undefined {
  const text = /^location:[ \t]*(\S{1,512})[ \t]*\r?$/im.exec(answer)?.[1];
  const url = text === undefined ? null : URL.parse(text);
  return url?.protocol === 'http:' && url.hostname === router ? url : undefined;
}

/** The first text of an element with that name. */
const elementIn = (xml: string, name: string): string | undefined =>
  new RegExp(`<(?:\\w+:)?${name}[^>]{0,200}>([^<]{0,1024})</`).exec(xml)?.[1]?.trim();

/** The service of a router that maps ports. */
export function igdIn(description: string, location: URL): Igd | undefined {
  const services = description.split('<service>').slice(1, 64);
  for (const wanted of SERVICES) {
    for (const service of services) {
      const serviceType = elementIn(service, 'serviceType');
      const control = elementIn(service, 'controlURL');
      if (serviceType !== `${SCHEMA}${wanted}` || control === undefined) continue;
      const controlUrl = URL.parse(control, location.href);
      if (controlUrl?.protocol === 'http:' && controlUrl.hostname === location.hostname)
        return { controlUrl, serviceType };
    }
  }
  return undefined;
}

export type Arguments = Readonly<Record<string, string | number>>;

/** The body of a call. Nothing in it comes from another host, so nothing has to be escaped. */
export const callText = ({ serviceType }: Igd, action: string, given: Arguments): string =>
  [
    '<?xml version="1.0"?>',
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">',
    `<s:Body><u:${action} xmlns:u="${serviceType}">`,
    ...Object.entries(given).map(([name, value]) => `<${name}>${value}</${name}>`),
    `</u:${action}></s:Body></s:Envelope>`,
  ].join('');

export const externalAddressIn = (answer: string): string | undefined =>
  elementIn(answer, 'NewExternalIPAddress');

/** The number of an error in a refusal. */
export const errorIn = (answer: string): number | undefined => {
  const text = elementIn(answer, 'errorCode');
  return text === undefined ? undefined : Number(text);
};

/** Another host has that port of the router. */
export const PORT_TAKEN = [718, 729];
/** Mappings of this router last until they are removed. */
export const ONLY_PERMANENT = 725;

export const protocolText = (protocol: Protocol): string => protocol.toUpperCase();
