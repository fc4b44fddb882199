import * as fc from 'fast-check';
import { App } from '../../lib/apps/app';
import type { AppProps } from '../../lib/apps/app-props';
import { BlueGreenApp, type BlueGreenAppProps } from '../../lib/apps/blue-green-app';
import { CanaryApp, type CanaryAppProps } from '../../lib/apps/canary-app';
import { ConfigCenter } from '../../lib/apps/config-center';
import { EnvValue } from '../../lib/apps/environment';
import { Probe } from '../../lib/apps/probe';
import { RollingApp } from '../../lib/apps/rolling-app';
import { GatewayApiRouter } from '../../lib/apps/routers/gateway-api-router';
import { IstioRouter } from '../../lib/apps/routers/istio-router';
import { NginxIngressRouter } from '../../lib/apps/routers/nginx-ingress-router';
import { messageOf } from '../support/messages';
import { chartOf, objectsOf, one } from './render';

const image = 'registry.example/shop/web:1.4.2';
const app = (props: Partial<AppProps> = {}) => objectsOf((chart) => new App(chart, 'Web', { image, ...props }));
const pod = (objects: any[], name?: string) => one(objects, 'Deployment', name).spec.template.spec;
const appFails = (props: Partial<AppProps>) => messageOf(() => new App(chartOf(), 'Web', { image, ...props }));
const blueGreen = (props: Partial<BlueGreenAppProps> = {}): BlueGreenAppProps => ({
  blue: { image },
  green: { image: 'registry.example/shop/web:1.5.0' },
  active: 'blue',
  host: 'shop.example',
  ...props,
});
const canary = (props: Partial<CanaryAppProps> = {}): CanaryAppProps => ({
  stable: { image },
  canary: { image: 'registry.example/shop/web:1.5.0' },
  by: { weight: 5 },
  host: 'shop.example',
  ...props,
});
const weights = (route: any) => route.spec.rules.at(-1).backendRefs.map(({ name, weight }: any) => [name, weight]);

