import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Chart, Lazy } from 'cdk8s';
import { ConfigMap, Deployment, Ingress, Namespace } from 'cdk8s-plus-27';
import { TerraformStack, TerraformVariable, Testing } from 'cdktf';
import * as fc from 'fast-check';
import * as yaml from 'js-yaml';
import { writeManifests } from '../../lib';
import { inOrder } from '../../lib/render/order';
import { ChartValues, unusedWord } from '../../lib/render/terraform';
import { fromYaml, toYaml } from '../../lib/render/yaml';
import { messageOf } from '../support/messages';
import { filesIn, folder } from './stack';

const object = (scope: Chart, id: string, fields: object = {}, kind = 'Sample', apiVersion = 'example/v1') =>
  new ApiObject(scope, id, { apiVersion, kind, metadata: { name: id.toLowerCase() }, ...fields });

/** The files that an app becomes, without the head that all have. */
function files(define: (app: App) => unknown): Record<string, string> {
  const app = new App({ outdir: folder() });
  define(app);
  writeManifests(app);
  return Object.fromEntries(filesIn(app.outdir).map((name) => [name, readFileSync(join(app.outdir, name), 'utf8')]));
}

const names = (text = '') => (yaml.loadAll(text) as any[]).map(({ metadata }) => metadata.name as string);
const refused = (define: (chart: Chart, app: App) => void) =>
  messageOf(() =>
    files((app) => {
      define(new Chart(app, 'shop'), app);
    }),
  );

describe('manifests', () => {
  test('are what their golden says', () => {
    const text = files((app) => {
      const chart = new Chart(app, 'shop', { namespace: 'shop' });
      new ConfigMap(chart, 'Settings', {
        metadata: { name: 'settings' },
        data: { a: '0644', b: '1_', c: 'yes', d: 'x\n' },
      });
      new Namespace(chart, 'Namespace', { metadata: { name: 'shop' } });
    });
    expect(text).toEqual({
      'shop.k8s.yaml': `# Written by cdk-container-platform; what is changed here is lost.
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/audit: restricted
    pod-security.kubernetes.io/warn: restricted
spec: {}
# end
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  a: '0644'
  b: '1_'
  c: 'yes'
  d: |
    x
immutable: false
# end
`,
    });
  });

  test('have namespaces, then definitions of kinds, before the rest', () => {
    const text = files((app) => {
      const chart = new Chart(app, 'shop');
      object(chart, 'One');
      const spec = { group: 'example', names: { kind: 'Sample' } };
      object(chart, 'Kind', { spec }, 'CustomResourceDefinition', 'apiextensions.k8s.io/v1');
      object(chart, 'Space', {}, 'Namespace', 'v1');
    });
    expect(names(text['shop.k8s.yaml'])).toEqual(['space', 'kind', 'one']);
  });

  test('are a file for each chart, numbered when one needs another', () => {
    const text = files((app) => {
      object(new Chart(app, 'last'), 'A', {}, 'Deployment', 'apps/v1').node.addDependency(
        object(new Chart(app, 'middle', { namespace: 'shop' }), 'B', {}, 'ConfigMap', 'v1'),
      );
      object(new Chart(app, 'first'), 'Shop', {}, 'Namespace', 'v1');
    });
    expect(Object.keys(text)).toEqual(['0000-first.k8s.yaml', '0001-middle.k8s.yaml', '0002-last.k8s.yaml']);
  });

  test('of one chart go to the folder that is said, at the level that is said', () => {
    const chart = new Chart(new App(), 'shop');
    object(chart, 'Space', {}, 'Namespace', 'v1');
    const out = folder();
    writeManifests(chart, { folder: out, podSecurity: 'restricted' });
    expect(readFileSync(join(out, 'shop.k8s.yaml'), 'utf8')).toContain(
      'pod-security.kubernetes.io/enforce: restricted',
    );
  });

  test('of a chart that is no more are removed, and nothing else is', () => {
    const outdir = folder();
    writeFileSync(join(outdir, 'own.k8s.yaml'), 'a: b\n');
    for (const name of ['old', 'new']) {
      const app = new App({ outdir });
      object(new Chart(app, name), 'One');
      writeManifests(app);
    }
    expect(filesIn(outdir)).toEqual(['new.k8s.yaml', 'own.k8s.yaml']);
  });

  test('are the same bytes each time', () => {
    const define = (app: App) => new Deployment(new Chart(app, 'shop'), 'Web', { containers: [{ image: 'web:1' }] });
    expect(files(define)).toEqual(files(define));
  });
});

describe('manifests fail when', () => {
  const stack = () => new TerraformStack(Testing.app(), 'stack');
  const variable = () => new TerraformVariable(stack(), 'x', { type: 'string' });
  const cure = 'put the object into Workloads, which hands it over';

  test.each<[string, string, (chart: Chart, app: App) => void]>([
    [
      'a text is of Terraform',
      `[shop/One] spec.url must be known at synth, got a value of Terraform; ${cure}`,
      (chart) => object(chart, 'One', { spec: { url: `https://${variable().stringValue}` } }),
    ],
    [
      'a number is of Terraform',
      `[shop/One] spec.ports[1] must be known at synth, got a value of Terraform; ${cure}`,
      (chart) => object(chart, 'One', { spec: { ports: [1, variable().numberValue] } }),
    ],
    [
      'a value that is made late is of Terraform',
      `[shop/One] spec must be known at synth, got a value of Terraform; ${cure}`,
      (chart) => object(chart, 'One', { spec: Lazy.any({ produce: () => variable().value }) }),
    ],
    [
      'a Secret has content',
      '[shop/One] stringData of Secret one must stay out of manifests, got content for a; refer to the Secret by name, and let External Secrets or kubernetes_secret_v1 with data_wo make it',
      (chart) => object(chart, 'One', { stringData: { a: 'b' } }, 'Secret', 'v1'),
    ],
    [
      'a construct finds a fault',
      '[shop/Empty] ingress with no rules or default backend',
      (chart) => new Ingress(chart, 'Empty'),
    ],
    [
      'charts depend on each other in a circle',
      '[other] dependencies must not lead in a circle, got other -> shop -> other; remove one of them',
      (chart, app) => {
        const other = new Chart(app, 'other');
        const [a, b, c, d] = [object(chart, 'A'), object(chart, 'B'), object(other, 'C'), object(other, 'D')];
        a.node.addDependency(c);
        d.node.addDependency(b);
      },
    ],
  ])('%s', (_, message, define) => {
    expect(refused(define)).toBe(message);
  });

  test('a chart of a stack has no folder to go to', () => {
    const chart = new Chart(stack(), 'shop');
    expect(
      messageOf(() => {
        writeManifests(chart);
      }),
    ).toBe('[stack/shop] folder must be given for a chart that is in no app of cdk8s, got none');
  });
});

