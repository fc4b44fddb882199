import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { problemsOf, ValidationError } from '../core/errors';
import { podSecurityLabels } from '../core/pod-security';
import { sumOf } from './demand';
import { appName } from './names';
import { TENANT_ROLES } from './tenant-roles';
import type { TenantCapacity, TenantProps } from './tenant-props';
import { checkCapacity, checkDemand, quotaOf, renderQuota, type QuotaNumbers } from './tenant-quota';
import { workloadsIn } from './workload';

/** What a tenant needs of the platform. */
export interface TenantNeeds {
  /** The tenant's name. */
  readonly tenant: string;
  /** Its namespaces. */
  readonly namespaces: readonly string[];
  /** Whether it gets a project in the registry. */
  readonly registryProject: boolean;
  /** Whether monitoring looks at it. */
  readonly monitored: boolean;
}

/**
 * A team's part of a cluster: namespaces with a quota, limits, rights, Pod Security, and a network that is closed.
 *
 * @throws ValidationError for a quota or names that cannot be
 * @see https://kubernetes.io/docs/concepts/security/multi-tenancy/
 */
export class Tenant extends Construct {
  /** Its name. */
  public readonly tenantName: string;
  /** Its namespaces. */
  public readonly namespaces: readonly string[];
  /** What the platform is to give it. */
  public readonly needs: TenantNeeds;
  /** What its pods may ask for together, in each namespace. */
  public readonly quota: QuotaNumbers;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TenantProps,
  ) {
    super(scope, id);
    this.tenantName = appName(this, props.name);
    const { namespaces = [this.tenantName], registryProject = false, monitored = true } = props;
    this.namespaces = [...namespaces].sort();
    this.quota = quotaOf(this, props.quota);
    this.needs = { tenant: this.tenantName, namespaces: this.namespaces, registryProject, monitored };
    this.checkNamespaces();
    for (const namespace of this.namespaces) this.build(new Construct(this, namespace), namespace);
    this.node.addValidation({
      validate: () =>
        problemsOf(() => {
          for (const namespace of this.namespaces) this.checkApps(namespace);
        }),
    });
  }

  /**
   * Holds the quotas of several tenants together to what a cluster has.
   *
   * @throws ValidationError when they promise more
   */
  public static checkTogether(at: Construct, tenants: readonly Tenant[], capacity: TenantCapacity): void {
    checkCapacity(
      at,
      tenants.map(({ quota, namespaces }) => ({ quota, namespaces: namespaces.length })),
      capacity,
    );
  }

  private build(parent: Construct, namespace: string): void {
    const labels = {
      'app.kubernetes.io/managed-by': 'cdk-container-platform',
      'cdk-container-platform/tenant': this.tenantName,
    };
    const object = (id: string, apiVersion: string, kind: string, name: string, body: object) =>
      new ApiObject(parent, id, { apiVersion, kind, metadata: { name, namespace, labels }, ...body });
    const { podSecurity = 'restricted', admits = [] } = this.props;
    new ApiObject(parent, 'Namespace', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { ...labels, ...podSecurityLabels(podSecurity) } },
    });
    object('Quota', 'v1', 'ResourceQuota', 'tenant', {
      spec: { hard: renderQuota(this, this.props.quota, this.quota) },
    });
    object('Limits', 'v1', 'LimitRange', 'tenant', {
      spec: {
        limits: [
          {
            type: 'Container',
            defaultRequest: { cpu: '100m', memory: '128Mi' },
            default: { cpu: '400m', memory: '128Mi' },
          },
        ],
      },
    });
    object('Closed', 'networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    if (admits.length > 0) {
      object('Admitted', 'networking.k8s.io/v1', 'NetworkPolicy', 'admitted', {
        spec: {
          podSelector: {},
          policyTypes: ['Ingress'],
          ingress: [
            {
              from: admits.map(({ namespace: theirs, labels: pods }) => ({
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': theirs } },
                ...(pods ? { podSelector: { matchLabels: pods } } : {}),
              })),
            },
          ],
        },
      });
    }
    this.rights(object);
  }

  private rights(
    object: (id: string, apiVersion: string, kind: string, name: string, body: object) => ApiObject,
  ): void {
    for (const kind of ['admins', 'developers', 'viewers'] as const) {
      const { [kind]: groups = [] } = this.props.groups;
      if (groups.length === 0) continue;
      const stranger = groups.find((group) => group.startsWith('system:'));
      if (stranger !== undefined) {
        throw new ValidationError(
          this,
          `groups.${kind} must not begin with system:, got ${stranger}; name a group of people`,
        );
      }
      const id = kind.charAt(0).toUpperCase() + kind.slice(1);
      const name = `tenant-${kind}`;
      object(`${id}Role`, 'rbac.authorization.k8s.io/v1', 'Role', name, { rules: TENANT_ROLES[kind] });
      object(id, 'rbac.authorization.k8s.io/v1', 'RoleBinding', name, {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [...groups]
          .sort()
          .map((group) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group })),
      });
    }
  }

  /** No app may be larger than the quota, both versions at their most; all must fit it at their fewest. */
  private checkApps(namespace: string): void {
    const apps = workloadsIn(this.node.root, namespace);
    for (const app of apps)
      checkDemand(
        app,
        this,
        `${app.appName} at its largest, with a rollout's further pods`,
        sumOf(app.demands, 'most'),
      );
    const all = sumOf(
      apps.flatMap(({ demands }) => demands),
      'least',
    );
    checkDemand(this, this, `all apps of ${namespace} at their smallest`, all);
  }

  private checkNamespaces(): void {
    if (this.namespaces.length === 0) {
      throw new ValidationError(this, 'namespaces must name at least one, got none; leave it out for one of the name');
    }
    for (const [index, namespace] of this.namespaces.entries()) {
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace) || /^(kube-|default$)/.test(namespace)) {
        throw new ValidationError(
          this,
          `namespaces must be DNS labels that are not Kubernetes' own, got ${namespace}; write it as ${this.tenantName}-stage`,
        );
      }
      if (this.namespaces.indexOf(namespace) !== index) {
        throw new ValidationError(this, `namespaces must differ, got ${namespace} twice; remove one`);
      }
    }
  }
}
