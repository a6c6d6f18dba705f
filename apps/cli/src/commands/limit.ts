/** `iwanto limit`: the limits on rates; `iwanto limit download 5M`: change one, while everything runs. */
import { EXIT, rateRulesFrom } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('direction', {
        type: 'string',
        choices: ['download', 'upload', 'relay'] as const,
        describe: 'What is limited',
      })
      .positional('rate', {
        type: 'string',
        array: true,
        describe: 'A rate, with hours if you like; off for none',
      })
      .example('iwanto limit upload 5M', 'Send at most 5 MiB/s to all others together')
      .example('iwanto limit download 1M 08:00-18:00', 'At these hours only')
      .example('iwanto limit download "off 22:00-06:00, 2M"', 'Everything at night, 2 MiB/s by day')
      .example('iwanto limit upload off', 'Remove the limit')
      .example('iwanto limit relay 5M', 'Spend at most 5 MiB/s on connections between others'),
  run: ({ direction, rate, json }) =>
    withBus(async (bus) => {
      const text = rate?.join(' ') ?? '';
      if (direction !== undefined && text === '') {
        throw new Failure(
          'E_BAD_REQUEST',
          `Name the rate: "iwanto limit ${direction} 5M", or off.`,
        );
      }
      rateRulesFrom(text);
      const limits =
        direction === undefined
          ? await bus.call('limits.get', {})
          : await bus.call('limits.set', { [direction]: text.trim() === 'off' ? '' : text });
      if (json) say(jsonLine(limits));
      else {
        say(`download  ${shown(limits.download || 'no limit')}`);
        say(`upload    ${shown(limits.upload || 'no limit')}`);
        say(`relay     ${shown(limits.relay || 'no limit')}`);
      }
      return EXIT.done;
    }),
});
