/** A change of the configuration: in the file, then in the services that run; undone if one of them refuses. */
import { existsSync } from 'node:fs';
import { type Bus, SERVICES, type ServiceName } from '@iwanto/bus';
import {
  type Paths,
  absentFolder,
  configText,
  loadConfig,
  readInForce,
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
  const { config } = await loadConfig(paths);
  if (Array.isArray(changes['share'])) refuseAbsent(changes['share'], config.share);
  const before = await configText(paths);
  for (const [key, value] of Object.entries(changes)) await setConfig(paths, key, value);
  return takeEffect(paths, changes).catch(async (cause: unknown) => {
    if (before !== undefined) await restoreConfig(paths, before);
    await withBus(reloadAll);
    throw cause;
  });
}

/** A folder that is shared already may be on a disk that is unplugged, and is waited for; another one is a slip. */
function refuseAbsent(folders: readonly unknown[], known: readonly string[]): void {
  for (const path of folders) {
    if (typeof path !== 'string' || known.includes(path) || existsSync(path)) continue;
    throw absentFolder(path);
  }
}

/** Throws, before or after asking the services, if the configuration as a whole cannot work. */
async function takeEffect(
  paths: Paths,
  changes: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const { config } = await readInForce(paths);
  // One that was named before may be unplugged now, and is waited for.
  if ('interfaces' in changes) refuseUnknownInterfaces(config.interfaces);
  const ofGroups = config.groupShares.map(({ path }) => path);
  await refuseOverlap([...config.share, ...ofGroups], config.downloadDir);
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

/** Has each service that runs read its files again; throws if one of them refuses. */
export async function reloadServices(): Promise<string[]> {
  const answers = await withBus(reloadAll);
  const refusal = answers.find(({ failure }) => failure !== undefined);
  if (refusal?.failure) throw refusal.failure;
  return answers.map(({ service }) => service);
}

/** Each service that runs takes over what the file says now. The election first: the others act on the peers it knows. */
async function reloadAll(bus: Bus) {
  const election = await reload(bus, 'election');
  const others = SERVICES.filter((service) => service !== 'election');
  const answers = await Promise.all(others.map((service) => reload(bus, service)));
  return [election, ...answers].filter((answer) => answer !== undefined);
}

async function reload(bus: Bus, service: ServiceName) {
  try {
    await bus.call(`${service}.reload`, {});
    return { service, failure: undefined };
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return cause.code === 'E_NOT_RUNNING' ? undefined : { service, failure: cause };
  }
}
