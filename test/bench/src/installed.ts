/** The package as a user installs it, built from this checkout: what npm would install, without a registry. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const MODULES = join(WORKSPACE, 'node_modules');

/** Packages whose binaries are mapped into the services. */
const NATIVE = ['zeromq', 'better-sqlite3', '@napi-rs', 'msgpackr-extract', '@msgpackr-extract'];

/** Runs a program to its end; throws if it fails. */
export function must(program: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
}

/** Builds the package in `room`; returns its archive. */
export function packInto(room: string): string {
  must(process.execPath, [join(WORKSPACE, 'tools/dist/pack.js'), '--out', room]);
  return join(room, readdirSync(room).find((name) => name.endsWith('.tgz')) ?? '');
}

/** Unpacks it into `dir`, beside the packages of the workspace; returns its script. */
export function install(archive: string, dir: string): string {
  mkdirSync(dir, { recursive: true });
  must('tar', ['-xzf', archive, '-C', dir]);
  symlinkSync(MODULES, join(dir, 'package/node_modules'));
  return join(dir, 'package/apps/cli/bin/iwanto.js');
}

/** How to start it. */
export interface Program {
  readonly node: string;
  readonly script: string;
}

/** The same with a Node.js and native packages of its own, so that it shares no page of memory with other programs. */
export function installApart(archive: string, dir: string): Program {
  const script = install(archive, dir);
  const modules = join(dir, 'package/node_modules');
  rmSync(modules);
  mkdirSync(modules);
  for (const name of readdirSync(MODULES)) {
    const from = join(MODULES, name);
    if (NATIVE.includes(name)) cpSync(from, join(modules, name), { recursive: true });
    else symlinkSync(from, join(modules, name));
  }
  const node = join(dir, 'node');
  cpSync(process.execPath, node);
  return { node, script };
}
