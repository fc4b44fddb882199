import { TerraformResource, TerraformStack, type App } from 'cdktf';
import { HaCluster } from './ha-cluster';

/** What a synthesized stack holds. */
export interface StackSummary {
  /** Its name. */
  readonly name: string;
  /** Its resources. */
  readonly resources: number;
  /** Its folder below the output folder. */
  readonly folder: string;
}

/** What an app would build, for a person. */
export interface AppSummary {
  /** A title and lines for each cluster. */
  readonly clusters: readonly ClusterSummary[];
  /** The stacks in the order in which they are applied. */
  readonly stacks: readonly StackSummary[];
}

/** What one cluster would be. */
export interface ClusterSummary {
  /** Its name. */
  readonly name: string;
  /** What there is to say of it. */
  readonly lines: readonly SummaryLine[];
}

/** One line of a summary. */
export interface SummaryLine {
  /** What it is about. */
  readonly topic: string;
  /** What there is to say. */
  readonly text: string;
}

/** Explains what an app would build: hosts, zones, addresses, pod network, what is open, resources. */
export function summarize(app: App): AppSummary {
  const all = app.node.findAll();
  return {
    clusters: all
      .filter((one): one is HaCluster => one instanceof HaCluster)
      .map((cluster) => ({ name: cluster.clusterName, lines: explain(cluster) })),
    stacks: inOrder(all.filter((one): one is TerraformStack => TerraformStack.isStack(one))).map(stackSummary),
  };
}

/** Explains one cluster. */
export function explain(cluster: HaCluster): SummaryLine[] {
  const { quorum, size, addresses, podNetwork, kubernetes, controlPlane, cloud, maxNodes, props } = cluster;
  const sized = props.controlPlaneMachine
    ? 'as asked'
    : `sized for up to ${maxNodes} workers: ${size.machine.name} for ${size.nodes[0]} to ${size.nodes[1]}`;
  const open = [
    `API ${controlPlane.endpoint.startsWith('$') ? '(private balancer)' : controlPlane.endpoint} to the cluster's hosts${list(props.apiAllowedRanges, ' and ')}`,
    ...(props.publicApiAllowedRanges ? [`public API to ${props.publicApiAllowedRanges.join(', ')}`] : []),
    'SSH to nobody',
  ];
  return [
    line(
      'Kubernetes',
      `${kubernetes.version}, kube-proxy ${cluster.kubeProxyMode}${kubernetes.note ? ` (${kubernetes.note})` : ''}`,
    ),
    line('Control plane', `${quorum.members} x ${controlPlane.machine}, ${sized}; etcd disk ${size.etcdDisk.gib} GiB`),
    ...cluster.pools.map((pool) =>
      line(`Pool ${pool.poolName}`, `${pool.min} to ${pool.max} x ${pool.machine} in zones ${pool.zones.join(', ')}`),
    ),
    line('Zones', `${cloud.facts.region} ${[...cloud.facts.zones].sort().join(', ')}; ${quorum.survives.words}`),
    line('Addresses', addresses.words),
    line('Pod network', `${podNetwork.mode}, MTU ${podNetwork.mtu}: ${podNetwork.reasons.join('; ')}`),
    line('Open', open.join('; ')),
    line('Outbound', cloud.network.outbound),
    line('Record', props.recordFile ?? 'none kept: a change that cannot be made will not be noticed; give recordFile'),
  ];
}

function line(topic: string, text: string): SummaryLine {
  return { topic, text };
}

function list(ranges: readonly string[] | undefined, before: string): string {
  return ranges && ranges.length > 0 ? `${before}${ranges.join(', ')}` : '';
}

function stackSummary(stack: TerraformStack): StackSummary {
  const resources = stack.node.findAll().filter((one) => one instanceof TerraformResource);
  return { name: stack.node.id, resources: resources.length, folder: `stacks/${stack.node.id}` };
}

function inOrder(stacks: readonly TerraformStack[]): TerraformStack[] {
  const placed = new Set<TerraformStack>();
  const place = (stack: TerraformStack): void => {
    if (placed.has(stack)) return;
    stack.dependencies.forEach(place);
    placed.add(stack);
  };
  stacks.forEach(place);
  return [...placed];
}
