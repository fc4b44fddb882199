/** A rule of a Role. */
export interface PolicyRule {
  /** Groups of the API; the core group is empty. */
  readonly apiGroups: readonly string[];
  /** Kinds, in plural. */
  readonly resources: readonly string[];
  /** What may be done. */
  readonly verbs: readonly string[];
}

const READ = ['get', 'list', 'watch'] as const;
const CHANGE = [...READ, 'create', 'update', 'patch', 'delete'] as const;

/** What workloads are made of. */
const WORKLOADS: readonly Omit<PolicyRule, 'verbs'>[] = [
  { apiGroups: [''], resources: ['configmaps', 'persistentvolumeclaims', 'pods', 'services'] },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'deployments', 'deployments/scale', 'replicasets', 'statefulsets', 'statefulsets/scale'],
  },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'] },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'] },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['grpcroutes', 'httproutes'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'] },
];

/** What bounds a tenant, and what is told of it: to be seen, and to be changed by nobody in it. */
const SEEN: readonly Omit<PolicyRule, 'verbs'>[] = [
  {
    apiGroups: [''],
    resources: ['endpoints', 'events', 'limitranges', 'pods/log', 'pods/status', 'resourcequotas', 'serviceaccounts'],
  },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'] },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'] },
];

const reading = [...WORKLOADS, ...SEEN].map((rule) => ({ ...rule, verbs: READ }));
const changing = WORKLOADS.map((rule) => ({ ...rule, verbs: CHANGE }));

/**
 * What each kind of person may do in a tenant's namespaces. Nobody may change quota, limits, NetworkPolicies or rights.
 *
 * A shell in a pod is as good as the pod's Secrets: only admins get one.
 */
export const TENANT_ROLES: Readonly<Record<'admins' | 'developers' | 'viewers', readonly PolicyRule[]>> = {
  admins: [
    ...changing,
    ...SEEN.map((rule) => ({ ...rule, verbs: READ })),
    { apiGroups: [''], resources: ['secrets', 'serviceaccounts'], verbs: CHANGE },
    { apiGroups: [''], resources: ['pods/attach', 'pods/exec', 'pods/portforward'], verbs: ['create', 'get'] },
    { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  ],
  developers: [
    ...changing,
    ...SEEN.map((rule) => ({ ...rule, verbs: READ })),
    { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create', 'get'] },
  ],
  viewers: reading,
};
