import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App as ManifestApp, Chart, Duration } from 'cdk8s';
import { ConfigMap, Deployment, Ingress } from 'cdk8s-plus-27';
import { Aspects, Fn, TerraformStack, TerraformVariable, Testing, Token, type TerraformResource } from 'cdktf';
import * as yaml from 'js-yaml';
import { ImportedCluster, Workloads, type WorkloadsProps } from '../../lib';
import { messageOf } from '../support/messages';
import { connected, folder, written } from './stack';

type Connected = ReturnType<typeof connected>;

/** One `Workloads` with what a test puts into it, as it is written. */
function shop(define: (objects: Workloads, at: Connected) => void, props: Partial<WorkloadsProps> = {}) {
  const at = connected();
  define(at.workloads(props), at);
  return written(at.app);
}

const refused = (define: (objects: Workloads, at: Connected) => void, props: Partial<WorkloadsProps> = {}) =>
  messageOf(() => shop(define, props));
const settings = (objects: Workloads) => new ConfigMap(objects, 'Settings', { data: { level: 'info' } });
const object = (scope: Chart, id: string, fields: object = {}, kind = 'Sample') =>
  new ApiObject(scope, id, { apiVersion: 'example/v1', kind, ...fields });
const definition = (scope: Chart, fields: object = {}) =>
  new ApiObject(scope, 'Gadgets', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.shop.example', ...fields },
    spec: { group: 'shop.example', names: { kind: 'Gadget' } },
  });
const main = 'Shop/shop/templates/manifests.yaml';
const variable = (stack: TerraformStack, name: string, type = 'string') => new TerraformVariable(stack, name, { type });

describe('a release', () => {
  test('waits, is undone when it fails, keeps ten revisions and has ten minutes', () => {
    const { releases } = shop(settings);
    expect(releases.shop).toMatchObject({
      name: 'shop',
      namespace: 'shop',
      atomic: true,
      wait: true,
      wait_for_jobs: true,
      timeout: 600,
      max_history: 10,
    });
    expect(releases.shop).not.toHaveProperty('values');
    expect(releases.shop).not.toHaveProperty('create_namespace');
  });

  test('is what its props say', () => {
    const props = { name: 'front', atomic: false, wait: false, timeout: Duration.minutes(2), maxHistory: 3 };
    expect(shop(settings, props).releases.front).toMatchObject({
      atomic: false,
      wait: false,
      wait_for_jobs: false,
      timeout: 120,
      max_history: 3,
    });
  });

  test('is of a chart whose path and version tell its content', () => {
    const { releases, files, paths } = shop(settings);
    const [, hash] = /^assets\/Shop\/shop\/([0-9a-f]{16})$/.exec(releases.shop.chart) ?? [];
    expect(paths).toEqual(
      ['Chart.yaml', 'templates/manifests.yaml', 'values.yaml'].map((name) => `Shop/shop/${hash}/${name}`),
    );
    expect(yaml.load(files['Shop/shop/Chart.yaml'] ?? '')).toEqual({
      apiVersion: 'v2',
      name: 'shop',
      description: 'Objects of shop',
      type: 'application',
      version: `0.0.0-h${hash}`,
    });
  });

  test('is none without objects', () => {
    const { json, paths } = shop(() => {});
    expect(json.resource).not.toHaveProperty('helm_release');
    expect(paths).toEqual([]);
  });

  test('waits for what is said', () => {
    const at = connected();
    const first = at.workloads({}, 'First');
    settings(first);
    settings(at.workloads({ createNamespace: false, dependsOn: first.ready }, 'Second'));
    const { releases, json } = written(at.app);
    const [id] = Object.entries<any>(json.resource.helm_release).find(([, one]) => one.name === 'first') ?? [];
    expect(releases.second.depends_on).toEqual([`helm_release.${id}`]);
  });

  test('can be changed where props do not reach', () => {
    const { releases } = shop((objects) => {
      settings(objects);
      (objects.node.defaultChild as TerraformResource).addOverride('cleanup_on_fail', true);
    });
    expect(releases.shop.cleanup_on_fail).toBe(true);
  });

  test('keeps its construct ids', () => {
    const objects = connected().workloads();
    settings(objects);
    expect(Testing.renderConstructTree(objects)).toMatchInlineSnapshot(`
      "Shop (Workloads)
      ├── TargetNamespace (NamespaceV1)
      ├── Definitions (ChartRelease)
      ├── Resource (ChartRelease)
      └── Settings (ConfigMap)
          └── Resource (KubeConfigMap)
      "
    `);
  });
});

