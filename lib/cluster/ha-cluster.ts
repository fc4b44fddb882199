import { Fn, TerraformLocal, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { TerraformData } from '../bindings/terraform-data';
import { planAddresses, type AddressPlan } from '../core/address-plan';
import type { ISelfManagedCluster } from '../core/cluster';
import { problemsOf, ValidationError } from '../core/errors';
import {
  DEFAULT_KUBERNETES,
  kubernetesRelease,
  type KubeProxyMode,
  type KubernetesRelease,
} from '../core/kubernetes-versions';
import { checkLimits } from '../core/limits';
import { choosePodNetwork, type PodNetwork } from '../core/pod-network';
import { controlPlaneSlots, type Quorum } from '../core/quorum';
import { controlPlaneSize, type ControlPlaneSize } from '../core/sizes';
import type { HostCloud } from '../hosts/host-cloud';
import type { ClusterPlan, NodePool } from './cluster-plan';
import { checkUnconnected, connectStack, requireConnected } from './connection';
import { buildControlPlane, type ControlPlane } from './control-plane';
import type { HaClusterProps } from './ha-cluster-props';
import { kubeProxyModeOf } from './node-options';
import { keepRecord } from './record-file';
import { checkEveryStack } from './whole-app';
import { capacityOf, type WorkerCapacity } from './worker-capacity';

/**
 * A self-managed, highly available Kubernetes cluster on cloud hosts.
 *
 * Its hosts boot without SSH and without a secret in Terraform: the first control plane makes the roots of trust and
 * keeps them in the cloud's secret store, the others and the workers join with their machine identity.
 *
 * @throws ValidationError for every wish that cannot be met, with the property, the rule, the value and the cure
 * @example
 * const cloud = new AwsHosts(hosts, 'Cloud', { region: 'eu-central-1', zones: ['a', 'b', 'c'], cidr: '10.20.0.0/16' });
 * const cluster = new HaCluster(hosts, 'Cluster', { cloud, maxNodes: 60 });
 * new MultiAzNodePool(hosts, 'Workers', { cluster, machine: '8c32g', min: 3, max: 30 });
 */
export class HaCluster extends Construct implements ISelfManagedCluster, ClusterPlan {
  public readonly clusterName: string;
  public readonly cloud: HostCloud;
  public readonly maxNodes: number;
  public readonly maxPods: number;
  public readonly kubernetes: KubernetesRelease;
  public readonly quorum: Quorum;
  public readonly size: ControlPlaneSize;
  public readonly addresses: AddressPlan;
  public readonly podNetwork: PodNetwork;
  public readonly kubeProxyMode: KubeProxyMode;
  /** What pools need to build their machines. */
  public readonly controlPlane: ControlPlane;
  /** The props, as the user gave them. */
  public readonly props: HaClusterProps;

  private readonly members: NodePool[] = [];

  constructor(scope: Construct, id: string, props: HaClusterProps) {
    super(scope, id);
    const { cloud, maxNodes, maxPods = 110, controlPlanes = 3, kubernetesVersion = DEFAULT_KUBERNETES } = props;
    const { clusterName = defaultName(this) } = props;
    this.props = props;
    this.clusterName = clusterName;
    this.cloud = cloud;
    this.maxNodes = maxNodes;
    this.maxPods = maxPods;
    checkName(this, clusterName);
    this.kubernetes = kubernetesRelease(this, kubernetesVersion, {
      acknowledgeUnsupported: props.acknowledgeUnsupportedVersion,
    });
    checkZones(this, props.controlPlaneZones ?? [], cloud.facts.zones);
    this.quorum = controlPlaneSlots(this, {
      controlPlanes,
      zones: props.controlPlaneZones ?? cloud.facts.zones,
      acceptZoneLoss: props.acceptZoneLoss,
    });
    this.size = controlPlaneSize(this, maxNodes);
    checkLimits(this, { maxNodes, maxPods: props.maxPods, pools: [], controlPlanes });
    this.addresses = this.planAddresses(controlPlanes);
    this.podNetwork = this.choosePodNetwork(controlPlanes);
    this.kubeProxyMode = kubeProxyModeOf(this, props, this.kubernetes);
    if (props.recordFile !== undefined) keepRecord(this, props.recordFile, this.record());
    this.controlPlane = buildControlPlane(this, uidOf(this));
    this.node.addValidation({
      validate: () =>
        problemsOf(() => {
          this.checkPools();
        }),
    });
    checkEveryStack(this);
  }

  /** The pools, by name. */
  public get pools(): readonly NodePool[] {
    return [...this.members].sort((a, b) => (a.poolName < b.poolName ? -1 : 1));
  }

  /**
   * Gives a stack the helm and kubernetes providers of this cluster, with a short-lived certificate that stays out of state.
   *
   * The stack finds the cluster by its name; it needs no state of the hosts' stack, only to be applied after it.
   *
   * @throws ValidationError when it is the hosts' own stack, or connected already
   */
  public connect(stack: TerraformStack): void {
    const own = TerraformStack.of(this);
    if (stack === own) {
      throw new ValidationError(
        this,
        `connect needs a stack of its own, got the hosts' stack "${stack.node.id}"; providers cannot be configured from resources of the same apply: make a second stack`,
      );
    }
    checkUnconnected(stack, this.clusterName);
    const { host, caCertificate, clientCertificate, clientKey } = this.cloud.access(stack, 'Access', {
      clusterName: this.clusterName,
    });
    connectStack(stack, this.clusterName, { host, clusterCaCertificate: caCertificate, clientCertificate, clientKey });
    stack.addDependency(own);
  }

  public requireConnected(scope: Construct): void {
    requireConnected(scope, this.clusterName);
  }

  /** Adds a pool; `MultiAzNodePool` calls it. */
  public addPool(pool: NodePool): void {
    const twin = this.members.find((other) => other.poolName === pool.poolName);
    if (twin) {
      throw new ValidationError(
        pool,
        `poolName must be unique in the cluster, got ${pool.poolName} as in ${twin.node.path}; give poolName`,
      );
    }
    this.members.push(pool);
  }

  /**
   * What pods of tenants may ask for: all pools at their most, less what kubelets keep back; pools with taints do not count.
   *
   * What runs on every host, such as the network's agents, is not taken off: leave room, or say it by `overCommit`.
   *
   * @example
   * Tenant.checkTogether(platform, tenants, { ...cluster.workerCapacity(), overCommit: 1.5 });
   */
  public workerCapacity(): WorkerCapacity {
    return capacityOf(this.members.filter(({ tainted }) => !tainted).map(({ max, shape }) => ({ count: max, shape })));
  }

  private planAddresses(controlPlanes: number): AddressPlan {
    const { cloud, podCidr, serviceCidr } = this.props;
    return planAddresses(this, {
      networkCidr: cloud.network.cidr,
      zones: cloud.facts.zones,
      privateRanges: cloud.network.privateRanges,
      podCidr,
      serviceCidr,
      blockSize: this.props.podBlockSize,
      reserved: cloud.facts.reservedRanges,
      maxNodes: this.maxNodes,
      maxPods: this.maxPods,
      controlPlanes,
    });
  }

  private choosePodNetwork(controlPlanes: number): PodNetwork {
    const { cloud, podNetworkMode: mode, podNetworkMtu: mtu, podBlockSize: blockSize } = this.props;
    return choosePodNetwork(this, {
      facts: cloud.facts,
      subnets: cloud.network.zones.length,
      networks: 1,
      maxNodes: this.maxNodes + controlPlanes,
      maxPods: this.maxPods,
      controlPlanes,
      wish: { mode, mtu, blockSize },
    });
  }

  private record() {
    const { clusterName: name, addresses, quorum, podNetwork, kubernetes, cloud } = this;
    return {
      name,
      networkCidr: addresses.networkCidr,
      podCidr: addresses.podCidr,
      serviceCidr: addresses.serviceCidr,
      serviceDomain: this.props.serviceDomain ?? 'cluster.local',
      controlPlanes: quorum.members,
      slots: quorum.slots.map((slot) => slot.name),
      podNetworkMode: podNetwork.mode,
      podBlockSize: podNetwork.blockSize,
      kubernetesVersion: kubernetes.version,
      zones: [...cloud.facts.zones].sort(),
    };
  }

  private checkPools(): void {
    checkLimits(this, {
      maxNodes: this.maxNodes,
      maxPods: this.props.maxPods,
      pools: this.pools.map(({ poolName, max }) => ({ name: poolName, max })),
      controlPlanes: this.quorum.members,
    });
  }
}

function defaultName(at: Construct): string {
  return TerraformStack.of(at).node.id.replace(/-hosts$/, '');
}

function checkName(at: Construct, name: string): void {
  if (/^[a-z][a-z0-9-]{0,22}[a-z0-9]$/.test(name)) return;
  throw new ValidationError(
    at,
    `clusterName must be lower case letters, digits and dashes, 2 to 24 characters, beginning with a letter, got ${name}; give clusterName`,
  );
}

function checkZones(at: Construct, wanted: readonly string[], known: readonly string[]): void {
  const stranger = wanted.find((zone) => !known.includes(zone));
  if (stranger === undefined) return;
  throw new ValidationError(
    at,
    `controlPlaneZones must be zones of the cloud, got ${stranger}; choose from ${known.join(', ')}`,
  );
}

/** A uid from Terraform's built-in resource: a cluster made again under the same name never adopts old secrets. */
function uidOf(cluster: HaCluster): string {
  const uid = Fn.substr(new TerraformData(cluster, 'Uid').id, 0, 8);
  return new TerraformLocal(cluster, 'ShortUid', uid).asString;
}
