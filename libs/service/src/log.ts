/** The log of one service: JSON lines in a file that is rotated, warnings on stderr as well. */
import { join } from 'node:path';
import type { ServiceName } from '@iwanto/bus';
import { safeJson, safeText } from '@iwanto/wire';
import type { Logger } from 'winston';
import { LogLimit } from './log-limit.js';

export type Log = Logger;

const LOG_BYTES_MAX = 5_000_000;
const LOG_FILES_MAX = 3;

/** How long the last lines may take to reach the file. */
const FLUSH_LIMIT_MS = 300;

/** Where logform keeps the finished line (triple-beam's MESSAGE). */
const LINE = Symbol.for('message');

/** Fields that are named like secrets are never written, whatever logs them. */
function withoutSecrets<T extends object>(info: T): T {
  for (const name of Object.keys(info)) {
    if (/secret|password|token/i.test(name)) Reflect.set(info, name, '[hidden]');
  }
  return info;
}

/** Opens the log `<logDir>/<service>.log`. Loads winston only here: a command that logs nothing starts faster. */
export async function openLog(service: ServiceName, logDir: string, level: string): Promise<Log> {
  const { createLogger, format, transports } = await import('winston');
  // The lines contain names from other hosts, and people read the file on a terminal (HOSTILE 60).
  const harmless = format((info) => ({ ...info, [LINE]: safeJson(String(info[LINE])) }));
  const limit = new LogLimit();
  const bounded = format((info) => {
    const held = limit.pass(String(info.message), performance.now());
    if (held === undefined) return false;
    if (held > 0) info.message = `${String(info.message)} (${held} more similar lines before it)`;
    return withoutSecrets(info);
  });
  return createLogger({
    level,
    format: bounded(),
    defaultMeta: { service, pid: process.pid },
    transports: [
      new transports.File({
        filename: join(logDir, `${service}.log`),
        maxsize: LOG_BYTES_MAX,
        maxFiles: LOG_FILES_MAX,
        tailable: true,
        format: format.combine(
          format.timestamp(),
          format.errors({ stack: true }),
          format.json(),
          harmless(),
        ),
      }),
      new transports.Console({
        level: 'warn',
        stderrLevels: ['error', 'warn', 'info', 'debug'],
        format: format.printf(
          ({ level: grade, message }) => `${service}: ${grade}: ${safeText(String(message))}`,
        ),
      }),
    ],
  });
}

/** Ends the log; resolves when the last line is in the file, or after a limit. */
export function closeLog(log: Log): Promise<void> {
  return new Promise((closed) => {
    const timer = setTimeout(closed, FLUSH_LIMIT_MS);
    log.once('finish', () => {
      clearTimeout(timer);
      closed();
    });
    log.end();
  });
}
