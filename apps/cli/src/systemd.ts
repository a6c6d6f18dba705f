/** The unit files on this machine, and the few systemd commands that `iwanto service` needs. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { homeDir } from '@iwanto/service';
import { Failure, codeOf } from '@iwanto/wire';
import { type Program, type Scope, sysusersText, unitFiles } from './units.js';

/** Starting waits until the services are ready. */
const SYSTEMCTL_LIMIT_MS = 90_000;
const SYSUSERS_FILE = '/etc/sysusers.d/iwanto.conf';

export interface UnitState {
  readonly unit: string;
  /** `active`, `activating`, `failed`, `inactive` … as systemd says; `absent` without a unit file. */
  readonly state: string;
  readonly enabled: boolean;
}

export class Systemd {
  constructor(
    private readonly scope: Scope,
    /** There only while systemd manages the machine. */
    private readonly mark = '/run/systemd/system',
  ) {}

  /** Where the unit files are. */
  get dir(): string {
    if (this.scope === 'system') return '/etc/systemd/system';
    const config = process.env['XDG_CONFIG_HOME'];
    return join(
      config?.startsWith('/') ? config : join(homeDir(process.env), '.config'),
      'systemd/user',
    );
  }

  /** Writes the units, starts them now and at each boot (system) or login (user). */
  async install(program: Program): Promise<string[]> {
    this.#refuseAbsent();
    if (this.scope === 'system') await this.#makeAccount();
    const files = [...unitFiles(this.scope, program)].map(([name, text]) => ({
      path: join(this.dir, name),
      text,
    }));
    for (const { path, text } of files) await this.#write(path, text);
    this.#ctl('daemon-reload');
    this.#ctl(
      'enable',
      ...[...this.#units()].filter((unit) => unit !== 'iwanto.target'),
      'iwanto.target',
    );
    this.#ctl('restart', 'iwanto.target', ...this.#units());
    return files.map(({ path }) => path);
  }

  /** Stops the services and deletes their units; what was shared and fetched stays. */
  async remove(): Promise<string[]> {
    this.#refuseAbsent();
    const files = this.#units()
      .map((unit) => join(this.dir, unit))
      .filter((path) => existsSync(path));
    if (files.length === 0) {
      throw new Failure('E_NOT_FOUND', `There are no units of iwanto in ${this.dir}.`);
    }
    this.#ctl('disable', '--now', ...this.#units());
    for (const path of files) await rm(path, { force: true });
    if (this.scope === 'system') await rm(SYSUSERS_FILE, { force: true });
    this.#ctl('daemon-reload');
    return files;
  }

  status(): UnitState[] {
    this.#refuseAbsent();
    return this.#units().map((unit) => {
      const { stdout } = this.#run([
        'show',
        unit,
        '--property=ActiveState,UnitFileState,LoadState',
      ]);
      const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
      return {
        unit,
        state: value('LoadState') === 'not-found' ? 'absent' : value('ActiveState'),
        enabled: value('UnitFileState') === 'enabled',
      };
    });
  }

  /** False if the services of this user end when the last session of the user ends. */
  outlivesLogout(): boolean {
    if (this.scope === 'system') return true;
    return existsSync(join('/var/lib/systemd/linger', userInfo().username));
  }

  #units(): string[] {
    return [...unitFiles(this.scope, { node: '', script: '' }).keys()];
  }

  #refuseAbsent(): void {
    if (existsSync(this.mark)) return;
    throw new Failure(
      'E_NOT_RUNNING',
      'systemd does not manage this machine; use "iwanto start", or pm2 (docs/operating.md).',
    );
  }

  async #makeAccount(): Promise<void> {
    await this.#write(SYSUSERS_FILE, sysusersText());
    const { status, stderr } = spawnSync('systemd-sysusers', [SYSUSERS_FILE], { encoding: 'utf8' });
    if (status === 0) return;
    throw new Failure('E_UNEXPECTED', `The account cannot be made: ${String(stderr).trim()}.`);
  }

  async #write(path: string, text: string): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { mode: 0o644 });
    } catch (cause) {
      const code = codeOf(cause);
      const advice = this.scope === 'system' ? 'use sudo, or --user' : 'check its owner';
      throw new Failure('E_BAD_PATH', `${path} cannot be written (${code}): ${advice}.`);
    }
  }

  #ctl(...words: string[]): void {
    const { status, stderr, error } = this.#run(words);
    if (status === 0) return;
    const reason = error?.message ?? stderr.trim().split('\n')[0] ?? '';
    throw new Failure('E_UNEXPECTED', `"systemctl ${words.join(' ')}" failed: ${reason}`);
  }

  #run(words: readonly string[]) {
    const scope = this.scope === 'user' ? ['--user'] : [];
    return spawnSync('systemctl', [...scope, ...words], {
      encoding: 'utf8',
      env: process.env,
      timeout: SYSTEMCTL_LIMIT_MS,
    });
  }
}

/** This very program, wherever it was installed. */
export function ownProgram(): Program {
  const home = process.env['IWANT_HOME'];
  return {
    node: process.execPath,
    script: realpathSync(process.argv[1] ?? ''),
    ...(home?.startsWith('/') && { home }),
  };
}
