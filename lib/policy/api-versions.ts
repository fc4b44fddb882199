import { API_VERSIONS } from './api-versions.table';

/** What minors of Kubernetes changed about kinds of an API version. */
export interface ApiVersionRow {
  /** The API version, such as `policy/v1beta1`. */
  readonly api: string;
  /** Its kinds, with spaces between. */
  readonly kinds: string;
  /**
   * The first minor that serves it.
   *
   * @default - all that the table knows
   */
  readonly introduced?: number;
  /**
   * The first minor that warns of it.
   *
   * @default - none
   */
  readonly deprecated?: number;
  /**
   * The first minor that does not serve it any more.
   *
   * @default - none
   */
  readonly removed?: number;
  /**
   * What takes its place.
   *
   * @default - nothing
   */
  readonly use?: string;
}

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
