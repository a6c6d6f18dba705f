/** Where a socket loop reports something odd that no caller can be told: one sentence for the log. */
import { codeOf } from '@iwanto/wire';

/** Takes one sentence for the log. */
export type OnTrouble = (sentence: string) => void;

/** For callers with no log, such as a command that lives for a moment. */
export const noTrouble: OnTrouble = () => undefined;

const GONE_CODES = ['EHOSTUNREACH', 'EBADF'];

/** Whether a ROUTER could not send because the asker is gone, which is not a fault. */
export const isGone = (cause: unknown): boolean => GONE_CODES.includes(codeOf(cause));
