import { ApiObject, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { problemsOf, ValidationError } from '../core/errors';
import { sumOf } from './demand';
import { appName } from './names';
import { cpuOf, cpuText, memoryOf, memoryText, type Amounts } from './resources';
import { TENANT_ROLES } from './tenant-roles';
import { Workload } from './workload';
import type { TenantCapacity, TenantProps, TenantQuota } from './tenant-props';

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

/** A quota as numbers. */
export interface QuotaNumbers extends Amounts {
  /** Most pods. */
  readonly pods: number;
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
    this.quota = this.numbersOf(props.quota);
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
    const { overCommit = 1 } = capacity;
    if (overCommit < 1) {
      throw new ValidationError(at, `overCommit must be at least 1, got ${overCommit}; 1 promises what is there`);
    }
    const sum = (pick: (quota: QuotaNumbers) => number) =>
      tenants.reduce((all, { quota, namespaces }) => all + pick(quota) * namespaces.length, 0);
    const cpu = sum(({ cpuMillis }) => cpuMillis);
    const memory = sum(({ memoryBytes }) => memoryBytes);
    const most = {
      cpu: cpuOf(at, 'capacity.cpu', capacity.cpu) * overCommit,
      memory: memoryOf(at, 'capacity.memory', capacity.memory) * overCommit,
    };
    if (cpu > most.cpu) throw tooMuch(at, 'CPU', cpuText(cpu), capacity.cpu, overCommit);
    if (memory > most.memory) throw tooMuch(at, 'memory', memoryText(memory), capacity.memory, overCommit);
  }

  private build(parent: Construct, namespace: string): void {
    const labels = {
      'app.kubernetes.io/managed-by': 'cdk-container-platform',
      'cdk-container-platform/tenant': this.tenantName,
    };
    const object = (id: string, apiVersion: string, kind: string, name: string, body: object) =>
      new ApiObject(parent, id, { apiVersion, kind, metadata: { name, namespace, labels }, ...body });
    const { podSecurity = 'restricted', admits = [] } = this.props;
    const security = Object.fromEntries(
      ['enforce', 'audit', 'warn'].map((mode) => [
        `pod-security.kubernetes.io/${mode}`,
        mode === 'enforce' ? podSecurity : 'restricted',
      ]),
    );
    new ApiObject(parent, 'Namespace', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { ...labels, ...security } },
    });
    object('Quota', 'v1', 'ResourceQuota', 'tenant', { spec: { hard: this.hard() } });
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
    const apps = this.node.root.node
      .findAll()
      .filter((one): one is Workload => one instanceof Workload && Chart.of(one).namespace === namespace);
    for (const app of apps)
      this.checkDemand(app, `${app.appName} at its largest, with a rollout's further pods`, sumOf(app.demands, 'most'));
    const all = sumOf(
      apps.flatMap(({ demands }) => demands),
      'least',
    );
    this.checkDemand(this, `all apps of ${namespace} at their smallest`, all);
  }

  private checkDemand(at: Construct, who: string, asked: QuotaNumbers): void {
    const texts = {
      cpuMillis: ['quota.cpu', cpuText],
      cpuLimitMillis: ['quota.cpuLimit', cpuText],
      memoryBytes: ['quota.memory', memoryText],
      memoryLimitBytes: ['quota.memoryLimit', memoryText],
      pods: ['quota.pods', String],
    } as const;
    for (const key of Object.keys(texts) as (keyof typeof texts)[]) {
      const [property, text] = texts[key];
      if (asked[key] <= this.quota[key]) continue;
      throw new ValidationError(
        at,
        `${property} of tenant ${this.tenantName} must hold ${who}, got ${text(asked[key])} above ${text(this.quota[key])}; raise the quota or make it smaller`,
      );
    }
  }

  private hard(): Record<string, string> {
    const { cpuMillis, cpuLimitMillis, memoryBytes, memoryLimitBytes, pods } = this.quota;
    const { storage } = this.props.quota;
    return {
      'requests.cpu': cpuText(cpuMillis),
      'limits.cpu': cpuText(cpuLimitMillis),
      'requests.memory': memoryText(memoryBytes),
      'limits.memory': memoryText(memoryLimitBytes),
      pods: String(pods),
      // What opens a port on every host, or costs a balancer, is the platform's.
      'services.nodeports': '0',
      'services.loadbalancers': '0',
      ...(storage === undefined ? {} : { 'requests.storage': memoryText(memoryOf(this, 'quota.storage', storage)) }),
    };
  }

  private numbersOf({ cpu, memory, cpuLimit, memoryLimit = memory, pods = 100 }: TenantQuota): QuotaNumbers {
    const cpuMillis = cpuOf(this, 'quota.cpu', cpu);
    if (!Number.isInteger(pods) || pods < 1) {
      throw new ValidationError(this, `quota.pods must be a whole number of at least 1, got ${pods}; choose one`);
    }
    return {
      cpuMillis,
      cpuLimitMillis: cpuLimit === undefined ? cpuMillis * 4 : cpuOf(this, 'quota.cpuLimit', cpuLimit),
      memoryBytes: memoryOf(this, 'quota.memory', memory),
      memoryLimitBytes: memoryOf(this, 'quota.memoryLimit', memoryLimit),
      pods,
    };
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

function tooMuch(at: Construct, what: string, got: string, has: string, overCommit: number): ValidationError {
  const bound = overCommit === 1 ? has : `${has} times ${overCommit}`;
  return new ValidationError(
    at,
    `quotas of all tenants must fit the cluster's ${what}, got ${got} above ${bound}; lower them, add hosts, or say by overCommit how much is never asked for at once`,
  );
}
