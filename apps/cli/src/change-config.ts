/** A change of the configuration: in the file, then in the services that run; taken back where one of them refuses. */
import { type Bus, SERVICES } from '@iwanto/bus';
import {
  type Paths,
  configText,
  loadConfig,
  refuseOverlap,
  refuseUnknownInterfaces,
  restoreConfig,
  setConfig,
} from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from './ask.js';

/** Sets each key, `undefined` for its default; gives the services that took it over. */
export async function changeConfig(
  paths: Paths,
  changes: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  await loadConfig(paths);
  const before = await configText(paths);
  for (const [key, value] of Object.entries(changes)) await setConfig(paths, key, value);
  return takeEffect(paths, changes).catch(async (cause: unknown) => {
    if (before !== undefined) await restoreConfig(paths, before);
    await withBus(reloadAll);
    throw cause;
  });
}

/** Throws, before or after asking the services, where the configuration as a whole cannot work. */
async function takeEffect(
  paths: Paths,
  changes: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const { config } = await loadConfig(paths);
  // One that was named before may be unplugged now, and is waited for.
  if ('interfaces' in changes) refuseUnknownInterfaces(config.interfaces);
  await refuseOverlap(config.share, config.downloadDir);
  const answers = await withBus(reloadAll);
  const refusal = answers.find(({ failure }) => failure !== undefined);
  if (refusal) {
    throw new Failure(
      'E_BAD_REQUEST',
      `The ${refusal.service} service refused, so nothing was changed: ${refusal.failure?.sentence}`,
    );
  }
  return answers.map(({ service }) => service);
}

/** Each service that runs takes over what the file says now. */
async function reloadAll(bus: Bus) {
  const answers = await Promise.all(
    SERVICES.map(async (service) => {
      try {
        await bus.call(`${service}.reload`, {});
        return { service, failure: undefined };
      } catch (cause) {
        if (!(cause instanceof Failure)) throw cause;
        return cause.code === 'E_NOT_RUNNING' ? undefined : { service, failure: cause };
      }
    }),
  );
  return answers.filter((answer) => answer !== undefined);
}