describe('an app', () => {
  test('in one line is highly available, restricted, and loses no request', () => {
    const objects = app();
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ]);
    const { spec } = one(objects, 'Deployment');
    expect(spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
    expect(pod(objects)).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: 'web',
      terminationGracePeriodSeconds: 35,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      topologySpreadConstraints: [
        { topologyKey: 'topology.kubernetes.io/zone', matchLabelKeys: ['pod-template-hash'] },
      ],
      containers: [
        {
          name: 'web',
          image,
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '400m', memory: '128Mi' } },
          readinessProbe: { httpGet: { path: '/healthz', port: 8080 } },
        },
      ],
    });
    expect(one(objects, 'Service').spec.ports).toEqual([
      { appProtocol: 'http', name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
    ]);
    expect(one(objects, 'PodDisruptionBudget').spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  test('follows the load', () => {
    const objects = app({ autoscale: { min: 3, max: 9, memoryPercent: 80 } });
    expect(one(objects, 'Deployment').spec).not.toHaveProperty('replicas');
    expect(one(objects, 'HorizontalPodAutoscaler').spec).toMatchObject({
      minReplicas: 3,
      maxReplicas: 9,
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
    });
  });

  test('takes its configuration by reference, and restarts when it changes', () => {
    const build = (level: string) =>
      objectsOf((chart) => {
        const config = new ConfigCenter(chart, 'Config', {
          values: { LOG_LEVEL: level },
          files: { 'app.yaml': 'x: 1' },
          secretNames: ['db'],
        });
        new App(chart, 'Web', {
          image,
          config: [config],
          env: { PASSWORD: EnvValue.secret('db', 'password'), MODE: 'a' },
        });
      });
    const [debug, info] = [build('debug'), build('info')];
    expect(pod(info).containers[0]).toMatchObject({
      env: [
        { name: 'MODE', value: 'a' },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      ],
      envFrom: [{ configMapRef: { name: 'config' } }, { secretRef: { name: 'db' } }],
      volumeMounts: [{ mountPath: '/tmp' }, { mountPath: '/etc/config', readOnly: true }],
    });
    const hash = (objects: any[]) => one(objects, 'Deployment').spec.template.metadata.annotations;
    expect(hash(debug)).not.toEqual(hash(info));
    expect(hash(info)).toEqual(hash(build('info')));
  });

  test('is selected by labels that no option changes', () => {
    const options: fc.Arbitrary<Partial<AppProps>> = fc.record(
      {
        labels: fc.dictionary(fc.constantFrom('team', 'tier'), fc.constantFrom('a', 'b')),
        replicas: fc.integer({ min: 2, max: 50 }),
        port: fc.integer({ min: 1024, max: 65535 }),
        user: fc.integer({ min: 1, max: 2147483647 }),
        image: fc.constantFrom('x:1', 'y:2'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(options, (props) => {
        const objects = app(props);
        const selector = { 'app.kubernetes.io/name': 'web' };
        expect(one(objects, 'Deployment').spec.selector.matchLabels).toEqual(selector);
        expect(one(objects, 'Service').spec.selector).toEqual(selector);
        expect(one(objects, 'NetworkPolicy').spec.podSelector.matchLabels).toEqual(selector);
      }),
    );
  });
});

describe('connections', () => {
  test('open the declared pair, DNS, and nothing else', () => {
    const objects = objectsOf((chart) => {
      const [web, api] = ['Web', 'Api'].map((id) => new App(chart, id, { image }));
      web!.connectsTo(api!);
      web!.connectsTo(api!);
    });
    const [web, api] = ['web', 'api'].map((name) => one(objects, 'NetworkPolicy', name).spec);
    expect(web.ingress).toEqual([]);
    expect(web.egress).toHaveLength(2);
    expect(web.egress[1]).toEqual({
      to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'api' } } }],
      ports: [{ protocol: 'TCP', port: 8080 }],
    });
    expect(api.egress).toHaveLength(1);
    expect(api.ingress).toEqual([
      {
        from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } }],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
  });

  test('across namespaces name the other side', () => {
    const web = new App(chartOf('shop'), 'Web', { image });
    const chart = chartOf('data');
    const store = new App(chart, 'Store', { image });
    web.connectsTo(store);
    expect(one(chart.toJson(), 'NetworkPolicy').spec.ingress[0].from).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
      },
    ]);
  });

  test('to a port that is not served are refused', () => {
    const chart = chartOf();
    const [web, api] = ['Web', 'Api'].map((id) => new App(chart, id, { image }));
    expect(
      messageOf(() => {
        web!.connectsTo(api!, 9090);
      }),
    ).toBe('[chart/Web] connectsTo must name a port that api serves, got 9090; choose from 8080');
  });

  test('to outside name a range and a port', () => {
    const chart = chartOf();
    const web = new App(chart, 'Web', { image });
    web.connections.toRange('10.9.0.0/16', 5432);
    expect(one(chart.toJson(), 'NetworkPolicy').spec.egress[1]).toEqual({
      to: [{ ipBlock: { cidr: '10.9.0.0/16' } }],
      ports: [{ protocol: 'TCP', port: 5432 }],
    });
    expect(
      messageOf(() => {
        web.connections.toRange('10.9.0.0/16', 0);
      }),
    ).toBe('[chart/Web] port must be a whole number from 1 to 65535, got 0; choose one');
  });
});

