/** What every process needs: paths, configuration, identity, locks, logs, start and ordered stop. */
export {
  type ConfigValue,
  type LoadedConfig,
  configText,
  defaultConfig,
  explainConfig,
  loadConfig,
  readConfig,
  restoreConfig,
  setConfig,
  updateConfig,
} from './config.js';
export {
  type Config,
  DEFAULT_PORTS,
  DISCOVERY_PORT_DEFAULT,
  LOG_LEVELS,
  MODES,
  leavesOf,
  schemaFor,
} from './config-schema.js';
export { environmentName, typedValue } from './config-values.js';
export { EXIT, exitCodeOf } from './exit-codes.js';
export { absentFolder, isWithin, refuseOverlap } from './folders.js';
export { type Identity, loadIdentity, peerOfSignKey, verifySignature } from './identity.js';
export { listenAddresses, refuseUnknownInterfaces } from './interfaces.js';
export { DATA_FILES, type DataFile, dataFile, groupCatalogueFile } from './data-files.js';
export { answerDials } from './dialling.js';
export { PeerWays } from './peer-ways.js';
export type { Dialled } from './ways.js';
export { descriptorLimit, descriptorWarning, fileSizeLimit } from './descriptors.js';
export { giveBackMemory } from './give-back.js';
export { homeDir } from './directories.js';
export {
  type Group,
  type GroupName,
  groupKeyOf,
  groupNameFrom,
  keyCheck,
  keysOf,
  passphraseFrom,
} from './group-key.js';
export { type GroupRoots, groupRoots } from './group-roots.js';
export { GROUP_TAG_BYTES, type GroupSeal, groupSeal } from './group-seal.js';
export { changeGroups, groupsFile, loadGroups } from './groups.js';
export { type ConfigInForce, groupOfMode, loadInForce, readInForce, sealedBy } from './in-force.js';
export { keepsInodes } from './inodes.js';
export { type Claim, claimHome, holdersOf } from './home.js';
export { HOME_PROCESSES, type HomeProcess, type Lock, livingHolder, takeLock } from './lock.js';
export { type HeldLock, releaseLock } from './lock-release.js';
export { type Log, openLog } from './log.js';
export { type MetricsText, metricsText } from './metrics.js';
export { MetricsPort } from './metrics-port.js';
export { nearest } from './nearest.js';
export { type Paths, cacheDir, homePaths, lockFile } from './paths.js';
export { PeerTrust, admission, pinnedPeers } from './peer-trust.js';
export { makePrivateDir } from './private-dir.js';
export { refuseReadable } from './private-file.js';
export { runService } from './run-service.js';
export type {
  OwnHandlers,
  Running,
  ServiceContext,
  ServiceDefinition,
} from './service-definition.js';
export { SUPERVISOR_FLAGS, nodeEnvironment, nodeFlags } from './node-flags.js';
export { createSafely, writeLightly, writeSafely } from './safe-file.js';
export { Terminal, announceReady, endingOf } from './supervisors.js';
export { version } from './version.js';
export { RATE_RULES_CHARACTERS_MAX, rateAt, rateFrom, rateRulesFrom } from './rates.js';
