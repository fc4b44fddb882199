import type { PodNetworkMode } from '../core/pod-network';
import type { HostCloud } from '../hosts/host-cloud';
import type { NodeOptions } from './node-options';
import type { ClusterPeople } from './people';

/** Properties of a `HaCluster`. */
export interface HaClusterProps extends NodeOptions {
  /** The cloud whose hosts form the cluster. */
  readonly cloud: HostCloud;

  /**
   * The most workers the cluster may ever have; 1 to 5,000.
   *
   * It sizes the control plane, and the sum of the pools' `max` is held to it.
   */
  readonly maxNodes: number;

  /**
   * The cluster's name, unique in its account and region: lower case letters, digits and dashes, at most 24 characters.
   *
   * @default - the stack's id without `-hosts`
   */
  readonly clusterName?: string;

  /**
   * Most pods on a node; 16 to 110.
   *
   * @default 110
   */
  readonly maxPods?: number;

  /**
   * How many control-plane hosts: 1, 3 or 5. It may grow later, never shrink.
   *
   * @default 3
   */
  readonly controlPlanes?: 1 | 3 | 5;

  /**
   * The zones of the control plane, by short name.
   *
   * @default - the cloud's zones
   */
  readonly controlPlaneZones?: readonly string[];

  /**
   * Accept that the loss of one zone may stop the cluster: needed for three or five control planes in two zones.
   *
   * @default false
   */
  readonly acceptZoneLoss?: boolean;

  /**
   * The control plane's machine: a size such as `8c32g`, or a flavor of the cloud.
   *
   * @default - by `maxNodes` from the size table
   */
  readonly controlPlaneMachine?: string;

  /**
   * Kubernetes version: a minor (`1.36`) or an exact patch (`1.36.3`).
   *
   * @default 1.36
   * @see https://kubernetes.io/releases/
   */
  readonly kubernetesVersion?: string;

  /**
   * Accept a Kubernetes version that upstream no longer supports.
   *
   * @default false
   */
  readonly acknowledgeUnsupportedVersion?: boolean;

  /**
   * Addresses of pods; cannot be changed later.
   *
   * @default 10.192.0.0/12
   */
  readonly podCidr?: string;

  /**
   * Addresses of services; cannot be changed later.
   *
   * @default 10.96.0.0/16
   */
  readonly serviceCidr?: string;

  /**
   * How pods of different nodes reach each other.
   *
   * @default - derived from zones, node count and the cloud's facts
   */
  readonly podNetworkMode?: PodNetworkMode;

  /**
   * MTU of pod interfaces in bytes.
   *
   * @default - the hosts' less the encapsulation's
   */
  readonly podNetworkMtu?: number;

  /**
   * Prefix length of the address blocks that nodes take; 20 to 32.
   *
   * @default 26
   */
  readonly podBlockSize?: number;

  /**
   * Ranges that may reach the API server's private balancer, besides the cluster's own hosts.
   *
   * @default - none
   */
  readonly apiAllowedRanges?: readonly string[];

  /**
   * Ranges that may reach the API server from the internet, through a second, public balancer.
   *
   * @default - no public balancer
   */
  readonly publicApiAllowedRanges?: readonly string[];

  /**
   * Who gets a short-lived certificate in their own name by `npx cdk-container-platform access`.
   *
   * @default - nobody
   */
  readonly people?: readonly ClusterPeople[];

  /**
   * Ranges that hosts may open connections to.
   *
   * @default - everywhere: pods decide what they need, and NetworkPolicies narrow it
   */
  readonly egressRanges?: readonly string[];

  /**
   * Days that etcd snapshots are kept; at least 1.
   *
   * @default 30
   */
  readonly snapshotKeepDays?: number;

  /**
   * A file that remembers, in your version control, what of the cluster cannot change.
   *
   * It is read before and written after each synth; without it, such a change is noticed by nobody until it hurts.
   *
   * @default - nothing is remembered
   */
  readonly recordFile?: string;

  /**
   * Tags of every machine and group.
   *
   * @default - none besides the cluster's own
   */
  readonly tags?: Readonly<Record<string, string>>;
}
