import { ApiObject, Chart } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { Connections, type Endpoint } from './connections';
import type { Demand } from './demand';
import { appName, selectorOf } from './names';

/** Properties of everything that runs pods. */
export interface WorkloadProps {
  /**
   * Its name, and that of its objects.
   *
   * @default - its id in dashes
   */
  readonly name?: string;

  /**
   * Labels of all its objects and pods; they are in no selector, so they may change.
   *
   * @default - the recommended ones
   * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Annotations of its ServiceAccount, such as the cloud role it may take.
   *
   * @default - none
   */
  readonly serviceAccountAnnotations?: Readonly<Record<string, string>>;

  /**
   * Whether pods get a token of the Kubernetes API. Only what calls that API needs one.
   *
   * @default false
   */
  readonly mountsToken?: boolean;
}

/** What runs pods: a name, labels, a ServiceAccount of its own, and connections that its NetworkPolicies are made from. */
export abstract class Workload extends Construct implements Endpoint {
  /** Ports that its pods serve. */
  public abstract readonly ports: readonly number[];
  /** What its pods ask for. */
  public abstract readonly demands: readonly Demand[];
  /** Its name. */
  public readonly appName: string;
  /** What its pods are selected by. Never changes with an option. */
  public readonly selector: Readonly<Record<string, string>>;
  /** Labels of its objects. */
  public readonly labels: Readonly<Record<string, string>>;
  /** What it may reach, and what may reach it. */
  public readonly connections: Connections;
  /** Its ServiceAccount, to which roles may be bound by name. */
  public readonly serviceAccount: ApiObject;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    const { labels = {}, mountsToken = false, serviceAccountAnnotations } = props;
    this.appName = appName(this, props.name);
    this.selector = selectorOf(this.appName);
    this.labels = { 'app.kubernetes.io/managed-by': 'cdk-container-platform', ...labels, ...this.selector };
    this.connections = new Connections(this, 'Connections', this);
    register(this);
    this.serviceAccount = this.object('ServiceAccount', 'v1', 'ServiceAccount', {
      ...(serviceAccountAnnotations ? { metadata: { annotations: serviceAccountAnnotations } } : {}),
      automountServiceAccountToken: mountsToken,
    });
  }

  /** Lets its pods reach another's port, and nothing else: both sides get the policy. */
  public connectsTo(other: Workload, port?: number): void {
    this.connections.to(other, port);
  }

  /** An object of this workload under its name. */
  protected object(id: string, apiVersion: string, kind: string, body: ObjectBody): ApiObject {
    const { metadata = {}, ...rest } = body;
    return new ApiObject(this, id, {
      apiVersion,
      kind,
      ...rest,
      metadata: { name: this.appName, ...metadata, labels: { ...this.labels, ...metadata.labels } },
    });
  }
}

/** An object without its kind and its name. */
export interface ObjectBody {
  /**
   * What is added to the workload's own name and labels.
   *
   * @default - nothing
   */
  readonly metadata?: {
    /**
     * A name of its own.
     *
     * @default - the workload's
     */
    readonly name?: string;
    /**
     * Further labels.
     *
     * @default - none
     */
    readonly labels?: Readonly<Record<string, string>>;
    /**
     * Annotations.
     *
     * @default - none
     */
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** Everything else, as Kubernetes takes it. */
  readonly [field: string]: unknown;
}

/** By root of the tree and namespace: to look for them anew for each tenant would take tenants times constructs. */
const known = new WeakMap<IConstruct, Map<string | undefined, Workload[]>>();

function register(workload: Workload): void {
  const { root } = workload.node;
  const { namespace } = Chart.of(workload);
  const all = known.get(root) ?? new Map<string | undefined, Workload[]>();
  const own = all.get(namespace) ?? [];
  own.push(workload);
  all.set(namespace, own);
  known.set(root, all);
}

/** The workloads of a tree whose pods are in a namespace. */
export function workloadsIn(root: IConstruct, namespace: string): readonly Workload[] {
  return known.get(root)?.get(namespace) ?? [];
}
