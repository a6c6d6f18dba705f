import { type Server, createServer, request } from 'node:http';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { MetricsPort } from './metrics-port.js';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const METRICS = { text: 'iwanto_peers 3\n', type: 'text/plain' };

function metricsPort(figures = () => Promise.resolve(METRICS)): MetricsPort {
  const metrics = new MetricsPort(figures);
  opened.push(metrics);
  return metrics;
}

/** Another program on a port of its own. */
async function taken(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<number> {
  const { server, port } = await taken();
  server.close();
  await once(server, 'close');
  return port;
}

/** The answer to a GET; the code of the error if nobody listens. */
function get(port: number, path = '/metrics', host = `127.0.0.1:${port}`) {
  return new Promise<{ status: number | string; text: string; type?: string | undefined }>(
    (done) => {
      const asked = request(
        { agent: false, host: '127.0.0.1', port, path, headers: { host } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('end', () =>
            done({
              status: response.statusCode ?? 0,
              text,
              type: response.headers['content-type'],
            }),
          );
        },
      );
      asked.on('error', ({ code }: NodeJS.ErrnoException) =>
        done({ status: code ?? '', text: '' }),
      );
      asked.end();
    },
  );
}

describe('the metrics port', () => {
  test('serves the figures while a port is given, and none before and after', async () => {
    const port = await freePort();
    const metrics = metricsPort();
    expect((await get(port)).status).toBe('ECONNREFUSED');
    await metrics.use(port);
    expect(await get(port)).toEqual({
      status: 200,
      text: METRICS.text,
      type: 'text/plain; version=0.0.4; charset=utf-8',
    });
    await metrics.use(0);
    expect((await get(port)).status).toBe('ECONNREFUSED');
  });

  test('moves to another port', async () => {
    const [one, other] = [await freePort(), await freePort()];
    const metrics = metricsPort();
    await metrics.use(one);
    await metrics.use(other);
    expect([(await get(one)).status, (await get(other)).status]).toEqual(['ECONNREFUSED', 200]);
  });

  test('answers nothing else, and no page that names another host', async () => {
    const port = await freePort();
    await metricsPort().use(port);
    expect((await get(port, '/')).status).toBe(404);
    expect((await get(port, '/metrics', 'evil.example')).status).toBe(404);
    expect((await get(port, '/metrics', `localhost:${port}`)).status).toBe(200);
  });

  test('keeps the old port where the new one is taken', async () => {
    const [{ port: busy }, port] = [await taken(), await freePort()];
    const metrics = metricsPort();
    await metrics.use(port);
    await expect(metrics.use(busy)).rejects.toThrow(
      `The port ${busy} for metrics cannot be used (EADDRINUSE); choose another one.`,
    );
    expect((await get(port)).status).toBe(200);
  });

  test('a start goes on without it, says so, and refuses no other change meanwhile', async () => {
    const { port } = await taken();
    const metrics = metricsPort();
    const told: string[] = [];
    await metrics.begin(port, (sentence) => told.push(sentence));
    expect(told).toEqual([metrics.note]);
    expect(metrics.note).toContain(`The port ${port} for metrics cannot be used`);
    await metrics.use(port);
    await metrics.use(0);
    expect(metrics.note).toBe('');
  });

  test('one look serves all who ask at the same time', async () => {
    let looks = 0;
    const bothCame = new Promise<void>((came) => {
      let requests = 0;
      const count = () => {
        requests += 1;
        if (requests < 2) return;
        unsubscribe('http.server.request.start', count);
        setImmediate(came);
      };
      subscribe('http.server.request.start', count);
    });
    const metrics = metricsPort(async () => {
      looks += 1;
      await bothCame;
      return METRICS;
    });
    const port = await freePort();
    await metrics.use(port);
    const answers = await Promise.all([get(port), get(port)]);
    expect([looks, ...answers.map(({ status }) => status)]).toEqual([1, 200, 200]);
  });

  test('says why where there are no figures', async () => {
    const port = await freePort();
    await metricsPort(() => Promise.reject(new Error('no bus'))).use(port);
    expect(await get(port)).toMatchObject({ status: 503, text: 'no bus\n' });
  });
});
