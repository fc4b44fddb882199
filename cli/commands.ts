import { Option, type Command } from 'commander';
import { kubernetesMinor, whole } from './options';
import type { Run } from './surroundings';

/** A command: its words are here, its work is loaded when it is run. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Set by a command that has nothing to do with a cluster: it takes none of the common options. */
  readonly offline?: true;
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
  {
    name: 'upgrade',
    summary:
      'replace hosts of older templates, one step after the other, as far as the newest Kubernetes version and node files',
    define: (command) => {
      command
        .option('--yes', 'do it; without it the steps are printed and nothing is touched')
        .option('--budget <hosts>', 'workers of a pool that may be away at once: a number, or a share such as 10%', '1')
        .option('--pool <name...>', 'of the workers, only those of these pools', undefined)
        .option('--drain-minutes <minutes>', "minutes that ending a host's pods may take", whole, 15)
        .option('--join-minutes <minutes>', "minutes from a machine's end until what comes after it is well", whole, 20)
        .addHelpText('after', UPGRADE_HELP);
    },
    load: () => import('./commands/upgrade.js'),
  },
  {
    name: 'release',
    summary: "move an app's requests to another version, step by step, and back when a step does not go well",
    define: (command) => {
      command
        .requiredOption('--namespace <name>', "the app's namespace")
        .requiredOption('--app <name>', 'the app: a BlueGreenApp or a CanaryApp')
        .requiredOption('--to <version>', 'blue, green or canary')
        .option('--steps <percents>', 'shares of the requests, rising', '10,50,100')
        .option('--hold <seconds>', 'how long each step is watched', whole, 60)
        .option('--ready-minutes <minutes>', 'how long its pods may take to be ready', whole, 10)
        .option('--probe <url>', 'a URL that is to answer with 200 to 299 all the while')
        .option('--prometheus <url>', 'Prometheus, for --query')
        .option('--query <promql>', 'a query whose value says how ill it is')
        .option('--max <value>', 'the most that it may say', Number)
        .option('--yes', 'do it; without it, only say what would be done')
        .addHelpText('after', RELEASE_HELP);
    },
    load: () => import('./commands/release.js'),
  },
  {
    name: 'check',
    summary: 'hold Kubernetes objects in YAML or JSON to the rules of docs/policy.md, whoever wrote them',
    offline: true,
    define: (command) =>
      command
        .argument('<path...>', 'files, folders with .yaml, .yml and .json files, or - for standard input')
        .option('--kubernetes <version>', 'the version of the cluster, such as 1.36', kubernetesMinor)
        .addOption(
          new Option('--fail-on <severity>', 'how bad a finding fails the check')
            .choices(['error', 'warning', 'note', 'never'])
            .default('error'),
        )
        .addOption(new Option('--format <format>', 'the report').choices(['table', 'json', 'sarif']).default('table'))
        .option('--output <file>', 'write the report there, and only its sums to standard output'),
    load: () => import('./commands/check.js'),
  },
];

const UPGRADE_HELP = `
Apply the hosts' stack first: it makes the new launch templates and touches no host that runs. Control planes go one at a time,
the leader of etcd last, each only while all others are well; then the workers, pool by pool. Each host is drained within its
pods' budgets, ended, and replaced by its group. It stops at the first step that fails; run again, it goes on where it stands.`;

const RELEASE_HELP = `
The version must have as many pods ready as the one it takes over from, and is raised to it. Each step is watched: pods, --probe and
--query. When one does not go well, the share goes back to what it was, and the command ends with 1. Run again, it goes on from
the share that there is. It changes the route in the cluster only: put the new share into the program before the next deploy.`;