describe('the namespace', () => {
  const namespace = (props: Partial<WorkloadsProps>) =>
    Object.values<any>(shop(settings, props).json.resource.kubernetes_namespace_v1 ?? {})[0]?.metadata;

  test('is made with labels for Pod Security, before the release', () => {
    const { json, releases } = shop(settings);
    const [[id, made]] = Object.entries<any>(json.resource.kubernetes_namespace_v1) as [[string, any]];
    expect(made.metadata).toEqual({
      name: 'shop',
      labels: {
        'pod-security.kubernetes.io/enforce': 'baseline',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    });
    expect(releases.shop.depends_on).toEqual([`kubernetes_namespace_v1.${id}`]);
  });

  test('is held to the level that is wished', () => {
    expect(namespace({ podSecurity: 'restricted' }).labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  test.each([{ createNamespace: false }, { namespace: 'default' }, { namespace: 'kube-system' }])(
    'is not made with %j',
    (props) => {
      expect(namespace(props)).toBeUndefined();
    },
  );

  test('among the objects gets labels, too, unless it has its own', () => {
    const { files } = shop((objects) => {
      new ApiObject(objects, 'Plain', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } });
      const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
      new ApiObject(objects, 'Own', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b', labels } });
    });
    const all = yaml.loadAll(files[main] ?? '') as any[];
    expect(all.map(({ metadata }) => metadata.labels['pod-security.kubernetes.io/enforce'])).toEqual([
      'baseline',
      'privileged',
    ]);
    expect(all[0].metadata).not.toHaveProperty('namespace');
  });
});

describe('definitions of kinds', () => {
  test('are a release of their own that stays, and that the other waits for', () => {
    const { releases, files, json } = shop((objects) => {
      definition(objects);
      object(objects, 'First');
    });
    const id = Object.entries<any>(json.resource.helm_release).find(([, one]) => one.name === 'shop-crds')?.[0];
    expect(releases.shop.depends_on).toContain(`helm_release.${id}`);
    expect(yaml.load(files['Shop/shop-crds/templates/manifests.yaml'] ?? '')).toMatchObject({
      kind: 'CustomResourceDefinition',
      metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
    });
    expect(files[main]).not.toContain('CustomResourceDefinition');
  });

  test('go when their annotation says so', () => {
    const { files } = shop((objects) => definition(objects, { annotations: { 'helm.sh/resource-policy': 'delete' } }));
    expect(files['Shop/shop-crds/templates/manifests.yaml']).toContain('helm.sh/resource-policy: delete');
  });
});

describe('objects', () => {
  test('of cdk8s-plus go straight in, with names that do not tell where the stack is', () => {
    const { files } = shop((objects) => new Deployment(objects, 'Web', { containers: [{ image: 'web:1' }] }));
    expect(yaml.load(files[main] ?? '')).toMatchObject({
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
    });
  });

  test('with long ids have names that fit', () => {
    const { files } = shop((objects) => {
      object(objects, 'A'.repeat(80));
      object(objects, 'B'.repeat(80), {}, 'CronJob');
    });
    const names = (yaml.loadAll(files[main] ?? '') as any[]).map(({ metadata }) => metadata.name as string);
    expect(names.map((name) => name.replace(/-[0-9a-f]{8}$/, '#').length)).toEqual([55, 44]);
  });

  test('stand after what they depend on', () => {
    const { files } = shop((objects) => {
      const [a, b, c] = ['A', 'B', 'C'].map((id) => object(objects, id));
      a?.node.addDependency(c!);
      c?.node.addDependency(b!);
    });
    expect((yaml.loadAll(files[main] ?? '') as any[]).map(({ metadata }) => metadata.name)).toEqual(['b', 'c', 'a']);
  });

  test('keep hooks, and text that looks like a template', () => {
    const metadata = { name: 'hook', annotations: { 'helm.sh/hook': 'pre-install' } };
    const { files } = shop((objects) => object(objects, 'Hook', { metadata, text: '{{ .Values.x }} {{{ }}' }));
    expect(files[main]).toContain('helm.sh/hook: pre-install');
    expect(files[main]).toContain(`text: '{{ "{{" }} .Values.x }} {{ "{{" }}{ }}'`);
  });

  test('changed by an aspect are written as changed', () => {
    const { files } = shop((objects) => {
      const one = settings(objects);
      Aspects.of(objects).add({
        visit: (node) => {
          if (node === one) one.addData('aspect', 'was here');
        },
      });
    });
    expect(files[main]).toContain('aspect: was here');
  });

  test('end with a comment, so that Helm leaves the newlines of the last text', () => {
    const { files } = shop((objects) => object(objects, 'Text', { text: 'a\n\n' }));
    expect(files[main]).toMatch(/text: \|\+\n {2}a\n\n# end\n$/);
  });
});

describe('values of Terraform', () => {
  test('travel as values of the chart, with their type', () => {
    const { files, releases } = shop((objects, { stack }) => {
      const [text, number, list, map] = [
        variable(stack, 'text'),
        variable(stack, 'number', 'number'),
        variable(stack, 'list', 'list(string)'),
        variable(stack, 'map', 'map(string)'),
      ];
      object(objects, 'Raw', {
        a: text.stringValue,
        b: number.numberValue,
        c: list.listValue,
        d: Token.asStringMap(map.value),
        e: map.value,
      });
    });
    expect(files[main]?.match(/^[a-e]: .*/gm)).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((key, index) => `${key}: {{ .Values.tf.t${Math.min(index, 4)} | toJson }}`),
    );
    expect(releases.shop.values).toEqual([
      '${jsonencode({"tf" = {"t0" = var.text, "t1" = var.number, "t2" = var.list, "t3" = var.map, "t4" = var.map}})}',
    ]);
  });

  test('in a text are put together by Helm, which gets them as Terraform writes them', () => {
    const { files, releases } = shop((objects, { stack }) => {
      const [host, port] = [variable(stack, 'host').stringValue, variable(stack, 'port', 'number').numberValue];
      object(objects, 'Raw', { url: `100% "${host}":${port}` });
    });
    expect(files[main]).toContain('url: {{ printf "100%% \\"%s\\":%s" .Values.tf.t0 .Values.tf.t1 | toJson }}');
    expect(releases.shop.values).toEqual([
      '${jsonencode({"tf" = {"t0" = join("", [var.host]), "t1" = join("", [var.port])}})}',
    ]);
  });

  test('are given once however often they stand', () => {
    const { releases } = shop((objects, { stack }) => {
      const text = variable(stack, 'text').stringValue;
      object(objects, 'Raw', { a: text, b: [text, text] });
    });
    expect(releases.shop.values).toEqual(['${jsonencode({"tf" = {"t0" = var.text}})}']);
  });

  test('do not meet a text that looks like their mark', () => {
    const { files } = shop((objects, { stack }) => {
      object(objects, 'Raw', { a: variable(stack, 'text').stringValue, b: 'lifted0x', c: 'liftedi0x' });
    });
    expect(files[main]?.match(/^[a-c]: .*/gm)).toEqual([
      'a: {{ .Values.tf.t0 | toJson }}',
      'b: lifted0x',
      'c: liftedi0x',
    ]);
  });

  test('of another stack come through its outputs', () => {
    const at = connected();
    const other = new TerraformStack(at.app, 'other');
    const text = variable(other, 'text').stringValue;
    object(at.workloads(), 'Raw', { a: Fn.upper(text) });
    expect(written(at.app).releases.shop.values[0]).toContain('data.terraform_remote_state');
  });
});

describe('the same objects', () => {
  const build = () => {
    const at = connected();
    const objects = at.workloads();
    settings(objects);
    object(objects, 'Raw', { a: variable(at.stack, 'text').stringValue });
    return written(at.app);
  };

  test('are the same bytes in another folder', () => {
    expect(build()).toEqual(build());
  });

  test('are written once more without a trace of the time before', () => {
    const outdir = folder();
    const paths = ['one', 'two'].map((level) => {
      const at = connected(outdir);
      new ConfigMap(at.workloads(), 'Settings', { data: { level } });
      return written(at.app).paths;
    });
    expect(paths[1]).toHaveLength(3);
    expect(paths[1]).not.toEqual(paths[0]);
  });
});

describe('what is included', () => {
  const file = (text: string) => {
    const path = join(folder(), 'objects.yaml');
    writeFileSync(path, text);
    return path;
  };

  test('from a file is as kubectl reads it', () => {
    const text = `
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {date: 2001-12-14}}
---
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: b, namespace: elsewhere}
spec: &spec {mode: 0644, on: yes, size: 1_000, half: .5, hex: 0x1F, not: ~}
other: {<<: *spec}
`;
    const { files } = shop((objects) => {
      objects.include(file(text));
    });
    const spec = { mode: 420, true: true, size: 1000, half: 0.5, hex: 31 };
    expect(yaml.loadAll(files[main] ?? '')).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { date: '2001-12-14' } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'b', namespace: 'elsewhere' }, spec, other: spec },
    ]);
  });

  test('from a chart of another app may hold values of Terraform', () => {
    const { files } = shop((objects, { stack }) => {
      const chart = new Chart(new ManifestApp(), 'third-party', { namespace: 'theirs' });
      object(chart, 'Raw', { metadata: { name: 'raw' }, a: variable(stack, 'text').value });
      objects.include(chart);
    });
    expect(files[main]).toContain('namespace: theirs');
    expect(files[main]).toContain('a: {{ .Values.tf.t0 | toJson }}');
  });

  test.each([
    ['[1', 'include must be YAML, got FILE with: unexpected end of the stream within a flow collection (2:1)'],
    ['a: 9007199254740993', 'include must be YAML, got FILE with: 9007199254740993 is beyond 2^53; quote it'],
    ['kind: X', 'include must hold Kubernetes objects, got object 1 of FILE without apiVersion'],
    [
      '{apiVersion: v1, kind: X, metadata: {generateName: x-}}',
      'include must hold Kubernetes objects, got object 1 of FILE without metadata.name',
    ],
    [
      '{apiVersion: v1, kind: X, metadata: {name: x}}\n---\n{apiVersion: v1, kind: X, metadata: {name: x}}',
      'include must hold each object once, got X x twice in FILE; remove one',
    ],
  ])('fails when a file holds %s', (text, message) => {
    const path = file(text);
    expect(
      refused((objects) => {
        objects.include(path);
      }).replace(path, 'FILE'),
    ).toBe(`[platform/Shop] ${message}`);
  });

  test('fails when a chart is taken twice', () => {
    const chart = new Chart(new ManifestApp(), 'once');
    expect(
      refused((objects) => {
        [chart, chart].forEach((one) => {
          objects.include(one);
        });
      }),
    ).toBe('[platform/Shop] include must take each chart once, got once again; remove one');
  });

  test('fails when a construct of it finds a fault', () => {
    const message = refused((objects) => {
      const chart = new Chart(new ManifestApp(), 'theirs');
      new Ingress(chart, 'Empty');
      objects.include(chart);
    });
    expect(message.trimEnd()).toBe(
      "Validation failed with the following errors:\n  [platform/Shop] theirs/Empty: ingress with no rules or default backend\n\nIf you wish to ignore these validations, pass 'skipValidation: true' to your App configuration.",
    );
  });
});

