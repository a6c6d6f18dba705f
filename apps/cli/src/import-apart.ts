/**
 * Loads what is not part of the bundled command: a service, and the live screen, which only `import` can load. Code
 * that is kept between two runs has no `import` of its own, so the launcher hands over its own (`bin/launch.js`).
 */

export type Import = (url: string) => Promise<unknown>;

let importOf: Import = (url) => import(url);

export function importBy(given: Import): void {
  importOf = given;
}

/** The module at `path`, absolute or as seen from this file, which the bundle takes the place of. */
export const importApart = async <T>(path: string): Promise<T> =>
  (await importOf(new URL(path, import.meta.url).href)) as T;
