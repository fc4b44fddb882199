/** Whatever has a place in the construct tree; a construct is one. */
export interface Located {
  /** The node that knows the path. */
  readonly node: {
    /** Where it stands, such as `prod/Cluster`. */
    readonly path: string;
  };
}

/**
 * Bad input, found at synth.
 *
 * The message is: construct path, property, rule, value received, cure.
 */
export class ValidationError extends Error {
  constructor(at: Located, message: string) {
    super(`[${at.node.path}] ${message}`);
    this.name = 'ValidationError';
  }
}
