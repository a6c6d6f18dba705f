/** Which limit of the system keeps a folder from being watched, and what raises it. */
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { codeOf } from '@iwanto/wire';

/** Whether a file can be opened: if so, descriptors are not what has run out. */
function canOpen(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return true;
  } catch (cause) {
    if (codeOf(cause) !== '') return false;
    throw cause;
  }
}

function remedyOf(code: string | undefined): { what: string; remedy: string } {
  if (code === 'ENOSPC') {
    const remedy = 'sysctl fs.inotify.max_user_watches=1048576';
    return { what: 'the system has no watches left', remedy };
  }
  if (code === 'EMFILE' && canOpen()) {
    const remedy = 'sysctl fs.inotify.max_user_instances=1024';
    return { what: 'other programs use all inotify instances', remedy };
  }
  if (code === 'EMFILE') {
    return { what: 'this process has no open files left', remedy: 'ulimit -n 4096' };
  }
  if (code === 'ENFILE') {
    return { what: 'the system has no open files left', remedy: 'sysctl fs.file-max=1000000' };
  }
  return { what: 'the system has no memory for watches', remedy: 'ending other programs' };
}

/** What a person should know and do. */
export function limitAdvice(cause: unknown): string {
  const { what, remedy } = remedyOf(codeOf(cause));
  return `${what}, so the folder is polled every 30 s; raise the limit with: ${remedy}`;
}
