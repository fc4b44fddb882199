import type { BootstrapProps, NodeFile } from './bootstrap-props';
import { toYaml } from './yaml';

const resources = (group: string, ...names: string[]) => (names.length > 0 ? { group, resources: names } : { group });
const CHANGES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

const AUDIT = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi/*'] },
    {
      level: 'None',
      users: ['system:kube-proxy'],
      verbs: ['watch'],
      resources: [resources('', 'endpoints', 'services'), resources('discovery.k8s.io', 'endpointslices')],
    },
    {
      level: 'None',
      userGroups: ['system:nodes'],
      verbs: ['get'],
      resources: [resources('', 'nodes', 'nodes/status')],
    },
    {
      level: 'None',
      users: ['system:kube-controller-manager', 'system:kube-scheduler', 'system:apiserver'],
      verbs: ['get', 'update'],
      resources: [resources('coordination.k8s.io', 'leases')],
    },
    { level: 'None', resources: [resources('', 'events'), resources('events.k8s.io', 'events')] },
    // Their bodies are secret, or may be.
    {
      level: 'Metadata',
      resources: [
        resources('', 'secrets', 'configmaps', 'serviceaccounts/token'),
        resources('authentication.k8s.io', 'tokenreviews'),
      ],
    },
    // Who entered a container.
    {
      level: 'Request',
      verbs: ['create', 'get'],
      resources: [resources('', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers')],
    },
    {
      level: 'RequestResponse',
      verbs: CHANGES,
      resources: ['rbac.authorization.k8s.io', 'certificates.k8s.io', 'admissionregistration.k8s.io'].map((group) =>
        resources(group),
      ),
    },
    { level: 'Metadata', verbs: ['get', 'list', 'watch'] },
    { level: 'Request', verbs: CHANGES },
    { level: 'Metadata' },
  ],
};

/** Namespaces whose pods are the cluster itself. */
const EXEMPT = ['kube-system', 'tigera-operator', 'calico-system', 'calico-apiserver'];

/** What the API server decides by: audit, Pod Security, anonymous requests. */
export function policyFiles({ auditPolicy, podSecurity = 'baseline', release }: BootstrapProps): NodeFile[] {
  const level = { 'enforce-version': 'latest', 'audit-version': 'latest', 'warn-version': 'latest' };
  const admission = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: [
      {
        name: 'PodSecurity',
        configuration: {
          apiVersion: 'pod-security.admission.config.k8s.io/v1',
          kind: 'PodSecurityConfiguration',
          defaults: { enforce: podSecurity, audit: 'restricted', warn: 'restricted', ...level },
          exemptions: { usernames: [], runtimeClasses: [], namespaces: EXEMPT },
        },
      },
    ],
  };
  const file = (path: string, content: string): NodeFile => ({
    path: `/etc/kubernetes/${path}`,
    mode: '0600',
    content,
  });
  const files = [
    file('audit/policy.yaml', auditPolicy ?? toYaml(AUDIT)),
    file('admission/admission.yaml', toYaml(admission)),
  ];
  if (release.authenticationApi)
    files.push(file('auth/authentication.yaml', authentication(release.authenticationApi)));
  return files;
}

/** Anonymous requests for health alone: balancers and probes have no certificate. */
function authentication(version: string): string {
  return toYaml({
    apiVersion: `apiserver.config.k8s.io/${version}`,
    kind: 'AuthenticationConfiguration',
    anonymous: { enabled: true, conditions: ['/livez', '/readyz', '/healthz'].map((path) => ({ path })) },
  });
}
