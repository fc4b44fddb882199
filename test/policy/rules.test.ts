import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkObjects, RULES, type Finding } from '../../lib/policy/check-objects';
import { titleOf } from '../../lib/policy/kube-object';
import { page } from '../../scripts/policy-page';
import { container, object, podSpec, put, shop, type Thing } from './support/shop';

type Shop = ReturnType<typeof shop>;
interface Case {
  readonly rule: string;
  /** What is done to the shop. */
  readonly change: (shop: Shop) => void;
  /** `object pointer: message`, in order; none where the rule is kept. */
  readonly says: readonly string[];
  readonly kubernetesVersion?: string;
}

const said = ({ object: one, pointer, message }: Finding) => `${titleOf(one)} ${pointer || '/'}: ${message}`;
const WEB = 'spec/template/spec/containers/0';
const web = (place: string, value: unknown) => (all: Shop) => {
  put(all.web!, place, value);
};
const of = (name: string, place: string, value: unknown) => (all: Shop) => {
  put(all[name]!, place, value);
};
const add =
  (...things: Thing[]) =>
  (all: Shop) => {
    things.forEach((thing, index) => (all[`added${index}`] = thing));
  };
const both =
  (...changes: readonly ((all: Shop) => void)[]) =>
  (all: Shop) => {
    changes.forEach((change) => {
      change(all);
    });
  };
const scaler = (minReplicas?: number, name = 'web') =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas, maxReplicas: 9 },
  });
const job = (spec: Thing) =>
  object('batch/v1', 'CronJob', 'tidy', { spec: { jobTemplate: { spec: { template: { spec } } } } });
const aside = (place: string) => `Deployment shop/web /spec/template/spec/${place}`;
const at = (place: string) => aside(`containers/0/${place}`);