describe('the order', () => {
  const chart = () => new Chart(new App(), 'shop');
  const ids = (scope: Chart) => inOrder([scope]).map(({ node }) => node.path.replace('shop/', ''));

  test('is that of the program where nothing depends', () => {
    const scope = chart();
    for (const id of ['C', 'A', 'B']) object(scope, id);
    expect(ids(scope)).toEqual(['C', 'A', 'B']);
  });

  test('is of groups, too', () => {
    const scope = chart();
    const [late, early] = [new Chart(scope, 'Late'), new Chart(scope, 'Early')];
    for (const id of ['A', 'B']) [late, early].forEach((group) => object(group, id));
    late.node.addDependency(early);
    expect(ids(scope)).toEqual(['Early/A', 'Early/B', 'Late/A', 'Late/B']);
  });

  test('puts a part of a chart first that the chart depends on', () => {
    const scope = chart();
    object(scope, 'Rest');
    const part = new Chart(scope, 'Part');
    object(part, 'A');
    scope.node.addDependency(part);
    expect(ids(scope)).toEqual(['Part/A', 'Rest']);
  });

  test('puts an object last that depends on what it is in', () => {
    const scope = chart();
    object(scope, 'Last').node.addDependency(scope);
    object(scope, 'A');
    expect(ids(scope)).toEqual(['A', 'Last']);
  });

  test('is found along a chain of 8,000', () => {
    const scope = chart();
    const all = Array.from({ length: 8000 }, (_, index) => object(scope, `O${index}`));
    all.forEach((one, index) => {
      one.node.addDependency(...all.slice(index + 1, index + 2));
    });
    expect(inOrder([scope])).toEqual([...all].reverse());
  });

  test('is found through 26 layers of diamonds, and between groups of a thousand', () => {
    const scope = chart();
    const layers = Array.from({ length: 26 }, (_, layer) => ['a', 'b'].map((id) => object(scope, `L${layer}${id}`)));
    layers.forEach((layer, index) => {
      layer.forEach((one) => {
        one.node.addDependency(...(layers[index + 1] ?? []));
      });
    });
    const groups = ['One', 'Two'].map((id) => new Chart(scope, id));
    groups.forEach((group) => Array.from({ length: 1000 }, (_, index) => object(group, `O${index}`)));
    groups[0]?.node.addDependency(groups[1]!);
    const started = process.hrtime.bigint();
    expect(inOrder([scope])).toHaveLength(2052);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1000);
  });

  test('holds every dependency, whatever the graph', () => {
    const edges = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 60 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const scope = chart();
        const all = Array.from({ length: 20 }, (_, index) => object(scope, `O${index}`));
        const wanted = pairs.filter(([a, b]) => a < b);
        for (const [a, b] of wanted) all[a]?.node.addDependency(all[b]!);
        const order = inOrder([scope]);
        expect(new Set(order).size).toBe(20);
        for (const [a, b] of wanted) expect(order.indexOf(all[b]!)).toBeLessThan(order.indexOf(all[a]!));
      }),
      { numRuns: 200 },
    );
  });
});

describe('texts', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 6 }).map((one) => one.replace(/\p{Surrogate}/gu, '')),
        fc.constantFrom(
          '{{',
          '}}',
          '{',
          '---',
          '\n---\n',
          '\n',
          '0o17',
          '017',
          '1_',
          'yes',
          '~',
          ': ',
          '# ',
          '\u0085',
          '\u2028',
          '\ufeff',
        ),
      ),
      { maxLength: 6 },
    )
    .map((pieces) => pieces.join(''));
  const data = fc.dictionary(hostile, fc.oneof(hostile, fc.array(hostile), fc.integer(), fc.boolean()), {
    noNullPrototype: true,
  });

  test('come back as they were, by our reader and by js-yaml', () => {
    fc.assert(
      fc.property(fc.array(data, { minLength: 1, maxLength: 3 }), (documents) => {
        const text = toYaml(documents);
        expect(fromYaml(text)).toEqual(documents);
        expect(yaml.loadAll(text)).toEqual(documents);
      }),
      { numRuns: 500 },
    );
  });

  test('come back from a template, whose actions print two braces', () => {
    fc.assert(
      fc.property(data, (document) => {
        const values = new ChartValues(unusedWord(JSON.stringify(document)));
        const template = values.template(toYaml([values.take({ node: { path: 'x' } }, document)]));
        expect(template.split('{{ "{{" }}').every((rest) => !rest.includes('{{'))).toBe(true);
        expect(template.replaceAll('{{ "{{" }}', '{{')).toBe(toYaml([document]));
        expect(values.values).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
