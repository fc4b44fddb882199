import type { Construct } from 'constructs';
import type { Machine, MachineGroup } from '../hosts/machines';
import { workerFiles } from './bootstrap/node-files';
import type { NodePool } from './cluster-plan';
import { machineTags, nodeUserData } from './control-plane';
import type { MultiAzNodePoolProps } from './multi-az-node-pool-props';
import { bootstrapProps } from './node-config';

/** Builds a pool's template and group. */
export function poolMachines(
  pool: Omit<NodePool, 'machine' | 'shape'> & Construct,
  props: MultiAzNodePoolProps,
): { group: MachineGroup; machine: Machine } {
  const { cluster, labels = {}, taints = [], spotPercent = 0, spotFlavors = [], diskGib = 100 } = props;
  const { cloud, clusterName, controlPlane } = cluster;
  const { poolName } = pool;
  const machine = cloud.machine(pool, 'machine', props.machine);
  const allLabels = { 'hacluster.io/pool': poolName, ...labels };
  const tags = { ...props.tags, ...machineTags(cluster, controlPlane.uid, 'worker'), 'hacluster:pool': poolName };
  const template = cloud.machineTemplate(pool, 'Template', {
    clusterName,
    name: poolName,
    machine,
    image: cloud.image(pool, 'Image', machine.architecture),
    ...nodeUserData(cluster, pool, 'Node', controlPlane, {
      files: workerFiles(bootstrapProps(cluster), { poolName, labels: allLabels, taints }),
      role: 'worker',
      pool: poolName,
      snippets: [...(cluster.props.nodeSnippets ?? []), ...(props.nodeSnippets ?? [])],
    }),
    firewalls: [controlPlane.nodeFirewall],
    identity: controlPlane.workerIdentity,
    rootDisk: { gib: diskGib },
    tags,
  });
  const group = cloud.machineGroup(pool, 'Group', {
    clusterName,
    name: poolName,
    template,
    zones: pool.zones,
    min: pool.min,
    max: pool.max,
    initial: props.initial,
    spot: spotPercent > 0 ? { percent: spotPercent, flavors: spotFlavors } : undefined,
    autoscaler: { labels: allLabels, taints, diskGib },
    tags,
  });
  return { group, machine };
}
