import type { Command } from 'commander';
import type { Run } from './surroundings';

/** A command: its words are here, its work is loaded when it is run. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Its own options and examples. */
  define(command: Command): void;
  load(): Promise<{ readonly run: Run<never> }>;
}

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly CommandEntry[] = [];
