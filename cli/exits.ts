/** What a command ends with, for whoever calls it from a script. */
export const EXITS = {
  /** Done, and all is well. */
  DONE: 0,
  /** Not done, and the line on standard error says why; or `check` found something. */
  FAILED: 1,
  /** Done, but the cluster is not well. */
  UNWELL: 2,
  /** The command line makes no sense, or lacks a yes. */
  USAGE: 64,
} as const;

/** One of the numbers a command ends with. */
export type Exit = (typeof EXITS)[keyof typeof EXITS];

/** What went wrong, in a line for people: cause and cure. */
export class Failure extends Error {
  constructor(
    message: string,
    public readonly exit: Exit = EXITS.FAILED,
    /** What standard output says with `--json`, besides the error. */
    public readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'Failure';
  }
}
