/** How to reach an API server; what is secret in it stays in memory. */
export interface Connection {
  /** `https://host:port`. */
  readonly server: string;
  /** PEM; without it, the authorities that Node knows. */
  readonly authority: string | undefined;
  /** The name in the server's certificate, where it is not that of `server`. */
  readonly serverName?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
}
