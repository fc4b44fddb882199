import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import type { AppProps, Autoscaling } from './app-props';
import { checkBudget, checkReplicas, checkServedPort, endingOf, probesOf, tolerationsOf } from './availability';
import type { Demand } from './demand';
import { podTemplate } from './pod-template';
import { amountsOf, type Amounts } from './resources';

/** What a version is besides its app's props. */
export interface VersionWish {
  /** The app's name, and the container's. */
  readonly appName: string;
  /** The name of its own objects, such as `web` or `web-blue`. */
  readonly versionName: string;
  /** What its pods are selected by. */
  readonly selector: Readonly<Record<string, string>>;
  /** Labels of its objects. */
  readonly labels: Readonly<Record<string, string>>;
  /** The router's delay in seconds; none where there is no router. */
  readonly routerDelaySeconds: number | undefined;
  /**
   * The strategy of Argo Rollouts, whose Rollout then takes the Deployment's place.
   *
   * @default - a Deployment
   */
  readonly rollout?: object;
}

/** One version of a stateless app: its Deployment, the Service in front of it, its budget and its autoscaler. */
export class Version extends Construct {
  /** The name of its objects. */
  public readonly versionName: string;
  /** Most pods that there may be. */
  public readonly most: number;
  /** What its pods ask for. */
  public readonly demand: Demand;
  /** Its Deployment, or its Rollout. With `addJsonPatch` it takes what no prop reaches. */
  public readonly deployment: ApiObject;
  /** Its Service. */
  public readonly service: ApiObject;
  /** Its PodDisruptionBudget. */
  public readonly budget: ApiObject;
  /** Its HorizontalPodAutoscaler, where the number of pods follows the load. */
  public readonly autoscaler: ApiObject | undefined;

  private readonly amounts: Amounts;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AppProps,
    private readonly wish: VersionWish,
  ) {
    super(scope, id);
    const { autoscale, replicas = 2, port = 8080 } = props;
    this.versionName = wish.versionName;
    this.amounts = amountsOf(this, props.resources ?? {});
    checkServedPort(this, port);
    if (!autoscale) checkReplicas(this, replicas);
    this.most = autoscale ? this.checkAutoscaling(autoscale) : replicas;
    // A quarter more stands beside the old ones while a rollout goes on.
    const surge = Math.ceil(this.most / 4);
    this.demand = {
      amounts: this.amounts,
      least: autoscale ? (autoscale.min ?? 2) : replicas,
      most: this.most + surge,
    };
    this.deployment = this.addDeployment(port, autoscale ? undefined : replicas);
    this.service = this.object('Service', 'v1', 'Service', {
      spec: {
        selector: wish.selector,
        ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' }],
      },
    });
    this.budget = this.addBudget();
    this.autoscaler = autoscale && this.addAutoscaler(autoscale);
  }

  private get kind(): { readonly apiVersion: string; readonly kind: string; readonly hashLabel: string } {
    return this.wish.rollout
      ? { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', hashLabel: 'rollouts-pod-template-hash' }
      : { apiVersion: 'apps/v1', kind: 'Deployment', hashLabel: 'pod-template-hash' };
  }

  private addDeployment(port: number, replicas: number | undefined): ApiObject {
    const { props, wish } = this;
    const { apiVersion, kind, hashLabel } = this.kind;
    return this.object(kind, apiVersion, kind, {
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        selector: { matchLabels: wish.selector },
        // No pod goes before one that replaces it serves.
        strategy: wish.rollout ?? { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
        revisionHistoryLimit: 5,
        progressDeadlineSeconds: 600,
        template: podTemplate(this, props, {
          selector: wish.selector,
          labels: wish.labels,
          serviceAccountName: wish.appName,
          mountsToken: props.mountsToken ?? false,
          containerName: wish.appName,
          amounts: this.amounts,
          ports: [{ name: 'http', port }],
          probes: probesOf(this, props, port),
          ...endingOf(this, props, wish.routerDelaySeconds),
          spread: { hashLabel },
          tolerations: tolerationsOf(this, props),
        }),
      },
    });
  }

  private addBudget(): ApiObject {
    const { maxUnavailable = 1 } = this.props;
    checkBudget(this, maxUnavailable);
    return this.object('Budget', 'policy/v1', 'PodDisruptionBudget', {
      spec: {
        maxUnavailable,
        selector: { matchLabels: this.wish.selector },
        // A pod that is not ready serves nobody: it must not keep a node from being drained.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
  }

  private addAutoscaler({ min = 2, max, cpuPercent = 70, memoryPercent }: Autoscaling): ApiObject {
    const { apiVersion, kind } = this.kind;
    const metric = (name: string, averageUtilization: number) => ({
      type: 'Resource',
      resource: { name, target: { type: 'Utilization', averageUtilization } },
    });
    return this.object('Autoscaler', 'autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: {
        scaleTargetRef: { apiVersion, kind, name: this.versionName },
        minReplicas: min,
        maxReplicas: max,
        metrics: [metric('cpu', cpuPercent), ...(memoryPercent === undefined ? [] : [metric('memory', memoryPercent)])],
        behavior: {
          // Up at once, twice as many at most; down slowly, since load that fell comes back.
          scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 30 }] },
          scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Percent', value: 20, periodSeconds: 60 }] },
        },
      },
    });
  }

  private checkAutoscaling({ min = 2, max, cpuPercent = 70, memoryPercent = 70 }: Autoscaling): number {
    if (this.props.replicas !== undefined) {
      throw new ValidationError(
        this,
        `replicas must not be given with autoscale, got ${this.props.replicas}; give autoscale.min in its place`,
      );
    }
    if (!Number.isInteger(min) || min < 2) {
      throw new ValidationError(this, `autoscale.min must be a whole number of at least 2, got ${min}; give 2 or more`);
    }
    if (!Number.isInteger(max) || max < min) {
      throw new ValidationError(this, `autoscale.max must be a whole number of at least ${min}, got ${max}; raise it`);
    }
    for (const [name, value] of Object.entries({ cpuPercent, memoryPercent })) {
      if (!Number.isInteger(value) || value < 1 || value > 100) {
        throw new ValidationError(this, `autoscale.${name} must be from 1 to 100, got ${value}; choose one`);
      }
    }
    return max;
  }

  private object(id: string, apiVersion: string, kind: string, body: object): ApiObject {
    const { versionName: name, wish } = this;
    return new ApiObject(this, id, { apiVersion, kind, metadata: { name, labels: wish.labels }, ...body });
  }
}
