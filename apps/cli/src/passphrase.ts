/**
 * Where the passphrase of a group comes from: a file, systemd, or the person at the terminal. Never an argument or
 * a variable, which others can see.
 */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type GroupName, passphraseFrom, refuseReadable } from '@iwanto/service';
import { Failure, codeOf } from '@iwanto/wire';
import { pathFrom } from './input.js';
import { spoken } from './spoken.js';

/** More than the longest passphrase: a larger file is not a passphrase. */
const FILE_BYTES_MAX = 8_192;
/** 96 bits: six words, too many to be tried. */
const MADE_BYTES = 12;

export interface Passphrase {
  readonly passphrase: string;
  /** True if it was made here, so that it has to be shown. */
  readonly isMade: boolean;
}

/** `file` is what was typed after --passphrase-file. */
export async function passphraseFor(
  group: GroupName,
  file: string | undefined,
): Promise<Passphrase> {
  if (file !== undefined) return given(await contentOf(pathFrom(file), true));
  const credential = await credentialOf(group);
  if (credential !== undefined) return given(credential);
  if (process.stdin.isTTY && process.stderr.isTTY) return typed(group);
  throw new Failure(
    'E_BAD_REQUEST',
    'There is no terminal to ask for the passphrase: give a file that contains it with --passphrase-file.',
  );
}

const given = (text: string): Passphrase => ({ passphrase: passphraseFrom(text), isMade: false });

async function contentOf(path: string, isChecked: boolean): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      // A pipe, such as /dev/stdin, has no mode that others could use.
      if (isChecked && (await file.stat()).isFile())
        await refuseReadable('the passphrase file', path);
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(FILE_BYTES_MAX) });
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure(
      'E_BAD_PATH',
      `The passphrase file ${path} cannot be read (${codeOf(cause)}).`,
    );
  }
}

/** What `LoadCredential=iwanto-group-NAME:FILE` of a systemd unit gives; systemd guards the directory. */
async function credentialOf(group: GroupName): Promise<string | undefined> {
  const dir = process.env['CREDENTIALS_DIRECTORY'];
  if (!dir) return undefined;
  return contentOf(join(dir, `iwanto-group-${group}`), false).catch(() => undefined);
}

async function typed(group: GroupName): Promise<Passphrase> {
  const first = await asked(`Passphrase of ${group} (not shown; Enter alone makes a new one): `);
  if (first.trim() === '') {
    return {
      passphrase: passphraseFrom(spoken(randomBytes(MADE_BYTES).toString('hex'))),
      isMade: true,
    };
  }
  const passphrase = passphraseFrom(first);
  if (passphraseFrom(await asked('The same again: ')) === passphrase) {
    return { passphrase, isMade: false };
  }
  throw new Failure('E_BAD_REQUEST', 'The two passphrases differ; nothing was changed.');
}

/** One line from the terminal that is not echoed. */
async function asked(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, written) => written() });
  const asking = createInterface({
    ...{ input: process.stdin, output: silent, terminal: true, historySize: 0 },
  });
  // Only now, when the terminal no longer echoes: somebody may type ahead.
  process.stderr.write(question);
  const ended = new AbortController();
  asking.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  asking.once('close', () => ended.abort());
  try {
    return await asking.question('', { signal: ended.signal });
  } catch {
    throw new Failure('E_BAD_REQUEST', 'No passphrase was given; nothing was changed.');
  } finally {
    asking.close();
    process.stderr.write('\n');
  }
}
