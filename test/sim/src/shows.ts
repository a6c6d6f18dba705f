/** Placeholder. */
export function show(): boolean {
  return true;
}
