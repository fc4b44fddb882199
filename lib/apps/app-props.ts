import type { ConfigCenter } from './config-center';
import type { Environment } from './environment';
import type { Probe } from './probe';
import type { ContainerResources } from './resources';
import type { WorkloadProps } from './workload';

/** The container of an app. */
export interface ContainerProps {
  /** Its image, with a tag that names a version, or a digest. */
  readonly image: string;

  /**
   * What it runs.
   *
   * @default - the image's entry point
   */
  readonly command?: readonly string[];

  /**
   * Arguments.
   *
   * @default - the image's
   */
  readonly args?: readonly string[];

  /**
   * Its environment: text, or an `EnvValue` that says where the value is.
   *
   * @default - none
   */
  readonly env?: Environment;

  /**
   * Configuration that it shares with others.
   *
   * @default - none
   */
  readonly config?: readonly ConfigCenter[];

  /**
   * What it asks for, and may use at most.
   *
   * @default - 100m of CPU and 128Mi of memory
   */
  readonly resources?: ContainerResources;

  /**
   * Folders that it may write to; the rest of its file system is read-only.
   *
   * @default ['/tmp']
   */
  readonly writable?: readonly string[];

  /**
   * The user it runs as; 1 to 2147483647.
   *
   * @default 65532
   */
  readonly user?: number;

  /**
   * How urgent it is, by the name of a PriorityClass.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * Names of Secrets for its registry.
   *
   * @default - what nodes have
   */
  readonly imagePullSecretNames?: readonly string[];
}

/** How many pods there are. */
export interface Autoscaling {
  /**
   * Fewest pods; at least 2.
   *
   * @default 2
   */
  readonly min?: number;

  /** Most pods. */
  readonly max: number;

  /**
   * Share of the CPU asked for, in percent, that pods are kept at.
   *
   * @default 70
   */
  readonly cpuPercent?: number;

  /**
   * Share of the memory asked for, in percent, that pods are kept at.
   *
   * @default - memory does not count
   */
  readonly memoryPercent?: number;
}

/** Properties of an `App`. */
export interface AppProps extends WorkloadProps, ContainerProps {
  /**
   * The port it serves HTTP on.
   *
   * @default 8080
   */
  readonly port?: number;

  /**
   * How many pods; at least 2.
   *
   * @default 2
   */
  readonly replicas?: number;

  /**
   * Lets the number of pods follow the load; `replicas` is then not given.
   *
   * @default - `replicas` pods
   */
  readonly autoscale?: Autoscaling;

  /**
   * Whether a pod may get requests.
   *
   * @default Probe.http('/healthz')
   */
  readonly readiness?: Probe;

  /**
   * Whether a container must be started anew; nothing that depends on others belongs there.
   *
   * @default - `readiness`, six times as patient
   */
  readonly liveness?: Probe;

  /**
   * Seconds that it may take to start, before it counts as not alive; 2 to 3600.
   *
   * @default 120
   */
  readonly startSeconds?: number;

  /**
   * Seconds for requests in flight after the pod was told to end.
   *
   * @default 30
   */
  readonly graceSeconds?: number;

  /**
   * Seconds between a pod's end being known and its first signal: until then every router still sends requests to it.
   *
   * @default - the router's own delay, or 5
   */
  readonly drainSeconds?: number;

  /**
   * Seconds that a pod waits for a host that is lost or not ready, before another is started elsewhere; 0 to 3600.
   *
   * Kubernetes' own 300 would leave an app that lost a zone without a third of its pods for five minutes.
   *
   * @default 60
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
   */
  readonly tolerationSeconds?: number;

  /**
   * Pods that may be away at once by somebody's wish: a number, or a share such as `25%`.
   *
   * @default 1
   */
  readonly maxUnavailable?: number | string;
}
