import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import { ValidationError } from '../../core/errors';
import type { ClusterScoped } from '../host-cloud';
import type { AutoscalerHints, Machine, MachineGroup, MachineGroupWish } from '../machines';
import { AwsBalancer } from './balancer';
import { machineOf } from './machines';
import { own } from './names';
import { tagsOf, type Sited } from './site';
import { AwsTemplate } from './template';

/** What a group is made from. */
export interface GroupWish extends ClusterScoped, MachineGroupWish {
  /** Flavors beyond the known ones. */
  readonly machines: readonly Machine[];
}

/** A group that replaces machines which the cloud finds dead. */
export class AwsGroup extends Construct implements MachineGroup {
  public readonly groupName: string;
  public readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, { site, wish }: Sited<GroupWish>) {
    super(scope, id);
    const { clusterName, name, zones, min, max, initial = min, balancers = [], waitForHealthy, autoscaler } = wish;
    const template = own(this, AwsTemplate, wish.template);
    const targets = balancers.map((balancer) => own(this, AwsBalancer, balancer));
    const fullName = `${clusterName}-${name}`;
    const { network } = site;
    const sorted = [...zones].sort();
    const group = new aws.AutoscalingGroup(
      this,
      'Resource',
      {
        name: fullName,
        min_size: min,
        max_size: max,
        desired_capacity: initial,
        vpc_zone_identifier: sorted.map((zone) => subnetOf(this, network.privateSubnetIds, zone)),
        ...machines(this, template, wish),
        target_group_arns: targets.length > 0 ? targets.map(({ targetGroupArn }) => targetGroupArn) : undefined,
        // Not by the balancer's check: an API server fails it when etcd has lost its quorum, and a group that then
        // replaces the last hosts turns an outage into a loss.
        health_check_type: 'EC2',
        wait_for_elb_capacity: waitForHealthy,
        wait_for_capacity_timeout: waitForHealthy === undefined ? '0' : '25m',
        termination_policies: ['OldestLaunchTemplate', 'OldestInstance'],
        // To even out zones a group ends machines without draining them; the autoscaler balances zones as it grows.
        suspended_processes: autoscaler ? ['AZRebalance'] : undefined,
        tag: [
          ...tagBlocks(
            tagsOf(site, fullName, { ...wish.tags, [`kubernetes.io/cluster/${clusterName}`]: 'owned' }),
            true,
          ),
          ...tagBlocks(autoscaler ? hints(clusterName, autoscaler) : {}, false),
        ],
      },
      {
        lifecycle: { ignoreChanges: ['desired_capacity'] },
        dependsOn: unique([
          ...template.needs,
          ...targets.map(({ listener }) => listener),
          ...sorted.flatMap((zone) => network.ready[zone] ?? []),
        ]),
      },
    );
    this.groupName = fullName;
    this.ready = group;
  }
}

function subnetOf(at: Construct, ids: Readonly<Record<string, string>>, zone: string): string {
  const id = ids[zone];
  if (id !== undefined) return id;
  throw new ValidationError(
    at,
    `zones must be zones of the network, got ${zone}; choose from ${Object.keys(ids).join(', ')}`,
  );
}

function machines(at: Construct, { templateId, wish }: AwsTemplate, { spot, machines: further }: GroupWish) {
  // What a host runs is decided when it starts: a new version rolls nobody, least of all several control planes.
  const version = '$Latest';
  if (!spot) return { launch_template: { id: templateId, version } };
  const { percent, flavors } = spot;
  for (const flavor of flavors) checkFlavor(at, wish.machine, machineOf(at, 'spotFlavors', flavor, further));
  return {
    mixed_instances_policy: {
      instances_distribution: {
        on_demand_base_capacity: 0,
        on_demand_percentage_above_base_capacity: 100 - percent,
        spot_allocation_strategy: 'price-capacity-optimized',
      },
      launch_template: {
        launch_template_specification: { launch_template_id: templateId, version },
        override: unique([wish.machine.flavor, ...flavors]).map((instance_type) => ({ instance_type })),
      },
    },
  };
}

function checkFlavor(at: Construct, least: Machine, machine: Machine): void {
  const { flavor, cpus, memoryGib, architecture } = machine;
  if (architecture === least.architecture && cpus >= least.cpus && memoryGib >= least.memoryGib) return;
  throw new ValidationError(
    at,
    `spotFlavors must have the CPUs and memory of ${least.flavor} or more, and run ${least.architecture}, got ${flavor} with ${cpus} CPUs, ${memoryGib} GiB, ${architecture}; choose another`,
  );
}

function tagBlocks(tags: Readonly<Record<string, string>>, propagate: boolean) {
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value, propagate_at_launch: propagate }));
}

/**
 * Tags by which the cluster autoscaler finds a group, and knows its nodes before there is one.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
 */
function hints(clusterName: string, { labels, taints, diskGib }: AutoscalerHints): Record<string, string> {
  const node = 'k8s.io/cluster-autoscaler/node-template';
  return {
    'k8s.io/cluster-autoscaler/enabled': 'true',
    [`k8s.io/cluster-autoscaler/${clusterName}`]: 'owned',
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${node}/label/${key}`, value])),
    ...Object.fromEntries(taints.map(({ key, value = '', effect }) => [`${node}/taint/${key}`, `${value}:${effect}`])),
    [`${node}/resources/ephemeral-storage`]: `${diskGib}Gi`,
  };
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
