import { ValidationError, type Located } from './errors';

/** Most pods on a node. */
export const MAX_PODS_PER_NODE = 110;
/** Fewest pods that a node must have room for: its system pods, and some for its user. */
export const MIN_PODS_PER_NODE = 16;
/** Most nodes of a cluster, control planes among them. */
export const MAX_NODES = 5000;
/** Most pods of a cluster. */
export const MAX_PODS = 150_000;
/** Most containers of a cluster. */
export const MAX_CONTAINERS = 300_000;
/** Most workers that may each run as many pods as a node can. */
export const MAX_FULL_NODES = Math.floor(MAX_PODS / MAX_PODS_PER_NODE);

/** A pool, as far as limits go. */
export interface PoolMaximum {
  /** The pool's name. */
  readonly name: string;
  /** Most machines. */
  readonly max: number;
}

/** What is held to the limits. */
export interface LimitsWish {
  /** Most workers. */
  readonly maxNodes: number;
  /**
   * Most pods on a node.
   *
   * @default 110, up to 1,363 workers
   */
  readonly maxPods?: number;
  /** The pools. */
  readonly pools: readonly PoolMaximum[];
  /** Control-plane hosts. */
  readonly controlPlanes: number;
  /**
   * Containers of an average pod, where they are known; the containers are refused above their limit only then.
   *
   * @default - an estimate of 2, one of the application and one beside it
   */
  readonly containersPerPod?: number;
}

/** The cluster at its largest. */
export interface ClusterExtent {
  /** Nodes, control planes among them. */
  readonly nodes: number;
  /** Pods on workers. */
  readonly pods: number;
  /** Containers, as far as can be told. */
  readonly containersEstimate: number;
}

/**
 * Holds a cluster at its largest to what Kubernetes is built for.
 *
 * `maxNodes` counts workers, as the size table does. Pods of control planes are not counted: their hosts are tainted,
 * and the dozen of system pods on each fits in what 1,363 full workers leave.
 *
 * @throws ValidationError for a limit that the cluster may cross
 * @see https://kubernetes.io/docs/setup/best-practices/cluster-large/
 */
export function checkLimits(at: Located, wish: LimitsWish): ClusterExtent {
  const { maxNodes, pools, controlPlanes, containersPerPod } = wish;
  checkMaxNodes(at, maxNodes);
  const nodes = maxNodes + controlPlanes;
  if (nodes > MAX_NODES) {
    throw new ValidationError(
      at,
      `maxNodes must leave room for ${controlPlanes} control planes among ${MAX_NODES} nodes, got ${maxNodes}; choose ${MAX_NODES - controlPlanes} or less`,
    );
  }
  const maxPods = podsPerNode(at, wish);
  checkPools(at, maxNodes, pools);
  const pods = maxNodes * maxPods;
  const containersEstimate = pods * (containersPerPod ?? 2);
  if (containersPerPod !== undefined && containersEstimate > MAX_CONTAINERS) {
    throw new ValidationError(
      at,
      `containersPerPod must keep the cluster at ${MAX_CONTAINERS} containers or fewer, got ${containersPerPod} in ${pods} pods; lower maxNodes or maxPods`,
    );
  }
  return { nodes, pods, containersEstimate };
}

/**
 * Holds the number of workers to what one cluster can be.
 *
 * @throws ValidationError for anything but a whole number from 1 to 5000
 */
export function checkMaxNodes(at: Located, maxNodes: number): void {
  if (Number.isInteger(maxNodes) && maxNodes >= 1 && maxNodes <= MAX_NODES) return;
  throw new ValidationError(
    at,
    `maxNodes must be a whole number from 1 to ${MAX_NODES}, got ${maxNodes}; give the most workers there may ever be, and spread more over several clusters`,
  );
}

function podsPerNode(at: Located, { maxNodes, maxPods }: LimitsWish): number {
  const fitting = Math.min(MAX_PODS_PER_NODE, Math.floor(MAX_PODS / maxNodes));
  if (maxPods === undefined) {
    if (fitting === MAX_PODS_PER_NODE) return MAX_PODS_PER_NODE;
    throw new ValidationError(
      at,
      `maxPods must be given above ${MAX_FULL_NODES} workers, where ${MAX_PODS_PER_NODE} pods on each pass ${MAX_PODS}, got none for ${maxNodes} workers; choose ${fitting} or less`,
    );
  }
  if (!Number.isInteger(maxPods) || maxPods < MIN_PODS_PER_NODE || maxPods > MAX_PODS_PER_NODE) {
    throw new ValidationError(
      at,
      `maxPods must be a whole number from ${MIN_PODS_PER_NODE} to ${MAX_PODS_PER_NODE}, got ${maxPods}; choose one, or leave it out for ${fitting}`,
    );
  }
  if (maxPods > fitting) {
    throw new ValidationError(
      at,
      `maxPods must keep the cluster at ${MAX_PODS} pods or fewer, got ${maxPods} on ${maxNodes} workers; choose ${fitting} or less`,
    );
  }
  return maxPods;
}

function checkPools(at: Located, maxNodes: number, pools: readonly PoolMaximum[]): void {
  const sum = pools.reduce((all, { max }) => all + max, 0);
  if (sum <= maxNodes) return;
  const words = pools.map(({ name, max }) => `${name} ${max}`).sort();
  throw new ValidationError(
    at,
    `maxNodes must hold all pools at their max, got ${maxNodes} for ${sum} workers (${words.join(', ')}); raise it, or lower the max of a pool`,
  );
}