const CASES: readonly Case[] = [
  // object-identity
  {
    rule: 'object-identity',
    change: add({ metadata: {} }, { apiVersion: 'v1', kind: 'ConfigMap' }),
    says: ['object ? /: has no apiVersion, no kind, no metadata.name', 'ConfigMap ? /: has no metadata.name'],
  },
  {
    rule: 'object-identity',
    change: add(object('v1', 'ConfigMap', 'x', { metadata: { generateName: 'x-' } })),
    says: [],
  },
  // duplicate-object
  {
    rule: 'duplicate-object',
    change: (all) => {
      all.copy = { ...all.web!, apiVersion: 'apps/v1beta2' };
    },
    says: [
      'Deployment shop/web /metadata/name: Deployment shop/web is given 2 times',
      'Deployment shop/web /metadata/name: Deployment shop/web is given 2 times',
    ],
  },
  // API versions
  {
    rule: 'api-removed',
    change: of('budget', 'apiVersion', 'policy/v1beta1'),
    says: [
      'PodDisruptionBudget shop/web /apiVersion: policy/v1beta1 PodDisruptionBudget is gone since Kubernetes 1.25; use policy/v1',
    ],
  },
  { rule: 'api-removed', change: of('budget', 'apiVersion', 'policy/v1beta1'), kubernetesVersion: '1.24', says: [] },
  {
    rule: 'api-removed',
    change: add(object('flowcontrol.apiserver.k8s.io/v1beta1', 'FlowSchema', 'x')),
    says: [
      'FlowSchema shop/x /apiVersion: flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema is gone since Kubernetes 1.26; use flowcontrol.apiserver.k8s.io/v1',
    ],
  },
  {
    rule: 'api-removed',
    change: add(object('policy/v1beta1', 'PodSecurityPolicy', 'x')),
    says: [
      'PodSecurityPolicy shop/x /apiVersion: policy/v1beta1 PodSecurityPolicy is gone since Kubernetes 1.25; nothing took its place',
    ],
  },
  {
    rule: 'api-deprecated',
    change: of('budget', 'apiVersion', 'policy/v1beta1'),
    kubernetesVersion: 'v1.24.3',
    says: [
      'PodDisruptionBudget shop/web /apiVersion: policy/v1beta1 PodDisruptionBudget is deprecated since Kubernetes 1.21; use policy/v1',
    ],
  },
  { rule: 'api-deprecated', change: of('budget', 'apiVersion', 'policy/v1beta1'), says: [] },
  {
    rule: 'api-too-new',
    change: add(scaler(2)),
    kubernetesVersion: '1.22',
    says: [
      'HorizontalPodAutoscaler shop/web /apiVersion: autoscaling/v2 HorizontalPodAutoscaler comes with Kubernetes 1.23, and this is 1.22',
    ],
  },
  { rule: 'api-too-new', change: add(scaler(2)), kubernetesVersion: '1.23', says: [] },
  // name-label
  {
    rule: 'name-label',
    change: both(web('metadata/labels', {}), of('service', 'metadata/labels', undefined)),
    says: [
      'Deployment shop/web /metadata/labels/app.kubernetes.io~1name: has no label app.kubernetes.io/name',
      'Service shop/web /metadata/labels/app.kubernetes.io~1name: has no label app.kubernetes.io/name',
    ],
  },
  // images
  ...(
    [
      ['nginx', 'has no tag'],
      ['registry:5000/nginx', 'has no tag'],
      ['nginx:latest', 'has a tag that moves'],
    ] as const
  ).map(([image, what]) => ({
    rule: 'image-tag',
    change: web(`${WEB}/image`, image),
    says: [`${at('image')}: container web: image ${image} ${what}`],
  })),
  ...['nginx:1.29', 'registry:5000/nginx:1', `nginx@sha256:${'0'.repeat(64)}`, 'nginx:${VERSION}', 7].map((image) => ({
    rule: 'image-tag',
    change: web(`${WEB}/image`, image),
    says: [],
  })),
  {
    rule: 'image-tag',
    change: both(
      web('spec/template/spec/initContainers', [{ ...container('init'), image: 'busybox' }]),
      web('spec/template/spec/ephemeralContainers', [{ ...container('debug'), image: 'busybox' }]),
    ),
    says: [
      `${aside('ephemeralContainers/0/image')}: container debug: image busybox has no tag`,
      `${aside('initContainers/0/image')}: container init: image busybox has no tag`,
    ],
  },
  {
    rule: 'image-tag',
    change: add(job({ containers: [{ name: 'tidy', image: 'tidy' }] })),
    says: [
      'CronJob shop/tidy /spec/jobTemplate/spec/template/spec/containers/0/image: container tidy: image tidy has no tag',
    ],
  },
  ...(
    [
      ['Never', 'web:1', 'starts on no node that does not hold the image already'],
      ['IfNotPresent', 'web:latest', 'keeps what a node once pulled as web:latest'],
      ['Always', 'web@sha256:00', 'needs the registry at each start, for a digest'],
    ] as const
  ).map(([policy, image, what]) => ({
    rule: 'image-pull-policy',
    change: both(web(`${WEB}/image`, image), web(`${WEB}/imagePullPolicy`, policy)),
    says: [`${at('imagePullPolicy')}: container web: imagePullPolicy ${policy} ${what}`],
  })),
  { rule: 'image-pull-policy', change: web(`${WEB}/imagePullPolicy`, 'Always'), says: [] },
  // probes
  ...['readiness', 'liveness'].flatMap((kind) => [
    {
      rule: `${kind}-probe`,
      change: web(`${WEB}/${kind}Probe`, undefined),
      says: [`${aside('containers/0')}: container web: has no ${kind}Probe`],
    },
    { rule: `${kind}-probe`, change: add(job({ containers: [{ name: 'tidy', image: 'tidy:1' }] })), says: [] },
    {
      rule: `${kind}-probe`,
      change: web('spec/template/spec/initContainers', [{ name: 'proxy', restartPolicy: 'Always' }]),
      says: [],
    },
  ]),
  {
    rule: 'probe-http',
    change: web(`${WEB}/readinessProbe`, { tcpSocket: { port: 8080 } }),
    says: [`${at('readinessProbe/tcpSocket')}: container web: readinessProbe only asks whether a port is open`],
  },
  { rule: 'probe-http', change: web(`${WEB}/readinessProbe`, { grpc: { port: 8080 } }), says: [] },
  {
    rule: 'probe-port',
    change: web(`${WEB}/livenessProbe/httpGet/port`, 'admin'),
    says: [
      `${at('livenessProbe/httpGet/port')}: container web: livenessProbe asks port admin, which the container does not have`,
    ],
  },
  { rule: 'probe-port', change: web(`${WEB}/livenessProbe/httpGet/port`, 9090), says: [] },
  // resources
  {
    rule: 'resource-requests',
    change: web(`${WEB}/resources`, undefined),
    says: [`${at('resources/requests')}: container web: requests no cpu and no memory`],
  },
  {
    rule: 'resource-requests',
    change: web(`${WEB}/resources/requests`, { memory: '1Gi' }),
    says: [`${at('resources/requests')}: container web: requests no cpu`],
  },
  { rule: 'resource-requests', change: web(`${WEB}/resources`, { limits: { cpu: '1', memory: '1Gi' } }), says: [] },
  {
    rule: 'resource-requests',
    change: both(
      web(`${WEB}/resources`, undefined),
      of('limits', 'spec/limits', [{ type: 'Container', defaultRequest: { cpu: '1', memory: '1Gi' } }]),
    ),
    says: [],
  },
  {
    rule: 'memory-limit',
    change: web(`${WEB}/resources/limits`, { cpu: '1' }),
    says: [`${at('resources/limits')}: container web: has no memory limit`],
  },
  {
    rule: 'memory-limit',
    change: both(
      web(`${WEB}/resources/limits`, undefined),
      of('limits', 'spec/limits', [{ type: 'Container', default: { memory: '1Gi' } }]),
    ),
    says: [],
  },
  {
    rule: 'memory-limit',
    change: both(
      web(`${WEB}/resources/limits`, undefined),
      web('spec/template/spec/resources', { limits: { memory: '1Gi' } }),
    ),
    says: [],
  },
  // security
  {
    rule: 'run-as-non-root',
    change: web('spec/template/spec/securityContext/runAsNonRoot', undefined),
    says: [`${at('securityContext/runAsNonRoot')}: container web: neither it nor its pod sets runAsNonRoot`],
  },
  {
    rule: 'run-as-non-root',
    change: web('spec/template/spec/securityContext/runAsNonRoot', false),
    says: [`${aside('securityContext/runAsNonRoot')}: pod: sets runAsNonRoot false`],
  },
  {
    rule: 'run-as-non-root',
    change: both(web(`${WEB}/securityContext/runAsUser`, 0), web(`${WEB}/securityContext/runAsNonRoot`, false)),
    says: [
      `${at('securityContext/runAsNonRoot')}: container web: sets runAsNonRoot false`,
      `${at('securityContext/runAsUser')}: container web: runs as user 0`,
    ],
  },
  {
    rule: 'run-as-non-root',
    change: both(
      web('spec/template/spec/securityContext/runAsNonRoot', undefined),
      web(`${WEB}/securityContext/runAsNonRoot`, true),
    ),
    says: [],
  },
  {
    rule: 'run-as-non-root',
    change: both(web('spec/template/spec/hostUsers', false), web(`${WEB}/securityContext/runAsUser`, 0)),
    says: [],
  },
  {
    rule: 'seccomp-profile',
    change: web('spec/template/spec/securityContext/seccompProfile/type', 'Unconfined'),
    says: [`${aside('securityContext/seccompProfile/type')}: pod: sets seccompProfile.type "Unconfined"`],
  },
  {
    rule: 'seccomp-profile',
    change: web('spec/template/spec/securityContext', undefined),
    says: [
      `${at('securityContext/seccompProfile/type')}: container web: neither it nor its pod sets seccompProfile.type`,
    ],
  },
  {
    rule: 'capabilities',
    change: web(`${WEB}/securityContext/capabilities`, { add: ['NET_ADMIN', 'NET_BIND_SERVICE'] }),
    says: [
      `${at('securityContext/capabilities/add/0')}: container web: adds capability NET_ADMIN`,
      `${at('securityContext/capabilities/drop')}: container web: does not drop all capabilities`,
    ],
  },
  {
    rule: 'privilege-escalation',
    change: web(`${WEB}/securityContext/allowPrivilegeEscalation`, undefined),
    says: [
      `${at('securityContext/allowPrivilegeEscalation')}: container web: does not set allowPrivilegeEscalation: false`,
    ],
  },
  {
    rule: 'privilege-escalation',
    change: web(`${WEB}/securityContext/privileged`, true),
    says: [`${at('securityContext/privileged')}: container web: is privileged`],
  },
  ...['seccomp-profile', 'capabilities', 'privilege-escalation', 'read-only-root'].map((rule) => ({
    rule,
    change: both(
      web('spec/template/spec/os', { name: 'windows' }),
      web(`${WEB}/securityContext`, undefined),
      web('spec/template/spec/securityContext', undefined),
    ),
    says: [],
  })),
  {
    rule: 'read-only-root',
    change: web(`${WEB}/securityContext/readOnlyRootFilesystem`, false),
    says: [`${at('securityContext/readOnlyRootFilesystem')}: container web: can write its root file system`],
  },
  // host
  {
    rule: 'host-access',
    change: both(
      web('spec/template/spec/hostNetwork', true),
      web('spec/template/spec/hostPID', true),
      web('spec/template/spec/hostIPC', true),
      web('spec/template/spec/securityContext/windowsOptions', { hostProcess: true }),
      web(`${WEB}/ports/0/hostPort`, 80),
      web(`${WEB}/readinessProbe/httpGet/host`, '169.254.169.254'),
      web(`${WEB}/lifecycle/preStop`, { tcpSocket: { host: 'other' } }),
    ),
    says: [
      `${at('lifecycle/preStop/tcpSocket/host')}: container web: lifecycle.preStop asks another host`,
      `${at('ports/0/hostPort')}: container web: takes port 80 of its host`,
      `${at('readinessProbe/httpGet/host')}: container web: readinessProbe asks another host`,
      `${aside('hostIPC')}: pod: sets hostIPC`,
      `${aside('hostNetwork')}: pod: sets hostNetwork`,
      `${aside('hostPID')}: pod: sets hostPID`,
      `${aside('securityContext/windowsOptions/hostProcess')}: pod: is a process of the host`,
    ],
  },
  {
    rule: 'volume-types',
    change: web('spec/template/spec/volumes', [
      { name: 'host', hostPath: { path: '/' } },
      { name: 'tmp', emptyDir: {} },
    ]),
    says: [`${aside('volumes/0/hostPath')}: volume host: is of type hostPath`],
  },
  {
    rule: 'kernel-settings',
    change: both(
      web('spec/template/spec/securityContext/sysctls', [
        { name: 'kernel.msgmax' },
        { name: 'net.ipv4.tcp_syncookies' },
      ]),
      web('spec/template/spec/securityContext/appArmorProfile', { type: 'Unconfined' }),
      web('spec/template/metadata/annotations', { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' }),
      web(`${WEB}/securityContext/procMount`, 'Unmasked'),
      web(`${WEB}/securityContext/seLinuxOptions`, { type: 'spc_t', user: 'root', role: 'r' }),
    ),
    says: [
      'Deployment shop/web /spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1web: pod: sets AppArmor profile unconfined',
      `${at('securityContext/procMount')}: container web: sets procMount`,
      `${at('securityContext/seLinuxOptions/role')}: container web: sets an SELinux role`,
      `${at('securityContext/seLinuxOptions/type')}: container web: sets an SELinux type`,
      `${at('securityContext/seLinuxOptions/user')}: container web: sets an SELinux user`,
      `${aside('securityContext/appArmorProfile/type')}: pod: sets AppArmor profile Unconfined`,
      `${aside('securityContext/sysctls/0')}: pod: sets sysctl kernel.msgmax`,
    ],
  },
  // workloads
  { rule: 'replicas', change: web('spec/replicas', 1), says: ['Deployment shop/web /spec/replicas: has one replica'] },
  {
    rule: 'replicas',
    change: web('spec/replicas', undefined),
    says: ['Deployment shop/web /spec/replicas: has one replica'],
  },
  { rule: 'replicas', change: web('spec/replicas', 0), says: [] },
  { rule: 'replicas', change: web('spec/replicas', '${REPLICAS}'), says: [] },
  { rule: 'replicas', change: both(web('spec/replicas', undefined), add(scaler(2))), says: [] },
  {
    rule: 'replicas',
    change: both(web('spec/replicas', undefined), add(scaler())),
    says: ['Deployment shop/web /spec/replicas: its autoscaler may leave one replica'],
  },
  {
    rule: 'autoscaler-replicas',
    change: add(scaler(2)),
    says: ['Deployment shop/web /spec/replicas: sets replicas 3, which an autoscaler changes'],
  },
  { rule: 'autoscaler-replicas', change: both(web('spec/replicas', undefined), add(scaler(2))), says: [] },
  {
    rule: 'autoscaler-target',
    change: add(scaler(2, 'wbe')),
    says: ['HorizontalPodAutoscaler shop/wbe /spec/scaleTargetRef: scales Deployment wbe, which is not there'],
  },
  { rule: 'autoscaler-target', change: add(scaler(2)), says: [] },
  {
    rule: 'spread',
    change: web('spec/template/spec/topologySpreadConstraints', undefined),
    says: [`${aside('topologySpreadConstraints')}: is not spread over zones or nodes`],
  },
  {
    rule: 'spread',
    change: web('spec/template/spec/topologySpreadConstraints/0/labelSelector', { matchLabels: { app: 'web' } }),
    says: [`${aside('topologySpreadConstraints')}: is spread by labels that its pods do not have`],
  },
  {
    rule: 'spread',
    change: both(
      web('spec/template/spec/topologySpreadConstraints', undefined),
      web('spec/template/spec/affinity', {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              podAffinityTerm: {
                topologyKey: 'kubernetes.io/hostname',
                labelSelector: {
                  matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['web'] }],
                },
              },
            },
          ],
        },
      }),
    ),
    says: [],
  },
  {
    rule: 'disruption-budget',
    change: of('budget', 'spec/selector/matchLabels', { app: 'other' }),
    says: ['Deployment shop/web /spec/template: is covered by no PodDisruptionBudget'],
  },
  {
    rule: 'workload-selector',
    change: web('spec/selector', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }),
    says: ['Deployment shop/web /spec/selector: selects labels that its own pods do not have'],
  },
  {
    rule: 'bare-pod',
    change: add(object('v1', 'Pod', 'lone', { spec: podSpec() })),
    says: ['Pod shop/lone /: is made by no workload'],
  },
  // budgets
  ...(
    [
      [{ maxUnavailable: 0 }, 'maxUnavailable: maxUnavailable 0 lets no pod go'],
      [{ maxUnavailable: '0%' }, 'maxUnavailable: maxUnavailable 0% lets no pod go'],
      [{ minAvailable: '100%' }, 'minAvailable: minAvailable 100% lets no pod go'],
      [{ minAvailable: 3 }, 'minAvailable: minAvailable 3 lets none of the 3 pods that it covers go'],
      [{ minAvailable: '67%' }, 'minAvailable: minAvailable 67% lets none of the 3 pods that it covers go'],
    ] as const
  ).map(([spec, what]) => ({
    rule: 'budget-blocks',
    change: (all: Shop) => {
      all.budget!.spec = { selector: all.budget!.spec.selector, ...spec };
    },
    says: [`PodDisruptionBudget shop/web /spec/${what}`],
  })),
  {
    rule: 'budget-blocks',
    change: both(of('budget', 'spec/maxUnavailable', undefined), of('budget', 'spec/minAvailable', '66%')),
    says: [],
  },
  {
    rule: 'budget-blocks',
    change: both(
      of('budget', 'spec/maxUnavailable', undefined),
      of('budget', 'spec/minAvailable', 1),
      web('spec/replicas', 1),
    ),
    says: [
      'PodDisruptionBudget shop/web /spec/minAvailable: minAvailable 1 lets none of the one pod that it covers go',
    ],
  },
  {
    rule: 'budget-selects',
    change: of('budget', 'spec/selector/matchLabels', { app: 'other' }),
    says: ['PodDisruptionBudget shop/web /spec/selector: covers no pod of its namespace'],
  },
  {
    rule: 'budget-overlap',
    change: add(object('policy/v1', 'PodDisruptionBudget', 'all', { spec: { maxUnavailable: 1, selector: {} } })),
    says: [
      'PodDisruptionBudget shop/all /spec/selector: covers pods that web covers, too',
      'PodDisruptionBudget shop/web /spec/selector: covers pods that all covers, too',
    ],
  },
  // services
  {
    rule: 'node-port',
    change: of('service', 'spec/type', 'NodePort'),
    says: ['Service shop/web /spec/type: opens a port on every node'],
  },
  {
    rule: 'load-balancer',
    change: of('service', 'spec/type', 'LoadBalancer'),
    says: ['Service shop/web /spec/type: has a load balancer that takes traffic from everywhere'],
  },
  {
    rule: 'load-balancer',
    change: both(
      of('service', 'spec/type', 'LoadBalancer'),
      of('service', 'spec/loadBalancerSourceRanges', ['10.0.0.0/8']),
    ),
    says: [],
  },
  {
    rule: 'external-ips',
    change: of('service', 'spec/externalIPs', ['203.0.113.7']),
    says: ['Service shop/web /spec/externalIPs: draws traffic for 203.0.113.7'],
  },
  { rule: 'external-ips', change: of('service', 'spec/externalIPs', []), says: [] },
  {
    rule: 'service-selector',
    change: of('service', 'spec/selector', { app: 'web', tier: 'front' }),
    says: ['Service shop/web /spec/selector: selects app=web,tier=front, which no pod of its namespace has'],
  },
  { rule: 'service-selector', change: of('service', 'spec/selector', undefined), says: [] },
  { rule: 'service-selector', change: of('service', 'metadata/namespace', 'elsewhere'), says: [] },
  {
    rule: 'service-port',
    change: of('service', 'spec/ports/0/targetPort', 'https'),
    says: [
      'Service shop/web /spec/ports/0/targetPort: sends traffic to port https, which no container of Deployment web has',
    ],
  },
  {
    rule: 'service-port',
    change: of('service', 'spec/ports/0/targetPort', undefined),
    says: [
      'Service shop/web /spec/ports/0/targetPort: sends traffic to port 80, which no container of Deployment web has',
    ],
  },
  {
    rule: 'service-port',
    change: of('service', 'spec/ports/0/protocol', 'UDP'),
    says: [
      'Service shop/web /spec/ports/0/targetPort: sends traffic to port http, which no container of Deployment web has',
    ],
  },
  { rule: 'service-port', change: of('service', 'spec/ports/0/targetPort', 8080), says: [] },
  {
    rule: 'service-port',
    change: both(web(`${WEB}/ports`, undefined), of('service', 'spec/ports/0/targetPort', 9)),
    says: [],
  },
  // endings
  {
    rule: 'pre-stop',
    change: both(
      web(`${WEB}/lifecycle`, undefined),
      web('spec/template/spec/containers/1', { ...container('logs'), ports: [], lifecycle: undefined }),
    ),
    says: [`${at('lifecycle/preStop')}: container web: gets traffic and has no preStop`],
  },
  {
    rule: 'pre-stop',
    change: both(web(`${WEB}/lifecycle`, undefined), of('service', 'spec/selector', { app: 'x' })),
    says: [],
  },
  {
    rule: 'grace-period',
    change: web(`${WEB}/lifecycle/preStop/sleep/seconds`, 30),
    says: [`${aside('terminationGracePeriodSeconds')}: container web: sleeps 30 s of the 30 s that its pod has to end`],
  },
  {
    rule: 'grace-period',
    change: both(
      web(`${WEB}/lifecycle/preStop`, { exec: { command: ['sh', '-c', 'sleep 10 && stop'] } }),
      web('spec/template/spec/terminationGracePeriodSeconds', 5),
    ),
    says: [`${aside('terminationGracePeriodSeconds')}: container web: sleeps 10 s of the 5 s that its pod has to end`],
  },
  // routes
  {
    rule: 'route-backend',
    change: both(
      of('ingress', 'spec/rules/0/http/paths/0/backend/service/name', 'wbe'),
      of('ingress', 'spec/defaultBackend', { service: { name: 'web', port: { number: 81 } } }),
      of('route', 'spec/rules/0/backendRefs/0/port', 8080),
    ),
    says: [
      'HTTPRoute shop/web /spec/rules/0/backendRefs/0: leads to port 8080, which Service web does not have',
      'Ingress shop/web /spec/defaultBackend: leads to port 81, which Service web does not have',
      'Ingress shop/web /spec/rules/0/http/paths/0/backend: leads to Service wbe, which is not there',
    ],
  },
  {
    rule: 'route-backend',
    change: of('route', 'spec/rules/0/backendRefs', [
      { kind: 'Bucket', group: 'x', name: 'y' },
      { name: 'z', namespace: 'else' },
    ]),
    says: [],
  },
  // secrets
  {
    rule: 'secret-literal',
    change: add(
      object('v1', 'Secret', 'db', { data: { password: 'c2VjcmV0' }, stringData: { user: 'shop', empty: '' } }),
    ),
    says: [
      'Secret shop/db /data/password: holds the value of password',
      'Secret shop/db /stringData/user: holds the value of user',
    ],
  },
  {
    rule: 'secret-literal',
    change: add(
      object('v1', 'Secret', 'token', { type: 'kubernetes.io/service-account-token', data: { token: 'eA==' } }),
      object('v1', 'Secret', 'sops', { sops: {}, data: { token: 'ENC[…]' } }),
      object('v1', 'Secret', 'later', { stringData: { token: '${TOKEN}' } }),
      object('external-secrets.io/v1', 'ExternalSecret', 'db', { spec: { data: [{ secretKey: 'password' }] } }),
    ),
    says: [],
  },
  {
    rule: 'secret-env',
    change: web(`${WEB}/env`, [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'USE_TOKEN', value: 'true' },
      { name: 'TLS_PRIVATE_KEY', value: '/etc/tls/key.pem' },
      { name: 'API_KEY', valueFrom: { secretKeyRef: { name: 'api', key: 'key' } } },
    ]),
    says: [`${at('env/0/value')}: container web: variable DB_PASSWORD has its value written down`],
  },
  {
    rule: 'secret-config-map',
    change: both(
      of('settings', 'data/key.pem', '-----BEGIN EC PRIVATE KEY-----\nx'),
      of('settings', 'data/db_password', 'hunter2'),
    ),
    says: [
      'ConfigMap shop/settings /data/db_password: db_password has its value written down',
      'ConfigMap shop/settings /data/key.pem: key.pem holds a private key',
    ],
  },
  // namespaces
  ...(
    [
      ['namespace-quota', 'quota', 'has no ResourceQuota'],
      ['namespace-limits', 'limits', 'has no LimitRange'],
      ['namespace-default-deny', 'deny', 'has no NetworkPolicy that denies by default'],
    ] as const
  ).map(([rule, name, what]) => ({
    rule,
    change: of(name, 'metadata/namespace', 'elsewhere'),
    says: [`Namespace shop /metadata: ${what}`],
  })),
  {
    rule: 'namespace-default-deny',
    change: of('deny', 'spec/ingress', [{}]),
    says: ['Namespace shop /metadata: has no NetworkPolicy that denies by default'],
  },
  {
    rule: 'namespace-pod-security',
    change: of('namespace', 'metadata/labels', undefined),
    says: ['Namespace shop /metadata: has no label pod-security.kubernetes.io/enforce'],
  },
  {
    rule: 'namespace-pod-security',
    change: of('namespace', 'metadata/labels/pod-security.kubernetes.io~1enforce', 'privileged'),
    says: ['Namespace shop /metadata: enforces privileged, which admits everything'],
  },
  {
    rule: 'namespace-quota',
    change: add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }),
    says: [],
  },
  // rights
  {
    rule: 'rbac-wildcard',
    change: of('role', 'rules/0', { apiGroups: ['*'], resources: ['*'], verbs: ['get', '*'] }),
    says: [
      'Role shop/web /rules/0/apiGroups/0: grants all apiGroups',
      'Role shop/web /rules/0/resources/0: grants all resources',
      'Role shop/web /rules/0/verbs/1: grants all verbs',
    ],
  },
  {
    rule: 'rbac-escalation',
    change: add(
      object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'x', {
        rules: [{ apiGroups: [''], resources: ['secrets', 'users'], verbs: ['list', 'impersonate'] }],
      }),
    ),
    says: [
      'ClusterRole shop/x /rules/0/resources/0: reads every Secret',
      'ClusterRole shop/x /rules/0/verbs/1: grants impersonate',
    ],
  },
  { rule: 'rbac-escalation', change: of('role', 'rules/0', { resources: ['secrets'], verbs: ['get'] }), says: [] },
  {
    rule: 'cluster-admin',
    change: of('binding', 'roleRef/name', 'cluster-admin'),
    says: ['RoleBinding shop/web /roleRef/name: grants cluster-admin'],
  },
  {
    rule: 'rbac-everybody',
    change: of('binding', 'subjects', [
      { kind: 'ServiceAccount', name: 'default' },
      { kind: 'Group', name: 'system:authenticated' },
      { kind: 'Group', name: 'shop-admins' },
    ]),
    says: [
      'RoleBinding shop/web /subjects/0/name: grants rights to ServiceAccount default',
      'RoleBinding shop/web /subjects/1/name: grants rights to group system:authenticated',
    ],
  },
  {
    rule: 'service-account-token',
    change: web('spec/template/spec/automountServiceAccountToken', undefined),
    says: [
      `${aside('automountServiceAccountToken')}: mounts the token of ServiceAccount default, which no binding here gives rights`,
    ],
  },
  {
    rule: 'service-account-token',
    change: both(
      web('spec/template/spec/automountServiceAccountToken', undefined),
      web('spec/template/spec/serviceAccountName', 'web'),
    ),
    says: [],
  },
  {
    rule: 'service-account-token',
    change: both(
      web('spec/template/spec/automountServiceAccountToken', undefined),
      web('spec/template/spec/serviceAccountName', 'quiet'),
      add(object('v1', 'ServiceAccount', 'quiet', { automountServiceAccountToken: false })),
    ),
    says: [],
  },
];

