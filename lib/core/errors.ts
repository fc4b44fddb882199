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
  constructor(
    at: Located,
    /** The message without the path. */
    public readonly reason: string,
  ) {
    super(`[${at.node.path}] ${reason}`);
    this.name = 'ValidationError';
  }
}

/** Runs a check at the end of a synth, where constructs expect texts without their path in place of an error. */
export function problemsOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ValidationError) return [error.reason];
    throw error;
  }
}
