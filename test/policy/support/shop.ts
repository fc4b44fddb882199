/** Any object, to be changed by tests. */
export type Thing = Record<string, any>;

const labels = { 'app.kubernetes.io/name': 'web' };
const namespaced = (name: string, more: Thing = {}) => ({ name, namespace: 'shop', ...more });

/** A container that keeps every rule. */
export const container = (name = 'web'): Thing => ({
  name,
  image: 'registry.example:5000/web:1.4.2',
  ports: [{ name: 'http', containerPort: 8080 }],
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '128Mi' } },
  readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
  livenessProbe: { httpGet: { path: '/alive', port: 'http' } },
  lifecycle: { preStop: { sleep: { seconds: 5 } } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
});

/** A pod that keeps every rule. */
export const podSpec = (): Thing => ({
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container()],
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labels },
    },
  ],
});

/** Objects that keep every rule, by a short name. */
export const shop = (): Record<string, Thing> => ({
  namespace: {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
  quota: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: namespaced('quota'), spec: { hard: { pods: '100' } } },
  limits: {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: namespaced('limits'),
    spec: { limits: [{ type: 'Pod', max: { cpu: '8' } }] },
  },
  deny: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: namespaced('deny'),
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  },
  web: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: namespaced('web', { labels }),
    spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec() } },
  },
  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: namespaced('web', { labels }),
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  },
  budget: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: namespaced('web'),
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  },
  ingress: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: namespaced('web'),
    spec: {
      rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { name: 'http' } } } }] } }],
    },
  },
  route: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: namespaced('web'),
    spec: { rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  },
  role: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: namespaced('web'),
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
  },
  binding: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: namespaced('web'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
    subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
  },
  settings: { apiVersion: 'v1', kind: 'ConfigMap', metadata: namespaced('settings'), data: { LOG_LEVEL: 'info' } },
});

/** An object of the namespace. */
export const object = (apiVersion: string, kind: string, name: string, more: Thing = {}): Thing => ({
  apiVersion,
  kind,
  metadata: namespaced(name, { labels: { 'app.kubernetes.io/name': name } }),
  ...more,
});

/** Puts a value to a place, as `a/b/0/c`; undefined takes away what is there. */
export function put(thing: Thing, place: string, value: unknown): void {
  const keys = place.split('/').map((key) => key.replaceAll('~1', '/'));
  const last = keys.pop()!;
  const at = keys.reduce<Thing>((inner, key) => (inner[key] ??= {}) as Thing, thing);
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
}
