import { ValidationError, type Located } from '../core/errors';
import { cpuOf, cpuText, memoryOf, memoryText, type Amounts } from './resources';
import type { TenantCapacity, TenantQuota } from './tenant-props';

/** A quota as numbers. */
export interface QuotaNumbers extends Amounts {
  /** Most pods. */
  readonly pods: number;
}

/**
 * A quota as numbers.
 *
 * @throws ValidationError for amounts that are none
 */
export function quotaOf(
  at: Located,
  { cpu, memory, cpuLimit, memoryLimit = memory, pods = 100 }: TenantQuota,
): QuotaNumbers {
  const cpuMillis = cpuOf(at, 'quota.cpu', cpu);
  if (!Number.isInteger(pods) || pods < 1) {
    throw new ValidationError(at, `quota.pods must be a whole number of at least 1, got ${pods}; choose one`);
  }
  return {
    cpuMillis,
    cpuLimitMillis: cpuLimit === undefined ? cpuMillis * 4 : cpuOf(at, 'quota.cpuLimit', cpuLimit),
    memoryBytes: memoryOf(at, 'quota.memory', memory),
    memoryLimitBytes: memoryOf(at, 'quota.memoryLimit', memoryLimit),
    pods,
  };
}

/** In the words of a ResourceQuota. */
export function renderQuota(at: Located, { storage }: TenantQuota, quota: QuotaNumbers): Record<string, string> {
  const { cpuMillis, cpuLimitMillis, memoryBytes, memoryLimitBytes, pods } = quota;
  return {
    'requests.cpu': cpuText(cpuMillis),
    'limits.cpu': cpuText(cpuLimitMillis),
    'requests.memory': memoryText(memoryBytes),
    'limits.memory': memoryText(memoryLimitBytes),
    pods: String(pods),
    // What opens a port on every host, or costs a balancer, is the platform's.
    'services.nodeports': '0',
    'services.loadbalancers': '0',
    ...(storage === undefined ? {} : { 'requests.storage': memoryText(memoryOf(at, 'quota.storage', storage)) }),
  };
}

const WORDS = {
  cpuMillis: ['quota.cpu', cpuText],
  cpuLimitMillis: ['quota.cpuLimit', cpuText],
  memoryBytes: ['quota.memory', memoryText],
  memoryLimitBytes: ['quota.memoryLimit', memoryText],
  pods: ['quota.pods', String],
} as const;

/**
 * Holds what somebody asks for to a tenant's quota.
 *
 * @throws ValidationError for more
 */
export function checkDemand(
  at: Located,
  { tenantName, quota }: { readonly tenantName: string; readonly quota: QuotaNumbers },
  who: string,
  asked: QuotaNumbers,
): void {
  for (const key of Object.keys(WORDS) as (keyof typeof WORDS)[]) {
    const [property, text] = WORDS[key];
    if (asked[key] <= quota[key]) continue;
    throw new ValidationError(
      at,
      `${property} of tenant ${tenantName} must hold ${who}, got ${text(asked[key])} above ${text(quota[key])}; raise the quota or make it smaller`,
    );
  }
}

/**
 * Holds quotas together to what a cluster has.
 *
 * @throws ValidationError when they promise more
 */
export function checkCapacity(
  at: Located,
  quotas: readonly { readonly quota: QuotaNumbers; readonly namespaces: number }[],
  { cpu, memory, overCommit = 1 }: TenantCapacity,
): void {
  if (overCommit < 1) {
    throw new ValidationError(at, `overCommit must be at least 1, got ${overCommit}; 1 promises what is there`);
  }
  const sum = (key: 'cpuMillis' | 'memoryBytes') =>
    quotas.reduce((all, { quota, namespaces }) => all + quota[key] * namespaces, 0);
  const refuse = (what: string, got: string, has: string) => {
    const bound = overCommit === 1 ? has : `${has} times ${overCommit}`;
    return new ValidationError(
      at,
      `quotas of all tenants must fit the cluster's ${what}, got ${got} above ${bound}; lower them, add hosts, or say by overCommit how much is never asked for at once`,
    );
  };
  const [cpus, bytes] = [sum('cpuMillis'), sum('memoryBytes')];
  if (cpus > cpuOf(at, 'capacity.cpu', cpu) * overCommit) throw refuse('CPU', cpuText(cpus), cpu);
  if (bytes > memoryOf(at, 'capacity.memory', memory) * overCommit) throw refuse('memory', memoryText(bytes), memory);
}
