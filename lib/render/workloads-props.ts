import type { Duration } from 'cdk8s';
import type { ITerraformDependable } from 'cdktf';
import type { ICluster } from '../core/cluster';
import type { PodSecurityLevel } from '../core/pod-security';

/** Properties of `Workloads`. */
export interface WorkloadsProps {
  /** The cluster that the objects go to. */
  readonly cluster: ICluster;

  /** The namespace of the release, and of objects that name none. */
  readonly namespace: string;

  /**
   * The name of the release.
   *
   * @default - the construct's id in lower case
   */
  readonly name?: string;

  /**
   * Whether the namespace is made, with labels for Pod Security; it is destroyed with what is in it.
   *
   * @default true, but for `default` and those of Kubernetes itself
   */
  readonly createNamespace?: boolean;

  /**
   * The Pod Security level that pods of the namespace, and of Namespaces among the objects, are held to.
   *
   * @default baseline
   * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
   */
  readonly podSecurity?: PodSecurityLevel;

  /**
   * Whether a failed install is removed and a failed upgrade rolled back.
   *
   * @default true
   */
  readonly atomic?: boolean;

  /**
   * Whether Terraform waits until pods, jobs and the rest are ready.
   *
   * @default true
   */
  readonly wait?: boolean;

  /**
   * How long that may take.
   *
   * @default Duration.minutes(10)
   */
  readonly timeout?: Duration;

  /**
   * How many revisions Helm keeps for a rollback.
   *
   * @default 10
   */
  readonly maxHistory?: number;

  /**
   * What must be there before, such as the `ready` of a network or of other `Workloads`.
   *
   * @default - nothing
   */
  readonly dependsOn?: readonly ITerraformDependable[];
}
