import { LocalBackend, TerraformStack, Testing } from 'cdktf';
import { AwsHosts, AwsImage, HaCluster, MultiAzNodePool } from '../../lib';
import type { AwsHostsProps } from '../../lib';
import type { HaClusterProps, MultiAzNodePoolProps } from '../../lib';

/** A topology as data; a test says only what it is about. */
export interface Topology {
  readonly hosts?: Partial<AwsHostsProps>;
  readonly cluster?: Partial<Omit<HaClusterProps, 'cloud'>>;
  readonly pools?: Readonly<Record<string, Partial<Omit<MultiAzNodePoolProps, 'cluster'>>>>;
}

export const bakedImage = () => AwsImage.baked({ owner: 'self', namePattern: 'hacluster-1.36-*' });

/** The stack `demo-hosts` of a topology. */
export function hostsStack({ hosts = {}, cluster = {}, pools = { Workers: {} } }: Topology = {}, scope = Testing.app()) {
  const stack = new TerraformStack(scope, 'demo-hosts');
  new LocalBackend(stack, { path: 'demo-hosts.tfstate' });
  const cloud = new AwsHosts(stack, 'Cloud', {
    region: 'eu-central-1',
    zones: ['a', 'b', 'c'],
    cidr: '10.20.0.0/16',
    image: bakedImage(),
    ...hosts,
  } as AwsHostsProps);
  const ha = new HaCluster(stack, 'Cluster', { cloud, maxNodes: 20, ...cluster });
  for (const [id, pool] of Object.entries(pools)) {
    new MultiAzNodePool(stack, id, { cluster: ha, machine: '4c16g', min: 3, max: 6, ...pool });
  }
  return { stack, cloud, cluster: ha };
}

/** The synthesized Terraform JSON of a topology, every validation run. */
export function synthesized(topology: Topology = {}): Record<string, any> {
  return JSON.parse(Testing.synth(hostsStack(topology).stack, true)) as Record<string, any>;
}

/** Resources of one type by logical id. */
export function resources(json: Record<string, any>, type: string): Record<string, any>[] {
  return Object.values((json.resource?.[type] ?? {}) as Record<string, Record<string, any>>);
}
