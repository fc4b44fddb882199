import type { PodSecurityLevel } from '../core/pod-security';
import type { Neighbour } from './connections';

/** What a tenant's pods may ask for together. */
export interface TenantQuota {
  /** CPU, such as `20`. */
  readonly cpu: string;
  /** Memory, such as `64Gi`. */
  readonly memory: string;

  /**
   * CPU that limits may sum up to.
   *
   * @default - four times `cpu`
   */
  readonly cpuLimit?: string;

  /**
   * Memory that limits may sum up to.
   *
   * @default - `memory`
   */
  readonly memoryLimit?: string;

  /**
   * Most pods.
   *
   * @default 100
   */
  readonly pods?: number;

  /**
   * Storage that claims may ask for together, such as `500Gi`.
   *
   * @default - no limit
   */
  readonly storage?: string;
}

/** What the pools of a cluster have for pods. */
export interface TenantCapacity {
  /** CPU, such as `240`. */
  readonly cpu: string;
  /** Memory, such as `960Gi`. */
  readonly memory: string;

  /**
   * How many times of it quotas may promise together.
   *
   * @default 1
   */
  readonly overCommit?: number;
}

/** Groups, as the cluster's authentication names them. */
export interface TenantGroups {
  /**
   * May do everything in the tenant's namespaces, but change what bounds it.
   *
   * @default - nobody
   */
  readonly admins?: readonly string[];

  /**
   * May change workloads, and read everything but Secrets.
   *
   * @default - nobody
   */
  readonly developers?: readonly string[];

  /**
   * May read everything but Secrets.
   *
   * @default - nobody
   */
  readonly viewers?: readonly string[];
}

/** Properties of a `Tenant`. */
export interface TenantProps {
  /**
   * Its name.
   *
   * @default - its id in dashes
   */
  readonly name?: string;

  /**
   * Its namespaces; each gets the quota.
   *
   * @default - one of the tenant's name
   */
  readonly namespaces?: readonly string[];

  /** What pods of each namespace may ask for together. */
  readonly quota: TenantQuota;

  /** Who may do what. */
  readonly groups: TenantGroups;

  /**
   * The level of Pod Security that is enforced.
   *
   * @default restricted
   */
  readonly podSecurity?: Exclude<PodSecurityLevel, 'privileged'>;

  /**
   * Pods of others that may reach the tenant's, besides what apps declare.
   *
   * @default - nobody
   */
  readonly admits?: readonly Neighbour[];

  /**
   * Whether it gets a project of its own in the platform's registry.
   *
   * @default false
   */
  readonly registryProject?: boolean;

  /**
   * Whether the platform's monitoring looks at its namespaces.
   *
   * @default true
   */
  readonly monitored?: boolean;
}
