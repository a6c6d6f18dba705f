/** The quick part of `iwanto doctor`, which each start runs: what is wrong with this host, one line each. */
import { homePaths } from '@iwanto/service';
import { remark, shown, styledError } from '../print.js';
import { examineHost } from './examine.js';

export async function nameTrouble(): Promise<void> {
  for (const { check, level, text, remedy } of await examineHost(homePaths())) {
    if (level !== 'ok')
      remark(`${styledError('yellow', 'iwanto:')} ${shown(`${check}: ${text}. ${remedy ?? ''}`)}`);
  }
}
