/** The exit codes of every command and service: part of the command line's contract, never renumbered. */
import type { FailureCode } from '@iwanto/wire';

export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  notFound: 3,
  notRunning: 4,
  noSource: 5,
  unhealthy: 6,
  interrupted: 7,
  diskFull: 9,
  targetExists: 13,
  /** A service that was asked to end, if IWANT_STOPPED_CODE=20 requests a separate code. */
  stopped: 20,
  verificationFailed: 32,
  ctrlC: 130,
} as const;

const EXIT_OF: Record<FailureCode, number> = {
  E_BAD_REQUEST: EXIT.usage,
  E_BAD_PATH: EXIT.usage,
  E_AMBIGUOUS: EXIT.usage,
  E_NOT_FOUND: EXIT.notFound,
  E_NOT_RUNNING: EXIT.notRunning,
  E_NO_LEADER: EXIT.notRunning,
  E_NOT_LEADER: EXIT.notRunning,
  E_TIMEOUT: EXIT.notRunning,
  E_BAD_ANSWER: EXIT.unexpected,
  E_NO_SOURCE: EXIT.noSource,
  E_CHANGED: EXIT.noSource,
  E_INTERRUPTED: EXIT.interrupted,
  E_DISK_FULL: EXIT.diskFull,
  E_EXISTS: EXIT.targetExists,
  E_VERIFY: EXIT.verificationFailed,
  E_RANGE: EXIT.unexpected,
  E_GAP: EXIT.unexpected,
  E_LIMIT: EXIT.unexpected,
  E_ALREADY_RUNNING: EXIT.unexpected,
  E_UNEXPECTED: EXIT.unexpected,
};

/** The exit code that a refusal ends a command with. */
export const exitCodeOf = (code: FailureCode): number => EXIT_OF[code];
