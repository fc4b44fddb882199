import { App, ApiObject, Chart, Testing } from 'cdk8s';
import { Deployment } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { policy } from '../../lib';
import { titleOf } from '../../lib/policy/kube-object';
import { View, viewAt } from '../../lib/policy/view';
import { messageOf } from '../support/messages';
import { object, put, shop, type Thing } from './support/shop';

const { checkObjects } = policy;
const said = ({ rule, object: one, pointer, message, waived }: policy.Finding) =>
  `${rule} ${titleOf(one)} ${pointer}: ${message}${waived === undefined ? '' : ` (${waived})`}`;
const place = '/metadata/annotations/policy.cdk-container-platform~1waive';

describe('a waiver', () => {
  const waived = (text: unknown, change: (web: Thing) => void = () => undefined) => {
    const all = shop();
    put(all.web!, `metadata/annotations/policy.cdk-container-platform~1waive`, text);
    change(all.web!);
    return checkObjects(Object.values(all)).map(said);
  };
  const alone = (web: Thing) => {
    web.spec.replicas = 1;
    web.spec.template.spec.containers[0].image = 'web';
  };
  const one = 'replicas Deployment shop/web /spec/replicas: has one replica';
  const tag =
    'image-tag Deployment shop/web /spec/template/spec/containers/0/image: container web: image web has no tag';

  test('keeps the finding, with its reason', () => {
    const findings = waived('replicas: a queue worker; image-tag: the lab has one tag: none', alone);
    expect(findings).toEqual([`${one} (a queue worker)`, `${tag} (the lab has one tag: none)`]);
  });

  test('may stand on a line of its own', () => {
    expect(waived('replicas: a queue worker\nimage-tag: so it is\n', alone)).toEqual([
      `${one} (a queue worker)`,
      `${tag} (so it is)`,
    ]);
  });

  test.each([
    ['replicas', 'replicas is waived without a reason', [one]],
    ['replicas: ', 'replicas is waived without a reason', [one]],
    ['replica: why', 'there is no rule replica; the nearest is replicas', [one]],
    ['waiver: why', 'there is no rule waiver; the nearest is spread', [one]],
    ['replicas: why; spread: why', 'spread is waived, and not broken', [`${one} (why)`]],
    ['replicas: why; replicas: again', 'replicas is waived twice', [`${one} (why)`]],
    [7, 'the waiver is no text', [one]],
  ])('that says %s is a finding itself', (text, message, others) => {
    expect(
      waived(text, (web) => {
        web.spec.replicas = 1;
      }),
    ).toEqual([`waiver Deployment shop/web ${place}: ${message}`, ...others]);
  });
});

test.each(['1.21', '1.38', '2.1', 'latest', '1.36.x'])(
  'fails when the version of Kubernetes is %s',
  (kubernetesVersion) => {
    expect(messageOf(() => checkObjects([], { kubernetesVersion }))).toBe(
      `[policy] kubernetesVersion must be a version from 1.22 to 1.37, got ${kubernetesVersion}; the default is 1.36`,
    );
  },
);

describe('any input', () => {
  const runs = { numRuns: 300, seed: 20_261_122 };
  /** Words that rules look for, so that random objects get somewhere. */
  const keys = [
    ...[
      'apiVersion',
      'kind',
      'metadata',
      'name',
      'namespace',
      'labels',
      'annotations',
      'spec',
      'template',
      'containers',
    ],
    ...['image', 'ports', 'selector', 'matchLabels', 'matchExpressions', 'items', 'rules', 'subjects', 'data', 'env'],
    ...[
      'securityContext',
      'replicas',
      'minAvailable',
      'type',
      'limits',
      'resources',
      'volumes',
      '__proto__',
      'constructor',
    ],
    policy.WAIVE,
  ];
  const words = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      'v1',
      'apps/v1',
      'policy/v1',
      'batch/v1',
      'Deployment',
      'Service',
      'Pod',
      'List',
      'PodList',
      'Secret',
    ),
    fc.constantFrom(
      'PodDisruptionBudget',
      'CronJob',
      'Namespace',
      'web',
      'shop',
      'replicas: why',
      'rbac.authorization.k8s.io/v1',
    ),
  );
  const { json } = fc.letrec<{ json: unknown; map: unknown; list: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'medium' },
      words,
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie('map'),
      tie('list'),
    ),
    map: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 4 })), tie('json'), { maxKeys: 6 }),
    list: fc.array(tie('json'), { maxLength: 4 }),
  }));
  /** The shop with anything at all in one place. */
  const mutated = fc.tuple(fc.constantFrom(...Object.keys(shop())), fc.nat(60), json).map(([name, step, value]) => {
    const thing = shop()[name]!;
    const places = placesIn(thing);
    put(thing, places[step % places.length]!, value);
    return thing;
  });

  function placesIn(value: unknown, above = ''): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      const own = `${above}${key.replaceAll('/', '~1')}`;
      return [own, ...placesIn(inner, `${own}/`)];
    });
  }

  test('is looked at without a failure, and every report can be written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(json, mutated), { maxLength: 5 }), (objects) => {
        const findings = checkObjects(objects);
        for (const report of [policy.table, policy.json, policy.sarif]) expect(report(findings)).toMatch(/\n$/);
      }),
      runs,
    );
  });

  test('is left as it is, and looked at twice gives the same', () => {
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 4 }), (objects) => {
        const before = JSON.stringify(objects);
        expect(checkObjects(objects)).toEqual(checkObjects(objects));
        expect(JSON.stringify(objects)).toBe(before);
      }),
      runs,
    );
  });

  test('gives the same findings in any order', () => {
    fc.assert(
      fc.property(
        fc.array(mutated, { maxLength: 4 }).chain((some) => {
          const all = [...Object.values(shop()), ...some];
          return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
        }),
        ([ordered, shuffled]) => {
          expect(checkObjects(shuffled)).toEqual(checkObjects(ordered));
        },
      ),
      runs,
    );
  });

  test('lists as deep as somebody likes are taken apart', () => {
    let list: unknown = object('v1', 'Service', 'x', { spec: { type: 'NodePort' } });
    for (let depth = 0; depth < 20_000; depth++) list = { apiVersion: 'v1', kind: 'List', items: [list] };
    expect(checkObjects([list]).map(({ rule }) => rule)).toEqual(['node-port']);
  });
});

