import { InvalidArgumentError, type Command } from 'commander';
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
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'upgrade',
    summary:
      'replace hosts of older templates, one step after the other, as far as the newest Kubernetes version and node files',
    define: (command) => {
      command
        .option('--yes', 'do it; without it the steps are printed and nothing is touched')
        .option('--budget <hosts>', 'workers of a pool that may be away at once: a number, or a share such as 10%', '1')
        .option('--pool <name...>', 'of the workers, only those of these pools', undefined)
        .option('--drain-minutes <minutes>', "minutes that ending a host's pods may take", minutes, 15)
        .option(
          '--join-minutes <minutes>',
          "minutes from a machine's end until what comes after it is well",
          minutes,
          20,
        )
        .addHelpText('after', UPGRADE_HELP);
    },
    load: () => import('./commands/upgrade.js'),
  },
];

const UPGRADE_HELP = `
Apply the hosts' stack first: it makes the new launch templates and touches no host that runs. Control planes go one at a time,
the leader of etcd last, each only while all others are well; then the workers, pool by pool. Each host is drained within its
pods' budgets, ended, and replaced by its group. It stops at the first step that fails; run again, it goes on where it stands.`;

function minutes(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1440) return value;
  throw new InvalidArgumentError('give minutes from 1 to 1440');
}