describe('fails when', () => {
  const secret = (fields: object) => (objects: Workloads) =>
    new ApiObject(objects, 'Password', { apiVersion: 'v1', kind: 'Secret', ...fields });
  const cure = 'refer to the Secret by name, and let External Secrets or kubernetes_secret_v1 with data_wo make it';
  const whole = 'must be known at synth, got a value of Terraform; give the whole list or map, or a text';

  test.each<[string, string, (objects: Workloads, at: Connected) => void]>([
    [
      'a Secret has data',
      `[platform/Shop/Password] data of Secret password must stay out of manifests, got content for a, b; ${cure}`,
      secret({ data: { a: 'eA==', b: 'eQ==' } }),
    ],
    [
      'a Secret has text of Terraform',
      `[platform/Shop/Password] stringData of Secret password must stay out of manifests, got content for a; ${cure}`,
      (objects, { stack }) => secret({ stringData: { a: variable(stack, 'a').stringValue } })(objects),
    ],
    [
      'an object is there twice',
      '[platform/Shop/Other] Sample x must be there once, got it also at platform/Shop/One; remove or rename one',
      (objects) => {
        ['One', 'Other'].forEach((id) => object(objects, id, { metadata: { name: 'x' } }));
      },
    ],
    [
      'a name is made by the server',
      '[platform/Shop/One] metadata.name of Sample must be given, got generateName; an object is known by its name',
      (objects) => object(objects, 'One', { metadata: { generateName: 'x-' } }),
    ],
    [
      'an id gives no name',
      '[platform/Shop/Default] metadata.name of Sample must be given, got an id that no name can be made of: Default',
      (objects) => object(objects, 'Default'),
    ],
    [
      'the namespace of the release is among the objects',
      '[platform/Shop/Own] Namespace shop must not be among the objects, got it beside createNamespace, which makes it before; remove one',
      (objects) => new ApiObject(objects, 'Own', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }),
    ],
    [
      'objects depend on each other in a circle',
      '[platform/Shop/A] dependencies must not lead in a circle, got platform/Shop/A -> platform/Shop/B -> platform/Shop/C -> platform/Shop/A; remove one of them',
      (objects) => {
        const all = ['A', 'B', 'C'].map((id) => object(objects, id));
        all.forEach((one, index) => {
          one.node.addDependency(all[(index + 1) % 3]!);
        });
      },
    ],
    [
      'an object depends on what is elsewhere',
      '[platform/Shop/A] dependencies must be part of what is released or written together, got platform/Cluster; order releases by dependsOn',
      (objects, { cluster }) => {
        object(objects, 'A').node.addDependency(cluster);
      },
    ],
    [
      'a key is of Terraform',
      `[platform/Shop/A] a key of spec.labels ${whole}`,
      (objects, { stack }) => object(objects, 'A', { spec: { labels: { [variable(stack, 'a').stringValue]: 'x' } } }),
    ],
    [
      'a map of Terraform is spread',
      `[platform/Shop/A] a key of spec ${whole}`,
      (objects, { stack }) =>
        object(objects, 'A', { spec: { ...Token.asStringMap(variable(stack, 'a', 'map(string)').value), b: 'c' } }),
    ],
    [
      'a list of Terraform is spread',
      `[platform/Shop/A] an item of spec.args ${whole}`,
      (objects, { stack }) =>
        object(objects, 'A', { spec: { args: ['a', ...variable(stack, 'a', 'list(string)').listValue] } }),
    ],
    [
      'a list of numbers of Terraform is spread',
      `[platform/Shop/A] an item of spec.ports ${whole}`,
      (objects, { stack }) =>
        object(objects, 'A', { spec: { ports: [1, ...Token.asNumberList(variable(stack, 'a').value)] } }),
    ],
    [
      'a number is none',
      '[platform/Shop/A] spec.size must be a number, got NaN',
      (objects) => object(objects, 'A', { spec: { size: Number.NaN } }),
    ],
    [
      'a text is no Unicode',
      '[platform/Shop/A] spec.text must be text, got half of a surrogate pair; give whole characters',
      (objects) => object(objects, 'A', { spec: { text: 'a\ud800' } }),
    ],
    [
      'a name is too long for Helm',
      `[platform/Other] name must be lower-case letters, digits and dashes, 48 at most, known at synth, got ${'x'.repeat(49)}`,
      (_, { workloads }) => workloads({ name: 'x'.repeat(49) }, 'Other'),
    ],
    [
      'a namespace is only known to Terraform',
      '[platform/Other] namespace must be lower-case letters, digits and dashes, 63 at most, known at synth, got a value of Terraform',
      (_, { workloads, stack }) => workloads({ namespace: variable(stack, 'a').stringValue }, 'Other'),
    ],
    [
      'a namespace that every cluster has is to be made',
      '[platform/Other] createNamespace must be false for kube-system, got true; every cluster has it',
      (_, { workloads }) => workloads({ namespace: 'kube-system', createNamespace: true }, 'Other'),
    ],
    [
      'two releases have one name',
      '[platform/Other] name shop must be of one release in shop, got it also at platform/Shop; give another name',
      (_, { workloads }) => workloads({ name: 'shop' }, 'Other'),
    ],
    [
      'two make one namespace',
      '[platform/Other] namespace shop must be made by one Workloads, got it also at platform/Shop; set createNamespace to false',
      (_, { workloads }) => workloads({}, 'Other'),
    ],
  ])('%s', (_, message, define) => {
    expect(refused(define)).toBe(message);
  });

  test('the stack is not connected', () => {
    const stack = new TerraformStack(Testing.app(), 'loose');
    const cluster = new ImportedCluster(stack, 'Cluster', { clusterName: 'test', kubeconfig: '~/.kube/config' });
    expect(messageOf(() => new Workloads(stack, 'Shop', { cluster, namespace: 'shop' }))).toBe(
      '[loose/Shop] stack "loose" must be connected to cluster "test", got no connection; call cluster.connect(stack) first',
    );
  });

  test('Terraform is written as HCL', () => {
    const { stack, workloads } = connected();
    settings(workloads());
    expect(messageOf(() => stack.toHclTerraform())).toBe(
      '[platform/Shop/Definitions] synth output must be JSON, got HCL, which has no charts beside it; leave --hcl out',
    );
  });
});

describe('the size of a release', () => {
  /** Near-random text, which gzip does not shrink by more than base64 adds. */
  const fill = (kib: number) => (objects: Workloads) => {
    for (let part = 0; part < kib / 8; part++) {
      const rows = Array.from({ length: 96 }, (_, row) =>
        createHash('sha512').update(`${part} ${row}`).digest('base64'),
      );
      new ConfigMap(objects, `Part${part}`, { data: { rows: rows.join('').slice(0, 8192) } });
    }
  };

  test('is not spoken of when it is far from the limit', () => {
    expect(shop(fill(200)).annotations).toEqual([]);
  });

  test('is told when it is near', () => {
    const [message, ...others] = shop(fill(440)).annotations;
    expect(others).toEqual([]);
    expect(message?.replace(/about \d+/, 'about N')).toBe(
      'the release takes about N KiB of the 1024 KiB that Kubernetes allows Helm for it; put a part of the objects into another Workloads',
    );
  });

  test('fails when Helm could not keep it', () => {
    expect(refused(fill(900)).replace(/about \d+/, 'about N')).toBe(
      '[platform/Shop] a release must fit the 1024 KiB that Kubernetes allows Helm for it, got about N KiB; put a part of the objects into another Workloads',
    );
  });
});
