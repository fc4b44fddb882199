import type { Construct, IConstruct } from 'constructs';
import type { AddressPlan } from './address-plan';
import type { PodNetwork } from './pod-network';

/** A Kubernetes cluster that in-cluster constructs can be put on. */
export interface ICluster extends IConstruct {
  /** The cluster's name; unique in its account and region. */
  readonly clusterName: string;

  /**
   * Refuses a construct whose stack is not connected to this cluster.
   *
   * @throws ValidationError naming the stack and the cure
   */
  requireConnected(scope: Construct): void;
}

/** A cluster whose pods have no network until something installs it. */
export interface ISelfManagedCluster extends ICluster {
  /** The addresses of pods and services. */
  readonly addresses: Pick<AddressPlan, 'podCidr' | 'serviceCidr'>;
  /** How pods of different nodes are to reach each other. */
  readonly podNetwork: PodNetwork;
  /** How kube-proxy forwards: `nftables`, `iptables` or `ipvs`. */
  readonly kubeProxyMode: string;
  /** The control-plane hosts. */
  readonly quorum: { readonly members: number };
}
