import type { Command } from 'commander';
import { whole } from './options';
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
    name: 'access',
    summary: 'write a kubeconfig with a certificate of some hours, in your own name as the cloud knows it',
    define: (command) =>
      command
        .option('--output <file>', 'the kubeconfig to write or add to (default: ~/.kube/hacluster-NAME)')
        .option('--timeout <seconds>', 'how long to wait for a control plane', whole, 120),
    load: () => import('./commands/access.js'),
  },
  {
    name: 'status',
    summary: 'say how the cluster is: hosts, etcd members, versions, certificates, the last snapshot',
    define: (command) => command.option('--snapshot-age <minutes>', 'how old the last snapshot may be', whole, 120),
    load: () => import('./commands/status.js'),
  },
  {
    name: 'snapshot',
    summary: 'store a snapshot of etcd in the bucket now',
    define: (command) => command.option('--timeout <seconds>', 'how long to wait for it', whole, 300),
    load: () => import('./commands/snapshot.js'),
  },
  {
    name: 'restore',
    summary: 'make a cluster that lost every control plane again, from a snapshot',
    define: (command) =>
      command
        .option('--snapshot <key>', 'the key in the bucket', 'LATEST')
        .option('--yes', 'do it; without it, only say what would be done')
        .option('--wait', 'wait until the API server answers again')
        .option('--timeout <seconds>', 'how long to wait', whole, 1800),
    load: () => import('./commands/restore.js'),
  },
];