test.each(CASES.map((one) => [one.rule, one.says[0] ?? 'is kept', one] as const))(
  '%s: %s',
  (rule, _, { change, says, kubernetesVersion }) => {
    const all = shop();
    change(all);
    const findings = checkObjects(Object.values(all), { kubernetesVersion });
    expect(findings.filter((one) => one.rule === rule).map(said)).toEqual(says);
  },
);

test('objects that keep every rule have no findings, in any version that serves them', () => {
  for (const kubernetesVersion of ['1.23', '1.30', '1.36', '1.37']) {
    expect(checkObjects(Object.values(shop()), { kubernetesVersion }).map(said)).toEqual([]);
  }
});

test('every rule is seen to be broken', () => {
  const broken = new Set(CASES.filter(({ says }) => says.length > 0).map(({ rule }) => rule));
  expect(RULES.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual(['waiver']);
});

test('every rule has a stable form', () => {
  for (const { id, title, reason, cure, see } of RULES) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(see).toMatch(/^https:\/\/kubernetes\.io\/docs\//);
    expect([title, reason, cure].filter((text) => text === '' || text.includes('\n'))).toEqual([]);
    expect(reason).toMatch(/\.$/);
  }
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

test.each(['DaemonSet', 'StatefulSet', 'ReplicaSet', 'Deployment'])('pods of a %s are looked at', (kind) => {
  const [found] = checkObjects([
    object('apps/v1', kind, 'x', { spec: { template: { spec: { containers: [{ image: 'x' }] } } } }),
  ]).filter(({ rule }) => rule === 'image-tag');
  expect(found?.message).toBe('container containers[0]: image x has no tag');
});

test('lists are taken apart, and their items know what they are', () => {
  const bare: Thing = shop().web!;
  put(bare, `${WEB}/image`, 'web');
  const { apiVersion, kind, ...item } = bare;
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [{ apiVersion, kind: `${kind as string}List`, items: [item] }],
  };
  const [found] = checkObjects([...Object.values({ ...shop(), web: list })]);
  expect(said(found!)).toBe(`${at('image')}: container web: image web has no tag`);
});

test('kinds that nobody knows are left alone', () => {
  const strange = object('example.com/v1', 'Shop', 'x', {
    spec: { template: { spec: { containers: [{ image: 'x' }] } } },
  });
  expect(checkObjects([strange])).toEqual([]);
});

test('docs/policy.md has the rules as they are', () => {
  const text = readFileSync(join(__dirname, '../../docs/policy.md'), 'utf8');
  expect(page(text)).toBe(text);
});
