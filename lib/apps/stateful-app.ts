import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import { checkWhole } from '../core/numbers';
import type { AppProps } from './app-props';
import { checkBudget, checkReplicas, checkServedPort, endingOf, probesOf } from './availability';
import type { Demand } from './demand';
import { podTemplate } from './pod-template';
import { amountsOf, memoryOf, memoryText, type Amounts } from './resources';
import { Workload } from './workload';

/** A volume of each pod. */
export interface AppVolume {
  /** Where it is mounted. */
  readonly path: string;

  /** Its size, such as `20Gi`. It cannot shrink. */
  readonly size: string;

  /**
   * Its StorageClass.
   *
   * @default - the cluster's default
   */
  readonly storageClassName?: string;
}

/** Properties of a `StatefulApp`. */
export interface StatefulAppProps extends Omit<AppProps, 'autoscale' | 'tolerationSeconds'> {
  /** Volumes of each pod, by name. */
  readonly volumes: Readonly<Record<string, AppVolume>>;

  /**
   * Pods of a lower number stay at the version before, so that a new one can be tried on the last ones.
   *
   * @default 0
   */
  readonly partition?: number;
}

/**
 * An app whose pods have names and volumes of their own, replaced one at a time from the last to the first.
 *
 * @throws ValidationError for volumes that cannot be, and for everything that `App` refuses
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export class StatefulApp extends Workload {
  public readonly ports: readonly number[];
  public readonly demands: readonly Demand[];
  /** The name of its Service; pods are found as `NAME-0.NAME`. */
  public readonly serviceName: string;
  /** Its StatefulSet. With `addJsonPatch` it takes what no prop reaches. */
  public readonly statefulSet: ApiObject;

  private readonly amounts: Amounts;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: StatefulAppProps,
  ) {
    super(scope, id, props);
    const { port = 8080, replicas = 2, partition = 0, maxUnavailable = 1 } = props;
    this.ports = [port];
    this.amounts = amountsOf(this, props.resources ?? {});
    this.demands = [{ amounts: this.amounts, least: replicas, most: replicas }];
    this.serviceName = this.appName;
    checkServedPort(this, port);
    checkReplicas(this, replicas);
    checkBudget(this, maxUnavailable);
    checkWhole(this, 'partition', partition, 0, replicas);
    this.object('Service', 'v1', 'Service', {
      spec: {
        clusterIP: 'None',
        // Pods find each other before they are ready: many stores form a cluster by that.
        publishNotReadyAddresses: true,
        selector: this.selector,
        ports: [{ name: 'main', port, targetPort: 'main', protocol: 'TCP' }],
      },
    });
    this.statefulSet = this.object('Resource', 'apps/v1', 'StatefulSet', {
      spec: this.spec(port, replicas, partition),
    });
    this.object('Budget', 'policy/v1', 'PodDisruptionBudget', {
      // Unlike a stateless app's: a store whose pods are ill may lose its majority with one more.
      spec: { maxUnavailable, selector: { matchLabels: this.selector } },
    });
  }

  private spec(port: number, replicas: number, partition: number): object {
    const { graceSeconds = 60, drainSeconds, mountsToken = false, volumes } = this.props;
    const names = Object.keys(volumes).sort();
    if (names.length === 0) throw new ValidationError(this, 'volumes must name at least one, got none; App has none');
    return {
      serviceName: this.appName,
      replicas,
      selector: { matchLabels: this.selector },
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
      // A volume outlives its pods, its app and a slip of the hand.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      template: podTemplate(this, this.props, {
        selector: this.selector,
        labels: this.labels,
        serviceAccountName: this.appName,
        mountsToken,
        containerName: this.appName,
        amounts: this.amounts,
        ports: [{ name: 'main', port }],
        probes: probesOf(this, this.props, port),
        ...endingOf(this, { graceSeconds, drainSeconds }, undefined),
        spread: {},
        claims: Object.fromEntries(names.map((name) => [name, volumes[name]?.path ?? ''])),
      }),
      volumeClaimTemplates: names.map((name) => this.claim(name, volumes[name])),
    };
  }

  private claim(name: string, volume: AppVolume | undefined): object {
    const { size = '', path = '', storageClassName } = volume ?? {};
    if (!/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/.test(name)) {
      throw new ValidationError(
        this,
        `volumes must have names of lower case letters, digits and dashes, got ${name}; rename it`,
      );
    }
    if (!path.startsWith('/')) {
      throw new ValidationError(
        this,
        `volumes ${name} must be mounted at a path that begins with a slash, got ${path}; write it as /data`,
      );
    }
    const storage = memoryText(memoryOf(this, `volumes ${name}`, size));
    return {
      metadata: { name },
      spec: {
        accessModes: ['ReadWriteOnce'],
        ...(storageClassName === undefined ? {} : { storageClassName }),
        resources: { requests: { storage } },
      },
    };
  }
}
