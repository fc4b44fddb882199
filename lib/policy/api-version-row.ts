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
