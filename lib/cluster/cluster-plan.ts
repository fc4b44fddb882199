import type { Construct } from 'constructs';
import type { AddressPlan } from '../core/address-plan';
import type { KubeProxyMode, KubernetesRelease } from '../core/kubernetes-versions';
import type { PodNetwork } from '../core/pod-network';
import type { Quorum } from '../core/quorum';
import type { ControlPlaneSize } from '../core/sizes';
import type { HostCloud } from '../hosts/host-cloud';
import type { Machine } from '../hosts/machines';
import type { HaClusterProps } from './ha-cluster-props';

/** What a cluster has decided before anything of it is built. */
export interface ClusterPlan extends Construct {
  /** The cluster's name. */
  readonly clusterName: string;
  /** The cloud. */
  readonly cloud: HostCloud;
  /** Most pods on a node. */
  readonly maxPods: number;
  /** The version of Kubernetes. */
  readonly kubernetes: KubernetesRelease;
  /** Where control planes stand, and what may be lost. */
  readonly quorum: Quorum;
  /** The control plane's size. */
  readonly size: ControlPlaneSize;
  /** Addresses of hosts, pods and services. */
  readonly addresses: AddressPlan;
  /** How pods of different nodes reach each other. */
  readonly podNetwork: PodNetwork;
  /** How kube-proxy forwards. */
  readonly kubeProxyMode: KubeProxyMode;
  /** The props, as the user gave them. */
  readonly props: HaClusterProps;
}

/** A pool, as its cluster knows it. */
export interface NodePool extends Construct {
  /** Its name, unique in the cluster. */
  readonly poolName: string;
  /** Fewest workers. */
  readonly min: number;
  /** Most workers. */
  readonly max: number;
  /** The machine of each, in the cloud's own word. */
  readonly machine: string;
  /** What that machine has. */
  readonly shape: Pick<Machine, 'cpus' | 'memoryGib'>;
  /** Whether only pods that bear its taints go there. */
  readonly tainted: boolean;
  /** Zones by short name. */
  readonly zones: readonly string[];
}
