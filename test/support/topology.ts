import { tmpdir } from 'node:os';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { AwsHosts, AwsImage, CalicoNetwork, HaCluster, MultiAzNodePool } from '../../lib';
import type { AwsHostsProps, HaClusterProps, MultiAzNodePoolProps } from '../../lib';
import type { HostFacts } from '../../lib/hosts/host-cloud';

/** A topology as data; a test says only what it is about. */
export interface Topology {
  readonly hosts?: Partial<AwsHostsProps>;
  readonly cluster?: Partial<Omit<HaClusterProps, 'cloud'>>;
  readonly pools?: Readonly<Record<string, Partial<Omit<MultiAzNodePoolProps, 'cluster'>>>>;
  /** What another cloud would be like, for modes that AWS cannot have. */
  readonly facts?: Partial<HostFacts>;
}

export const bakedImage = () => AwsImage.baked({ owner: 'self', namePattern: 'hacluster-1.36-*' });

/** The stack `demo-hosts` of a topology. */
export function hostsStack(topology: Topology = {}, scope = new App({ outdir: tmpdir() })) {
  const { hosts = {}, cluster = {}, pools = { Workers: {} }, facts } = topology;
  const stack = new TerraformStack(scope, 'demo-hosts');
  new LocalBackend(stack, { path: 'demo-hosts.tfstate' });
  const cloud = new AwsHosts(stack, 'Cloud', {
    region: 'eu-central-1',
    zones: ['a', 'b', 'c'],
    cidr: '10.20.0.0/16',
    image: bakedImage(),
    ...hosts,
  });
  if (facts) Object.assign(cloud, { facts: { ...cloud.facts, ...facts } });
  const ha = new HaCluster(stack, 'Cluster', { cloud, maxNodes: 20, ...cluster });
  for (const [id, pool] of Object.entries(pools)) {
    new MultiAzNodePool(stack, id, { cluster: ha, machine: '4c16g', min: 3, max: 6, ...pool });
  }
  return { stack, cloud, cluster: ha };
}

/** The stack `demo-platform` of a cluster, with its pod network. */
export function platformStack(cluster: HaCluster) {
  const stack = new TerraformStack(App.of(cluster), 'demo-platform');
  new LocalBackend(stack, { path: 'demo-platform.tfstate' });
  cluster.connect(stack);
  return { stack, network: new CalicoNetwork(stack, 'Network', { cluster }) };
}

/** The Terraform JSON of a stack as cdktf writes it, every validation run. */
export function synth(stack: TerraformStack): Record<string, any> {
  stack.prepareStack();
  stack.runAllValidations();
  return JSON.parse(JSON.stringify(stack.toTerraform())) as Record<string, any>;
}

/** The hosts' Terraform JSON of a topology. */
export function synthesized(topology: Topology = {}): Record<string, any> {
  return synth(hostsStack(topology).stack);
}

/** The Terraform JSON of both stacks of a topology. */
export function bothStacks(topology: Topology = {}) {
  const { stack, cluster } = hostsStack(topology);
  const platform = platformStack(cluster).stack;
  return { hosts: synth(stack), platform: synth(platform) };
}

/** Resources of one type. */
export function resources(json: Record<string, any>, type: string): Record<string, any>[] {
  return Object.values((json.resource?.[type] ?? {}) as Record<string, Record<string, any>>);
}

/** Every resource by its address, without cdktf's comments. */
export function byAddress(json: Record<string, any>): Record<string, Record<string, any>> {
  return Object.fromEntries(
    Object.entries((json.resource ?? {}) as Record<string, Record<string, Record<string, any>>>).flatMap(([type, of]) =>
      Object.entries(of).map(([id, { '//': comment, ...resource }]) => [`${type}.${id}`, comment ? resource : {}]),
    ),
  );
}
