import { BlueGreenApp, Tenant } from '../../lib';
import { connected, written } from '../render/stack';
import { messageOf } from '../support/messages';
import { hostsStack } from '../support/topology';

const image = 'registry.shop.example/web:1.4.2';

describe('a tenant of a Terraform stack', () => {
  const build = (cpu: string) => {
    const { app, workloads } = connected();
    const groups = { developers: ['shop'] };
    new Tenant(workloads({ namespace: 'tenants' }, 'Tenants'), 'Shop', { quota: { cpu, memory: '64Gi' }, groups });
    const shop = workloads({ createNamespace: false });
    new BlueGreenApp(shop, 'Web', {
      blue: { image },
      green: { image },
      active: 'blue',
      host: 'shop.example',
      replicas: 4,
    });
    return app;
  };

  test('is a release, and apps of its namespace are another', () => {
    const { releases, files } = written(build('4'));
    expect(Object.keys(releases).sort()).toEqual(['shop', 'tenants']);
    const text = Object.entries(files).find(([path]) => /tenants.*manifests\.yaml$/.test(path))?.[1] ?? '';
    expect(text).toContain('kind: ResourceQuota');
    expect(text).toContain('pod-security.kubernetes.io/enforce: restricted');
  });

  test('has a quota that apps are held to, in double size', () => {
    // Four pods of each colour, a rollout's fifth of each: ten tenths of a CPU.
    expect(messageOf(() => written(build('900m')))).toContain(
      "quota.cpu of tenant shop must hold web at its largest, with a rollout's further pods, got 1 above 900m; raise the quota or make it smaller",
    );
    expect(messageOf(() => written(build('1')))).toBe('nothing is thrown');
  });
});

describe('the capacity of workers', () => {
  test('is what machines have, less what their kubelets keep back; pools with taints do not count', () => {
    const { cluster } = hostsStack({
      pools: {
        Workers: { machine: '4c16g', min: 3, max: 6 },
        Ingress: { machine: '2c4g', min: 2, max: 4, taints: [{ key: 'ingress', effect: 'NoSchedule' }] },
      },
    });
    // A 4c16g keeps 80m for Kubernetes and 100m for the system; of its memory 2.6 GiB, 256 MiB and 200 MiB.
    expect(cluster.workerCapacity()).toEqual({ cpu: '22920m', memory: '79560Mi' });
  });

  test('bounds the quotas of all tenants', () => {
    const { cluster, stack } = hostsStack({ pools: { Workers: { machine: '4c16g', min: 3, max: 6 } } });
    const { workloads } = connected();
    const tenants = ['One', 'Two'].map(
      (id) =>
        new Tenant(workloads({ namespace: id.toLowerCase() }, id), id, {
          quota: { cpu: '12', memory: '30Gi' },
          groups: {},
        }),
    );
    const together = (overCommit: number) =>
      messageOf(() => {
        Tenant.checkTogether(stack, tenants, { ...cluster.workerCapacity(), overCommit });
      });
    expect(together(1.1)).toBe('nothing is thrown');
    expect(together(1)).toBe(
      "[demo-hosts] quotas of all tenants must fit the cluster's CPU, got 24 above 22920m; lower them, add hosts, or say by overCommit how much is never asked for at once",
    );
  });
});
