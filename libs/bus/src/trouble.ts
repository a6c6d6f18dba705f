/** Where a socket loop tells of something odd that no caller can be told: one sentence for the log. */
export type OnTrouble = (sentence: string) => void;

/** For callers with no log, such as a command that lives for a moment. */
export const noTrouble: OnTrouble = () => undefined;