test('a view says where it is as a JSON pointer, and is found by it', () => {
  const root = { 'a/b': [{ 'c~d': 1 }] };
  const view = new View(root).get('a/b', 0, 'c~d');
  expect(view.pointer).toBe('/a~1b/0/c~0d');
  expect(viewAt(root, view.pointer).value).toBe(1);
});

describe('a cdk8s app', () => {
  const appWith = (options?: policy.CheckConstructsOptions) => {
    const app = Testing.app();
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    new ApiObject(chart, 'Web', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { type: 'NodePort' },
    });
    policy.check(app, options);
    return app;
  };
  const broken = (lines: readonly string[]) =>
    ['Validation failed with the following errors:', ...lines.map((line) => `  [] ${line}`)].join('\n');
  const nodePort =
    'error node-port: Service shop/web of shop/Web at /spec/type: opens a port on every node; use ClusterIP behind a gateway or an Ingress, or type LoadBalancer, or waive it';
  const label =
    'note name-label: Service shop/web of shop/Web at /metadata/labels/app.kubernetes.io~1name: has no label app.kubernetes.io/name; add the label app.kubernetes.io/name, or waive it';

  test('fails when an object breaks a rule', () => {
    expect(
      messageOf(() => {
        appWith().synth();
      }),
    ).toBe(broken([nodePort]));
  });

  test('fails when a finding is as bad as the user says', () => {
    expect(
      messageOf(() => {
        appWith({ failOn: 'note' }).synth();
      }),
    ).toBe(broken([label, nodePort]));
    expect(
      messageOf(() => {
        appWith({ failOn: 'never' }).synth();
      }),
    ).toBe('nothing is thrown');
  });

  test('is synthesized when the object waives the rule', () => {
    const app = Testing.app();
    const chart = new Chart(app, 'shop');
    const spec = { type: 'NodePort' };
    const annotations = { [policy.WAIVE]: 'node-port: the lab has no balancer' };
    new ApiObject(chart, 'Web', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', annotations }, spec });
    policy.check(app);
    app.synth();
    expect(policy.findingsOf(app).map(said)).toContain(
      'node-port Service web /spec/type: opens a port on every node (the lab has no balancer)',
    );
  });

  test('of others is looked at as it is rendered, patches included', () => {
    const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
    new Deployment(chart, 'Web', { containers: [{ image: 'nginx' }], replicas: 1 });
    const found = policy.findingsOf(chart).filter(({ rule }) => rule === 'image-tag' || rule === 'replicas');
    expect(found.map(({ rule, source }) => `${rule} ${source?.construct ?? ''}`)).toEqual([
      'replicas shop/Web/Resource',
      'image-tag shop/Web/Resource',
    ]);
  });

  test('fails when the version of Kubernetes serves an object no more', () => {
    const app = new App();
    const chart = new Chart(app, 'shop');
    new ApiObject(chart, 'Rule', { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'x' } });
    const removed = (kubernetesVersion: string) =>
      policy.findingsOf(app, { kubernetesVersion }).filter(({ rule }) => rule === 'api-removed').length;
    expect([removed('1.24'), removed('1.25')]).toEqual([0, 1]);
  });
});
