import type { IConstruct } from 'constructs';

/** A Kubernetes cluster that in-cluster constructs can be put on. */
export interface ICluster extends IConstruct {
  /** The cluster's name; unique in its account and region. */
  readonly clusterName: string;
}
