/** The licences of the packages whose code is part of the bundles: most of them ask to be passed on. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One text with the licence of each package that `inputs`, the files that were bundled, belong to. */
export function licencesOf(workspace: string, inputs: readonly string[]): string {
  const rooms = [...new Set(inputs.map(roomOf))].sort();
  const texts = rooms.map((room) => licenceOf(join(workspace, room)));
  return `Parts of these packages are in the programs of iwanto.\n\n${texts.join('\n')}`;
}

/** `a/node_modules/@scope/name` of `a/node_modules/@scope/name/lib/file.js`. */
function roomOf(path: string): string {
  const marker = 'node_modules/';
  const at = path.lastIndexOf(marker) + marker.length;
  const [first = '', second = ''] = path.slice(at).split('/');
  return path.slice(0, at) + (first.startsWith('@') ? `${first}/${second}` : first);
}

function licenceOf(room: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(room, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: string };
  const file = readdirSync(room).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(room, file)) ? readFileSync(join(room, file), 'utf8') : '';
  return `--- ${name} ${version} (${license ?? 'see below'})\n${text.trim()}\n`;
}
