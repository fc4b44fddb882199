/** Writes the charts of three versions of a shop, the third of which the API server refuses, and of a large release. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { ConfigMap, Deployment, Service } from 'cdk8s-plus-27';
import { Workloads } from '../../lib';
import { releaseBytes } from '../../lib/render/release-size';
import { chartFolder, platform } from './platform';

function shop(objects: Workloads, version: string): void {
  new ConfigMap(objects, 'Settings', { metadata: { name: 'settings' }, data: { version, text: '{{ nothing }}\n\n' } });
  const web = new Deployment(objects, 'Web', {
    replicas: 0,
    containers: [{ image: `web:${version}`, portNumber: 80 }],
  });
  const port = version === 'broken' ? 99_999 : 80;
  new Service(objects, 'Front', { selector: web, ports: [{ port, targetPort: 80 }] });
  const hook = { 'helm.sh/hook': 'pre-install,pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation' };
  new ConfigMap(objects, 'Prepare', { metadata: { name: 'prepare', annotations: hook }, data: { version } });
  const schema = { type: 'object', ...(version === 'one' ? {} : { 'x-kubernetes-preserve-unknown-fields': true }) };
  new ApiObject(objects, 'Gadgets', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.shop.example' },
    spec: {
      group: 'shop.example',
      scope: 'Namespaced',
      names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
  new ApiObject(objects, 'First', { apiVersion: 'shop.example/v1', kind: 'Gadget', metadata: { name: 'first' } });
}

function large(objects: Workloads): void {
  for (let number = 0; number < 20; number++) {
    const rows = Array.from({ length: 120 }, (_, row) =>
      createHash('sha512').update(`${number} ${row}`).digest('base64'),
    );
    new ConfigMap(objects, `Part${number}`, { data: { rows: rows.join('\n') } });
  }
}

function main(work: string): void {
  for (const version of ['one', 'two', 'broken']) {
    platform(join(work, version), (stack, cluster) => {
      shop(new Workloads(stack, 'Shop', { cluster, namespace: 'shop' }), version);
      if (version === 'one')
        large(new Workloads(stack, 'Large', { cluster, namespace: 'shop', createNamespace: false }));
    });
  }
  const parent = chartFolder(join(work, 'one'), 'Large', 'large', '');
  const [hash = ''] = readdirSync(parent);
  const text = readFileSync(join(parent, hash, 'templates', 'manifests.yaml'), 'utf8');
  writeFileSync(join(work, 'large.bytes'), String(releaseBytes(new Map([['templates/manifests.yaml', text]]), text)));
}

main(process.argv[2] ?? '');
