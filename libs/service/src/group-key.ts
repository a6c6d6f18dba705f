/** The key of a group: made from a passphrase that all members know, and slow to guess from what crosses the LAN. */
import { hkdfSync, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { Failure } from '@iwanto/wire';
import { z } from 'zod';

/**
 * The cost of one guess: 128 MiB and some tenths of a second. N, r and p are those that the OWASP Password Storage
 * Cheat Sheet recommends for scrypt (RFC 7914); they are part of the protocol, because every member derives the same key.
 */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1 } as const;
/** What scrypt needs (128 N r bytes), and some more for its blocks. */
const SCRYPT_MEMORY_BYTES = 160 * 1_048_576;
const KEY_BYTES = 32;
/** The salt is this and the name: the same passphrase makes other keys for other groups. */
const SALT_BEGIN = 'iwanto group 1 ';
/** Bytes of a key's check, enough for people to compare two hosts. */
const CHECK_BYTES = 4;

const NAME_CHARACTERS_MAX = 32;
/** Passphrases can be tried on a recorded datagram: a short one would be found. */
const PASSPHRASE_CHARACTERS_MIN = 12;
const PASSPHRASE_CHARACTERS_MAX = 1_024;

/** Lower case alone: the name is part of the salt, and "Team" would silently be another group than "team". */
export const groupNameSchema = z
  .string()
  .max(NAME_CHARACTERS_MAX)
  .regex(
    /^[a-z0-9][a-z0-9._-]*$/,
    'a group has a name of the characters a-z, 0-9, ".", "_" and "-"',
  )
  .brand('GroupName');
export type GroupName = z.infer<typeof groupNameSchema>;

export const groupKeySchema = z.string().regex(/^[0-9a-f]{64}$/);

/** A group that this host is a member of. Keys are hex. */
export interface Group {
  readonly name: GroupName;
  readonly key: string;
  /** The key before a change of the passphrase, accepted until the change is finished. */
  readonly previous: string | null;
}

/** The keys that are accepted, the present one first. */
export const keysOf = ({ key, previous }: Pick<Group, 'key' | 'previous'>): string[] =>
  previous === null ? [key] : [key, previous];

/** A name that a user typed; throws E_BAD_REQUEST if it is not one. */
export function groupNameFrom(typed: string): GroupName {
  const name = groupNameSchema.safeParse(typed);
  if (name.success) return name.data;
  throw new Failure(
    'E_BAD_REQUEST',
    `"${typed}" is not a name for a group: use up to ${NAME_CHARACTERS_MAX} of the characters a-z, 0-9, ".", "_" and "-", a letter or digit first.`,
  );
}

/** A passphrase, normalised: the same whatever keyboard, line end or spaces it was entered with. Throws if it is too short. */
export function passphraseFrom(typed: string): string {
  const passphrase = typed.normalize('NFC').trim().replace(/\s+/g, ' ');
  const { length } = passphrase;
  if (length >= PASSPHRASE_CHARACTERS_MIN && length <= PASSPHRASE_CHARACTERS_MAX) return passphrase;
  throw new Failure(
    'E_BAD_REQUEST',
    `A passphrase has ${PASSPHRASE_CHARACTERS_MIN} to ${PASSPHRASE_CHARACTERS_MAX} characters: whoever records the traffic of the group can try shorter ones.`,
  );
}

/** The key of a group. Takes 128 MiB for a moment. */
export async function groupKeyOf(name: GroupName, passphrase: string): Promise<string> {
  const options = { ...SCRYPT, maxmem: SCRYPT_MEMORY_BYTES };
  // Here and not for the whole file: a command without groups loads no cryptography.
  const scryptAsync = promisify<string, string, number, object, Buffer>(scrypt);
  const key = await scryptAsync(passphrase, SALT_BEGIN + name, KEY_BYTES, options);
  return key.toString('hex');
}

/** Eight characters by which people see that two hosts have the same key; they say nothing about the key itself. */
export const keyCheck = (key: string): string =>
  Buffer.from(
    hkdfSync('sha256', Buffer.from(key, 'hex'), '', 'iwanto group check 1', CHECK_BYTES),
  ).toString('hex');
