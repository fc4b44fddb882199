import type { HaCluster } from './ha-cluster';

/** A taint of a node. */
export interface Taint {
  /** Its key, such as `dedicated`. */
  readonly key: string;

  /**
   * Its value.
   *
   * @default - empty
   */
  readonly value?: string;

  /** What it does to pods that do not tolerate it. */
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** Properties of a `MultiAzNodePool`. */
export interface MultiAzNodePoolProps {
  /** The cluster that the workers join. */
  readonly cluster: HaCluster;

  /** A size such as `8c32g`, or a flavor of the cloud. */
  readonly machine: string;

  /** Fewest workers; 0 or more. */
  readonly min: number;

  /** Most workers; the autoscaler's limit, held to the cluster's `maxNodes` together with the other pools'. */
  readonly max: number;

  /**
   * Workers at creation; later the autoscaler decides.
   *
   * @default - `min`
   */
  readonly initial?: number;

  /**
   * The pool's name, in labels and names: lower case letters, digits and dashes, at most 20 characters.
   *
   * @default - the construct's id in lower case
   */
  readonly poolName?: string;

  /**
   * The zones it spreads over, by short name.
   *
   * @default - the cloud's zones
   */
  readonly zones?: readonly string[];

  /**
   * Labels of its nodes; a label below `kubernetes.io` or `k8s.io` is refused, since a kubelet may not set it.
   *
   * @default - none besides `hacluster.io/pool`
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Taints of its nodes.
   *
   * @default - none
   */
  readonly taints?: readonly Taint[];

  /**
   * Share of spot machines in percent; 0 to 100.
   *
   * @default 0
   */
  readonly spotPercent?: number;

  /**
   * Further flavors that spot machines may be, of the same CPUs and memory or more.
   *
   * @default - none
   */
  readonly spotFlavors?: readonly string[];

  /**
   * The root disk in GiB; 20 to 16,384.
   *
   * @default 100
   */
  readonly diskGib?: number;

  /**
   * cloud-config documents merged into the nodes' user-data.
   *
   * They run as root before the node joins: they can break the join, and whatever they hold is readable on the node.
   *
   * @default - none
   */
  readonly nodeSnippets?: readonly string[];

  /**
   * Tags of its machines.
   *
   * @default - none besides the cluster's
   */
  readonly tags?: Readonly<Record<string, string>>;
}
