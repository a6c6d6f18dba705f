/** `iwanto metrics`: figures in Prometheus text, printed once or served on a loopback port. */
import { createServer } from 'node:http';
import { EXIT } from '@iwanto/service';
import { Failure, reasonOf } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { numberFrom } from '../input.js';
import { metricsText } from '../metrics.js';
import { jsonLine, remark, say } from '../print.js';

const PORT_MAX = 65_535;
const LOOPBACK = '127.0.0.1';
/** A scraper that sends slowly is not waited for. */
const REQUEST_LIMIT_MS = 5_000;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export const command = commandOf({
  options: (words) =>
    words
      .option('port', {
        type: 'number',
        requiresArg: true,
        describe: 'Serve them at http://127.0.0.1:PORT/metrics until Ctrl-C',
      })
      .example('iwanto metrics', 'Print them once, as for a textfile collector')
      .example('iwanto metrics --port 9464', 'Let Prometheus on this host fetch them'),
  run: async ({ port, json }) => {
    if (port !== undefined) return serve(numberFrom('port', port, { min: 1, max: PORT_MAX }));
    const { text, type } = await withBus(metricsText);
    say(json ? jsonLine({ type, text }) : text.trimEnd());
    return EXIT.done;
  },
});

/** Serves until a signal ends the process; a bus of its own for each request survives restarts of the services. */
function serve(port: number): Promise<number> {
  const server = createServer({ requestTimeout: REQUEST_LIMIT_MS }, (request, response) => {
    // A page in a browser must not read them: only a program that names this address gets an answer.
    const isOwn =
      request.headers.host === `${LOOPBACK}:${port}` ||
      request.headers.host === `localhost:${port}`;
    if (request.method !== 'GET' || request.url !== '/metrics' || !isOwn) {
      response.writeHead(404).end('See /metrics\n');
      return;
    }
    withBus(metricsText).then(
      ({ text }) => response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text),
      (cause: unknown) => response.writeHead(503).end(`${reasonOf(cause)}\n`),
    );
  });
  return new Promise((_, failed) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      failed(
        new Failure(
          'E_BAD_REQUEST',
          `The port ${port} cannot be used (${cause.code}); choose another one.`,
        ),
      ),
    );
    server.listen(port, LOOPBACK, () => remark(`serving http://${LOOPBACK}:${port}/metrics`));
  });
}
