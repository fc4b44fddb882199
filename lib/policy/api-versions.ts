import type { ApiVersionRow } from './api-version-row';
import { API_VERSIONS } from './api-versions.table';

const ROWS: ReadonlyMap<string, ApiVersionRow> = new Map(
  API_VERSIONS.flatMap((row) => row.kinds.split(' ').map((kind) => [`${row.api} ${kind}`, row])),
);

/** What is known of a kind of an API version; nothing where no minor changed anything. */
export function apiVersionOf(apiVersion: string, kind: string): ApiVersionRow | undefined {
  return ROWS.get(`${apiVersion} ${kind}`);
}

/** What to use in place of a kind of an API version in a minor; nothing where it has no successor there. */
export function successorOf(row: ApiVersionRow, kind: string, minor: number): string | undefined {
  const next = row.use === undefined ? undefined : apiVersionOf(row.use, kind);
  if (next?.removed === undefined || next.removed > minor) return row.use;
  return successorOf(next, kind, minor);
}
