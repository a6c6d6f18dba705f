/** `iwanto metrics`: figures in Prometheus text, printed once or served on a loopback port. */
import { EXIT, MetricsPort, metricsText } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { numberFrom } from '../input.js';
import { jsonLine, remark, say } from '../print.js';

const PORT_MAX = 65_535;

export const command = commandOf({
  options: (words) =>
    words
      .option('port', {
        type: 'number',
        requiresArg: true,
        describe: 'Serve them at http://127.0.0.1:PORT/metrics until Ctrl-C',
      })
      .example('iwanto metrics', 'Print them once, as for a textfile collector')
      .example('iwanto metrics --port 9464', 'Let Prometheus on this host fetch them')
      .example('iwanto config set metricsPort 9464', 'The same, by the services and permanently'),
  run: async ({ port, json }) => {
    if (port !== undefined) return serve(numberFrom('port', port, { min: 1, max: PORT_MAX }));
    const { text, type } = await withBus(metricsText);
    say(json ? jsonLine({ type, text }) : text.trimEnd());
    return EXIT.done;
  },
});

/** Serves until a signal ends the process; a bus of its own for each look survives restarts of the services. */
async function serve(port: number): Promise<undefined> {
  await new MetricsPort(() => withBus(metricsText)).use(port);
  remark(`serving http://127.0.0.1:${port}/metrics`);
}
