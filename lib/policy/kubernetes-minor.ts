import { API_MINORS } from './api-versions.table';

/** The number of the minor of a version such as `1.36`, `1.36.3` or `v1.36.3`; nothing if the rules do not know it. */
export function minorOf(version: string): number | undefined {
  const [, text] = /^v?1\.(\d{2})(?:\.\d{1,3})?$/.exec(version) ?? [];
  const minor = Number(text ?? NaN);
  return minor >= API_MINORS.first && minor <= API_MINORS.last ? minor : undefined;
}
