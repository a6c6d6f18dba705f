/** `iwanto log [SERVICE] [-f]`: what the services wrote, together or one of them. */
import { join } from 'node:path';
import { SERVICES } from '@iwanto/bus';
import { EXIT, LOG_LEVELS, homePaths } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { commandOf } from '../command.js';
import { numberFrom } from '../input.js';
import { LogFile, type LogLine, followAll, readAll } from '../log-lines.js';
import { remark, say, shown, styled } from '../print.js';

const LINES_DEFAULT = 50;
const LINES_MAX = 1_000_000;
const COLOURS: Record<string, Parameters<typeof styled>[0]> = { error: 'red', warn: 'yellow' };

export const command = commandOf({
  options: (words) =>
    words
      .positional('service', { choices: SERVICES, describe: 'Only this one' })
      .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Then follow it' })
      .option('lines', {
        alias: 'n',
        type: 'number',
        default: LINES_DEFAULT,
        describe: 'How many lines',
      })
      .option('level', {
        choices: LOG_LEVELS,
        default: 'debug',
        describe: 'Only this level and above',
      })
      .example('iwanto log', 'The last lines of all services')
      .example('iwanto log election -f', 'Who comes and goes, as it happens')
      .example('iwanto config set logLevel debug', 'Log more from now on'),
  run: async ({ service, follow, lines, level, json }) => {
    const { logDir } = homePaths();
    const most = numberFrom('lines', lines, { min: 0, max: LINES_MAX });
    const services = service === undefined ? SERVICES : [service];
    const files = services.map((name) => new LogFile(join(logDir, `${name}.log`)));
    const grades = LOG_LEVELS.slice(
      0,
      LOG_LEVELS.indexOf(level as (typeof LOG_LEVELS)[number]) + 1,
    );
    const print = (found: readonly LogLine[]) => {
      for (const line of found)
        if (grades.some((grade) => grade === line.level)) printLine(line, json);
    };
    const found = await readAll(files);
    if (found.length === 0 && !follow) {
      throw new Failure(
        'E_NOT_FOUND',
        `There is no log in ${logDir} yet; "iwanto start" begins one.`,
      );
    }
    print(most === 0 ? [] : found.slice(-most));
    if (!follow) return EXIT.done;
    followAll(files, print).on('error', ({ message }) => remark(shown(message)));
    return undefined;
  },
});

function printLine({ timestamp, level, service, message, text }: LogLine, json: boolean): void {
  if (json) return say(text);
  const time = new Date(timestamp);
  const local = Number.isNaN(time.getTime()) ? timestamp : time.toTimeString().slice(0, 8);
  const colour = COLOURS[level];
  const grade = level.padEnd(5);
  say(`${local} ${colour ? styled(colour, grade) : grade} ${service.padEnd(8)} ${shown(message)}`);
}
