/** What a router says over UPnP, and that it cannot redirect anybody to another host. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routersIn } from './default-router.js';
import { callText, errorIn, externalAddressIn, igdIn, locationIn, searchText } from './igd.js';

const ROUTER = '192.168.1.1';
const answer = (location: string) => `HTTP/1.1 200 OK\r\nST: x\r\nLocation: ${location}\r\n\r\n`;

test('HOSTILE 147: an answer that names another host than the router is not followed', () => {
  const fine = 'http://192.168.1.1:5000/rootDesc.xml';
  expect(locationIn(answer(fine), ROUTER)?.href).toBe(fine);
  for (const other of [
    'http://192.168.1.7/x',
    'https://192.168.1.1/x',
    'http://192.168.1.1@192.168.1.7/',
    'file:///etc/passwd',
    'nonsense',
    '',
  ])
    expect(locationIn(answer(other), ROUTER)).toBeUndefined();
});

const service = (type: string, url: string) =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><SCPDURL>/d</SCPDURL><controlURL>${url}</controlURL></service>`;
const location = new URL(`http://${ROUTER}:5000/rootDesc.xml`);

test('the best service that maps ports is taken', () => {
  const igd = (...services: string[]) => igdIn(`<root>${services.join('')}</root>`, location);
  const old = service('WANIPConnection:1', '/ctl/old');
  const both = igd(service('Layer3Forwarding:1', '/a'), old, service('WANIPConnection:2', '/new'));
  expect(both?.controlUrl.href).toBe('http://192.168.1.1:5000/new');
  expect(igd(old)?.serviceType).toBe('urn:schemas-upnp-org:service:WANIPConnection:1');
  expect(igd(service('WANIPConnection:1', 'http://192.168.1.7/x'))).toBeUndefined();
  expect(igd(service('Other:1', '/x'))).toBeUndefined();
});

test('calls name service, action and arguments; answers give an address or an error', () => {
  const igd = igdIn(service('WANIPConnection:1', '/ctl'), location);
  if (!igd) throw new Error('no service');
  expect(callText(igd, 'DeletePortMapping', { NewExternalPort: 7 })).toContain(
    '<u:DeletePortMapping xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewExternalPort>7</NewExternalPort>',
  );
  expect(externalAddressIn('<a><NewExternalIPAddress>11.0.0.1</NewExternalIPAddress></a>')).toBe(
    '11.0.0.1',
  );
  expect(errorIn('<s:x><errorCode>718</errorCode></s:x>')).toBe(718);
  expect(searchText(1)).toContain('InternetGatewayDevice:1\r\n\r\n');
});

test('HOSTILE 147: nonsense in a description is read in little time and gives nothing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), (text) => {
      expect(igdIn(`<service>${text}`, location)).toBeUndefined();
      expect(locationIn(text, ROUTER)).toBeUndefined();
    }),
  );
  const startedMs = performance.now();
  igdIn('<service>'.repeat(20_000) + '<serviceType'.repeat(20_000), location);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

test('the default routes of the kernel, the preferred one first', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth1\t00000000\tFE014D0A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0',
    'eth0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0',
    '',
  ];
  expect(routersIn(table.join('\n'))).toEqual(['10.77.1.254', '192.168.1.1']);
  expect(routersIn('')).toEqual([]);
});
