/** `iwanto uninstall --data`: removes what iwanto made on this host, and nothing else. */
import { lstat, rename, rm, rmdir } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { SERVICES } from '@iwanto/bus';
import { type Config, EXIT, type Paths, homePaths, readConfig } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { type Owned, ownedOf } from '../owned.js';
import { countText, jsonLine, remark, say, shown } from '../print.js';
import { UsageError } from '../usage.js';

export const command = commandOf({
  options: (words) =>
    words
      .option('data', {
        type: 'boolean',
        default: false,
        describe: 'Configuration, keys, databases, logs and unfinished downloads',
      })
      .option('yes', { type: 'boolean', default: false, describe: 'Do not ask' })
      .example('iwanto uninstall --data', 'Remove them; then: npm uninstall -g iwanto')
      .epilogue(
        'Shared and fetched files stay. Exit codes: 0 removed, 1 services still run, 2 not confirmed.',
      ),
  run: async ({ data, yes, json }) => {
    if (!data) {
      throw new UsageError(
        '"npm uninstall -g iwanto" removes the program; --data removes the files that it made',
      );
    }
    const paths = homePaths();
    await refuseRunning();
    const owned = await ownedOf(paths, await configOf(paths));
    if (owned.files.length > 0 && !yes) await confirm(owned.files);
    const removed = await remove(owned);
    if (json) say(jsonLine({ removed }));
    else for (const path of removed) say(`removed: ${shown(path)}`);
    await nameTheRest(owned);
    return EXIT.done;
  },
});

async function refuseRunning(): Promise<void> {
  const running = await withBus((bus) =>
    Promise.all(
      SERVICES.map((service) =>
        bus.call(`${service}.status`, {}).then(
          () => service,
          (cause: unknown) => {
            if (cause instanceof Failure && cause.code === 'E_NOT_RUNNING') return undefined;
            throw cause;
          },
        ),
      ),
    ),
  );
  const names = running.filter((service) => service !== undefined);
  if (names.length === 0) return;
  throw new Failure(
    'E_ALREADY_RUNNING',
    `Still running: ${names.join(', ')}; stop them first with "iwanto stop".`,
  );
}

/** One that cannot be read must not keep anybody from removing it. */
async function configOf(paths: Paths): Promise<Config | undefined> {
  const exists = await lstat(paths.configFile).catch(() => undefined);
  if (!exists) return undefined;
  return readConfig(paths).then(
    ({ config }) => config,
    () => undefined,
  );
}

async function confirm(files: readonly string[]): Promise<void> {
  for (const file of files) remark(shown(file));
  const question = `Remove ${countText(files.length, 'file')} permanently?`;
  if (!process.stdin.isTTY) throw new UsageError(`${question} Confirm with --yes`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was removed');
}

/** Everything that was removed, in that order. */
async function remove({ files, dirs }: Owned): Promise<string[]> {
  const removed: string[] = [];
  for (const file of files) {
    await removeWhole(file);
    removed.push(file);
  }
  for (const dir of dirs) {
    const gone = await rmdir(dir).then(
      () => true,
      () => false,
    );
    if (gone) removed.push(dir);
  }
  return removed;
}

/**
 * A directory is renamed first: commands that run at the same time continue filling the compile
 * cache, and one that is filled while it is emptied could not be removed.
 */
async function removeWhole(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isDirectory()) return rm(path, { force: true });
  const aside = `${path}.${process.pid}`;
  await rename(path, aside);
  await rm(aside, { recursive: true, force: true });
}

/** Directories that hold something else are left, and named. */
async function nameTheRest({ dirs }: Owned): Promise<void> {
  for (const dir of dirs) {
    const left = await lstat(dir).catch(() => undefined);
    if (left) remark(`Kept, because it contains something else: ${shown(dir)}`);
  }
}
