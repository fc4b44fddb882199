import * as fc from 'fast-check';
import { ValidationError } from '../../lib/core/errors';
import { CONTROL_PLANE_SIZES, controlPlaneSize, machineSize } from '../../lib/core/sizes';

const at = { node: { path: 'prod/Cluster' } };
const machineFor = (nodes: number) => controlPlaneSize(at, nodes).machine.name;

test.each([
  [1, '4c8g', 'seed'],
  [5, '4c8g', 'seed'],
  [6, '4c16g', 'seed'],
  [20, '4c16g', 'seed'],
  [21, '8c32g', 'seed'],
  [100, '8c32g', 'seed'],
  [101, '16c64g', 'seed'],
  [200, '16c64g', 'seed'],
  [201, '32c128g', 'ours'],
  [500, '32c128g', 'ours'],
  [501, '32c128g', 'ours'],
  [1000, '32c128g', 'ours'],
  [1001, '64c256g', 'ours'],
  [3000, '64c256g', 'ours'],
  [3001, '64c256g', 'ours'],
  [5000, '64c256g', 'ours'],
])('%i workers need control planes of %s', (nodes, machine, source) => {
  expect(machineFor(nodes)).toBe(machine);
  expect(controlPlaneSize(at, nodes)).toMatchObject({ source, nodes: [expect.any(Number), expect.any(Number)] });
});

test('the table covers 1 to 5000 workers without gap or overlap', () => {
  let next = 1;
  for (const { nodes } of CONTROL_PLANE_SIZES) {
    expect(nodes[0]).toBe(next);
    next = nodes[1] + 1;
  }
  expect(next).toBe(5001);
});

test('every row says where its machine comes from', () => {
  for (const { source, see } of CONTROL_PLANE_SIZES)
    expect(see).toMatch(source === 'seed' ? /^delivery guide/ : /^https:/);
});

test('API servers work on more requests at once above 200, 500 and 3000 workers', () => {
  const limits = [200, 201, 501, 3001].map((nodes) => controlPlaneSize(at, nodes).apiServer);
  expect(limits).toEqual([
    { maxRequestsInflight: 400, maxMutatingRequestsInflight: 200 },
    { maxRequestsInflight: 800, maxMutatingRequestsInflight: 400 },
    { maxRequestsInflight: 1500, maxMutatingRequestsInflight: 500 },
    { maxRequestsInflight: 3000, maxMutatingRequestsInflight: 1000 },
  ]);
});

test('etcd on hosts of its own is advised above 1000 workers', () => {
  expect([1000, 1001].map((nodes) => controlPlaneSize(at, nodes).etcd)).toEqual(['stacked', 'external-advised']);
});

test('more workers never get a smaller machine, disk or limit', () => {
  const figures = (nodes: number) => {
    const { machine, etcdDisk, etcdQuotaBytes, apiServer, controllers, scheduler } = controlPlaneSize(at, nodes);
    const parts = [machine, etcdDisk, { etcdQuotaBytes }, apiServer, controllers, scheduler];
    return parts.flatMap((part) => Object.values(part)).filter((value) => typeof value === 'number');
  };
  const nodes = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(nodes, nodes, (a, b) => {
      const fewer = figures(Math.min(a, b));
      const more = figures(Math.max(a, b));
      expect(more).toHaveLength(12);
      expect(more.every((value, index) => value >= fewer[index]!)).toBe(true);
    }),
  );
});

test('every etcd disk holds its quota four times, and is one that gp3 offers', () => {
  for (const { etcdDisk, etcdQuotaBytes } of CONTROL_PLANE_SIZES) {
    expect(etcdDisk.gib * 1024 ** 3).toBeGreaterThanOrEqual(4 * etcdQuotaBytes);
    expect(etcdDisk.iops).toBeGreaterThanOrEqual(3000);
    expect(etcdDisk.iops).toBeLessThanOrEqual(Math.min(500 * etcdDisk.gib, 16000));
    expect(etcdDisk.throughput).toBeGreaterThanOrEqual(125);
    expect(etcdDisk.throughput).toBeLessThanOrEqual(Math.min(etcdDisk.iops / 4, 1000));
  }
});

test('etcd never maps more than half of the memory of its machine', () => {
  for (const { machine, etcdQuotaBytes } of CONTROL_PLANE_SIZES) {
    expect(etcdQuotaBytes).toBeLessThanOrEqual((machine.memoryGib / 2) * 1024 ** 3);
  }
});

test.each([0, 5001, -1, 2.5, NaN])('fails when there are %p workers', (nodes) => {
  expect(() => controlPlaneSize(at, nodes)).toThrow(
    new ValidationError(
      at,
      `maxNodes must be a whole number from 1 to 5000, got ${nodes}; give the most workers there may ever be, and spread more over several clusters`,
    ),
  );
});

test('a machine size is read from its CPUs and GiB', () => {
  expect(machineSize(at, 'machine', '8c32g')).toEqual({ name: '8c32g', cpus: 8, memoryGib: 32 });
});

test.each(['8C32G', '8c', 'c32g', '0c1g', '08c32g', '8c32gb', 'm7i.2xlarge', ''])(
  'fails when a machine size is written %p',
  (text) => {
    expect(() => machineSize(at, 'machine', text)).toThrow(
      new ValidationError(
        at,
        `machine must be a size such as 8c32g, got ${text}; write virtual CPUs, c, memory in GiB, g`,
      ),
    );
  },
);