describe('releases', () => {
  test('a rolling app lets the router in, and drains as long as the router needs', () => {
    const router = new GatewayApiRouter({ delaySeconds: 9, gateway: { name: 'main', namespace: 'edge' } });
    const objects = objectsOf((chart) => new RollingApp(chart, 'Web', { image, host: 'shop.example', router }));
    expect(pod(objects).containers[0].lifecycle.preStop.sleep.seconds).toBe(9);
    expect(one(objects, 'NetworkPolicy').spec.ingress[0].from).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } },
    ]);
    expect(one(objects, 'HTTPRoute').spec).toMatchObject({
      hostnames: ['shop.example'],
      parentRefs: [{ kind: 'Gateway', name: 'main', namespace: 'edge' }],
    });
  });

  test('blue-green: weights move, selectors stay, going back is one prop', () => {
    const at = (props: Partial<BlueGreenAppProps>) => {
      const objects = objectsOf((chart) => new BlueGreenApp(chart, 'Web', blueGreen(props)));
      return { objects, shares: weights(one(objects, 'HTTPRoute', 'web')) };
    };
    expect(at({}).shares).toEqual([
      ['web-blue', 100],
      ['web-green', 0],
    ]);
    expect(at({ shift: 30 }).shares).toEqual([
      ['web-blue', 70],
      ['web-green', 30],
    ]);
    expect(at({ active: 'green' }).shares).toEqual([
      ['web-green', 100],
      ['web-blue', 0],
    ]);
    const deployments = (props: Partial<BlueGreenAppProps>) =>
      at(props).objects.filter(({ kind }) => kind === 'Deployment');
    expect(deployments({ active: 'green', shift: 50 })).toEqual(deployments({}));
  });

  test('blue-green: the idle colour has a host of its own to be looked at', () => {
    const objects = objectsOf(
      (chart) => new BlueGreenApp(chart, 'Web', blueGreen({ previewHost: 'next.shop.example' })),
    );
    expect(weights(one(objects, 'HTTPRoute', 'web-preview'))).toEqual([['web-green', 100]]);
  });

  test('canary by header, cookie and weight, in this order', () => {
    const by = {
      weight: 5,
      header: { name: 'X-Canary', pattern: '^yes' },
      cookie: { name: 'canary', value: 'a.b' },
    };
    const objects = objectsOf((chart) => new CanaryApp(chart, 'Web', canary({ by })));
    const { rules } = one(objects, 'HTTPRoute').spec;
    expect(rules.map(({ matches: [match] }: any) => match.headers)).toEqual([
      [{ type: 'RegularExpression', name: 'X-Canary', value: '^yes' }],
      [{ type: 'RegularExpression', name: 'Cookie', value: '^(.*;[ ]*)?canary=a\\.b([ ]*;.*)?$' }],
      undefined,
    ]);
    expect(weights(one(objects, 'HTTPRoute'))).toEqual([
      ['web-stable', 95],
      ['web-canary', 5],
    ]);
  });

  test('canary with the annotations of ingress-nginx', () => {
    const by = { weight: 5, header: { name: 'X-Canary', value: 'yes' }, cookie: { name: 'canary', value: 'always' } };
    const objects = objectsOf(
      (chart) => new CanaryApp(chart, 'Web', canary({ by, router: new NginxIngressRouter(), tls: { issuer: 'acme' } })),
    );
    expect(one(objects, 'Ingress', 'web-canary').metadata.annotations).toEqual({
      'cert-manager.io/cluster-issuer': 'acme',
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-by-cookie': 'canary',
      'nginx.ingress.kubernetes.io/canary-by-header': 'X-Canary',
      'nginx.ingress.kubernetes.io/canary-by-header-value': 'yes',
      'nginx.ingress.kubernetes.io/canary-weight': '5',
    });
    expect(one(objects, 'Ingress', 'web').spec.tls).toEqual([{ hosts: ['shop.example'], secretName: 'web-tls' }]);
  });

  test('with Istio every version has its DestinationRule', () => {
    const objects = objectsOf((chart) => new CanaryApp(chart, 'Web', canary({ router: new IstioRouter() })));
    expect(objects.filter(({ kind }) => kind === 'DestinationRule').map(({ spec }) => spec.host)).toEqual([
      'web-canary',
      'web-stable',
    ]);
    expect(one(objects, 'VirtualService').spec.http[0].route).toEqual([
      { destination: { host: 'web-stable', port: { number: 80 } }, weight: 95 },
      { destination: { host: 'web-canary', port: { number: 80 } }, weight: 5 },
    ]);
  });
});

