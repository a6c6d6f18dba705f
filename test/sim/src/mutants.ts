/** Placeholder. */
export function runMutants(): boolean {
  return true;
}
