/** One service alone in this process: what pm2 and systemd call. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@iwanto/bus';
import { LOG_LEVELS, environmentName } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { commandOf } from './command.js';
import { notInterruptible } from './end.js';
import { importApart } from './import-apart.js';

/** The built program of a service; apps never import each other, so it is found by its place. */
export function programOf(service: ServiceName): string {
  const program = fileURLToPath(new URL(`../../${service}/dist/main.js`, import.meta.url));
  if (existsSync(program)) return program;
  throw new Failure(
    'E_NOT_FOUND',
    `The ${service} service is not built (${program} is missing): run "npm run build".`,
  );
}

export const aloneCommand = (service: ServiceName) =>
  commandOf({
    options: (words) =>
      words
        .option('log-level', { choices: LOG_LEVELS, describe: 'Log level for this run' })
        .example(`iwanto ${service}`, 'Run in the foreground until stopped')
        .example(`IWANT_HOME=/tmp/a iwanto ${service}`, 'A separate peer, with all its files'),
    run: async ({ logLevel }) => {
      if (logLevel !== undefined) process.env[environmentName('logLevel')] = logLevel;
      notInterruptible();
      process.title = `iwanto ${service}`;
      await importApart(programOf(service));
      return undefined;
    },
  });