describe('refused:', () => {
  test.each<[title: string, props: Partial<AppProps>, message: string]>([
    [
      'an image without a tag',
      { image: 'r/web' },
      '[chart/Web/Version] image must have a tag that names a version, or a digest, got r/web; write it as r/web:1.4.2',
    ],
    [
      'the tag latest',
      { image: 'r:5000/web:latest' },
      '[chart/Web/Version] image must have a tag that names a version, or a digest, got r:5000/web:latest; write it as r:5000/web:1.4.2',
    ],
    [
      'one replica',
      { replicas: 1 },
      '[chart/Web/Version] replicas must be a whole number of at least 2, got 1; one alone is gone with its host',
    ],
    [
      'replicas beside an autoscaler',
      { replicas: 3, autoscale: { max: 4 } },
      '[chart/Web/Version] replicas must not be given with autoscale, got 3; give autoscale.min in its place',
    ],
    [
      'an autoscaler down to one',
      { autoscale: { min: 1, max: 4 } },
      '[chart/Web/Version] autoscale.min must be a whole number of at least 2, got 1; give 2 or more',
    ],
    [
      'an autoscaler whose most is less',
      { autoscale: { min: 4, max: 3 } },
      '[chart/Web/Version] autoscale.max must be a whole number of at least 4, got 3; raise it',
    ],
    [
      'a share above all',
      { autoscale: { max: 3, cpuPercent: 101 } },
      '[chart/Web/Version] autoscale.cpuPercent must be from 1 to 100, got 101; choose one',
    ],
    ['root', { user: 0 }, '[chart/Web/Version] user must be a whole number from 1 to 2147483647, got 0; root is 0'],
    [
      'a port for root',
      { port: 80 },
      '[chart/Web/Version] port must be a whole number from 1024 to 65535, since a container without rights opens no lower one, got 80; choose one such as 8080',
    ],
    [
      'an amount of CPU',
      { resources: { cpu: 'much' } },
      '[chart/Web/Version] resources.cpu must be an amount of CPU above 0, got much; write it as 250m or 2',
    ],
    [
      'an amount of memory',
      { resources: { memory: '128' } },
      '[chart/Web/Version] resources.memory must be an amount of memory of at least 1Mi, got 128; write it as 256Mi or 2Gi',
    ],
    [
      'a limit below the request',
      { resources: { memory: '1Gi', memoryLimit: '512Mi' } },
      '[chart/Web/Version] resources.memoryLimit must be at least resources.memory, got 512Mi below 1Gi; raise it or leave it out',
    ],
    [
      'a budget of nothing',
      { maxUnavailable: 0 },
      '[chart/Web/Version] maxUnavailable must be a number of at least 1 or a share such as 25%, got 0; with less no node could be drained',
    ],
    [
      'a secret as text',
      { env: { DB_PASSWORD: 'hunter2' } },
      "[chart/Web/Version] env DB_PASSWORD must not be a secret as text, got 7 characters; refer to it: EnvValue.secret('NAME', 'KEY')",
    ],
    [
      'a name of the environment',
      { env: { 'a-b': 'x' } },
      '[chart/Web/Version] env must have names of letters, digits and _, got a-b; rename it',
    ],
    [
      'a probe path',
      { readiness: Probe.http('healthz') },
      '[chart/Web/Version] probe path must begin with a slash, got healthz; write it as /healthz',
    ],
    [
      'a probe without patience',
      { readiness: Probe.tcp({ timeoutSeconds: 0 }) },
      '[chart/Web/Version] probe timeoutSeconds must be a whole number of at least 1, got 0; choose one',
    ],
    [
      'a name',
      { name: 'Web_1' },
      '[chart/Web] name must be lower case letters, digits and dashes, at most 40, beginning with a letter, got Web_1; give name',
    ],
    [
      'patience with a lost host that is none',
      { tolerationSeconds: 4000 },
      '[chart/Web/Version] tolerationSeconds must be a whole number from 0 to 3600, got 4000; choose one',
    ],
    [
      'a grace that is none',
      { graceSeconds: -1 },
      '[chart/Web/Version] graceSeconds must be a whole number from 0 to 3600, got -1; choose one',
    ],
  ])('%s', (_title, props, message) => {
    expect(appFails(props)).toBe(message);
  });

  test('a drain shorter than the router needs', () => {
    expect(messageOf(() => new RollingApp(chartOf(), 'Web', { image, host: 'shop.example', drainSeconds: 1 }))).toBe(
      "[chart/Web/Version] drainSeconds must be at least the router's delay of 5, got 1; a shorter one loses requests at every rollout: leave it out",
    );
  });

  test.each<[title: string, props: Partial<BlueGreenAppProps>, message: string]>([
    [
      'a host',
      { host: 'Shop' },
      '[chart/Web] host must be a DNS name in lower case, got Shop; write it as shop.example',
    ],
    ['a path', { path: 'shop' }, '[chart/Web] path must begin with a slash, got shop; write it as /shop'],
    [
      'a share above all',
      { shift: 101 },
      '[chart/Web] shift must be a whole number from 0 to 100, got 101; choose one',
    ],
    [
      'a preview at the same host',
      { previewHost: 'shop.example' },
      '[chart/Web] previewHost must differ from host, got shop.example; give another name',
    ],
    [
      'an idle colour that is too small',
      { replicas: 4, green: { image: 'x:1', replicas: 2 } },
      '[chart/Web] green must have at least as many pods as blue, which it is to take over from, got 2 below 4; raise its replicas or autoscale.max',
    ],
    [
      'TLS without a class',
      { tls: { secretName: 'tls' } },
      '[chart/Web] tls needs a Gateway of its own, whose class the router does not know, got tls for shop.example; give GatewayApiRouter gatewayClassName, or leave TLS to the shared Gateway',
    ],
    [
      'TLS with Istio',
      { tls: { secretName: 'tls' }, router: new IstioRouter() },
      "[chart/Web] tls must be left to Istio's Gateway, got tls for shop.example; give the Secret to the Gateway, or choose GatewayApiRouter",
    ],
  ])('blue-green with %s', (_title, props, message) => {
    expect(messageOf(() => new BlueGreenApp(chartOf(), 'Web', blueGreen(props)))).toBe(message);
  });

  test.each<[title: string, props: Partial<CanaryAppProps>, message: string]>([
    [
      'nobody who tries it',
      { by: {} },
      '[chart/Web] by must name a weight, a header or a cookie, got none; give weight: 5',
    ],
    [
      'two kinds of header',
      { by: { header: { name: 'X', value: 'a', pattern: 'b' } } },
      '[chart/Web] by.header must have a value or a pattern, got both a and b; keep one',
    ],
    [
      'a cookie that nginx cannot tell',
      { by: { cookie: { name: 'c', value: 'x' } }, router: new NginxIngressRouter() },
      '[chart/Web] router must be one that can send by a cookie of a value of its own, got ingress-nginx; choose Gateway API or Istio',
    ],
  ])('canary with %s', (_title, props, message) => {
    expect(messageOf(() => new CanaryApp(chartOf(), 'Web', canary(props)))).toBe(message);
  });

  test.each([
    [
      'a name in both',
      { values: { A: '1' }, files: { A: '2' } },
      '[chart/Config] values and files must differ in their names, got A in both; rename one',
    ],
    [
      'a value',
      { values: { 'a-b': '1' } },
      '[chart/Config] values must have names of letters, digits and _, got a-b; rename it',
    ],
    [
      'a file',
      { files: { '../x': '1' } },
      '[chart/Config] files must have names of letters, digits, dots, - and _, got ../x; rename it',
    ],
    [
      'too much',
      { files: { big: 'x'.repeat(2 ** 20) } },
      '[chart/Config] values and files must fit 1 MiB together, got 1048586 bytes; make two of it',
    ],
  ])('configuration with %s', (_title, props, message) => {
    expect(messageOf(() => new ConfigCenter(chartOf(), 'Config', props))).toBe(message);
  });
});
