import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { kubeletReservations, RESERVATION_CURVE, type NodeRole } from '../../lib/core/reservations';

const reserve = (cpus: number, memoryGib: number, role: NodeRole = 'worker') =>
  kubeletReservations({ cpus, memoryGib, role });

test.each([
  [1, 0.5, '60m', '255Mi'],
  [1, 1, '60m', '256Mi'],
  [2, 4, '70m', '1024Mi'],
  [4, 8, '80m', '1844Mi'],
  [4, 16, '80m', '2663Mi'],
  [5, 16, '83m', '2663Mi'],
  [8, 32, '90m', '3646Mi'],
  [16, 64, '110m', '5612Mi'],
  [64, 256, '230m', '12166Mi'],
])('%i cores and %p GiB keep %s and %s back for Kubernetes', (cpus, memoryGib, cpu, memory) => {
  expect(reserve(cpus, memoryGib).kubeReserved).toEqual({ cpu, memory, 'ephemeral-storage': '1Gi', pid: '1000' });
});

test('the system of a worker keeps 256 MiB back, that of a control plane 512', () => {
  expect(reserve(4, 8).systemReserved).toEqual({
    cpu: '100m',
    memory: '256Mi',
    'ephemeral-storage': '1Gi',
    pid: '1000',
  });
  expect(reserve(4, 8, 'control-plane').systemReserved).toMatchObject({ memory: '512Mi' });
});

test('pods are evicted before memory, disk or inodes run out', () => {
  expect(reserve(4, 8).evictionHard).toEqual({
    'memory.available': '200Mi',
    'nodefs.available': '10%',
    'nodefs.inodesFree': '5%',
    'imagefs.available': '15%',
  });
});

test("a 2c4g worker keeps 1.83 cores and 2.55 GiB for pods, where the delivery guide's service shows 1.43 and 1.55", () => {
  const guide = { cpus: 1.43, memoryGib: 1.55 };
  const { allocatable } = reserve(2, 4);
  expect(allocatable).toEqual({ cpus: 1.83, memoryGib: 2.55 });
  // 500m of the service's own agents, less the 100m that ours keeps for the system.
  expect(allocatable.cpus - guide.cpus).toBeCloseTo(0.5 - 0.1);
  expect(allocatable.memoryGib - guide.memoryGib).toBeCloseTo(1);
});

test('a machine too small for what is kept back leaves nothing for pods', () => {
  expect(reserve(1, 0.5).allocatable.memoryGib).toBe(0);
});

test('memory that is no whole number of MiB is rounded down first', () => {
  expect(reserve(2, 3.7499).kubeReserved.memory).toBe('960Mi');
});

test('a larger machine never keeps less back, and never leaves less for pods', () => {
  const machine = fc.tuple(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 4096 }));
  const figures = ([cpus, quarters]: [number, number]) => {
    const { kubeReserved, allocatable } = reserve(cpus, quarters / 4);
    return [parseInt(kubeReserved.cpu), parseInt(kubeReserved.memory), allocatable.cpus, allocatable.memoryGib];
  };
  fc.assert(
    fc.property(machine, machine, (a, b) => {
      const smaller = figures([Math.min(a[0], b[0]), Math.min(a[1], b[1])]);
      const larger = figures([Math.max(a[0], b[0]), Math.max(a[1], b[1])]);
      expect(larger.every((value, index) => value >= smaller[index]!)).toBe(true);
    }),
  );
});

test('awk computes the same from the curve as data', () => {
  const { memory, cpu, smallMachine } = RESERVATION_CURVE;
  const steps = (curve: typeof memory | typeof cpu) =>
    curve
      .map(
        ({ upTo, share }) =>
          `{ to = ${upTo ?? 't'} < t ? ${upTo ?? 't'} : t; if (to > f) r += (to - f) * ${share}; f = to }`,
      )
      .join(' ');
  const program = `
    function up(x) { return x == int(x) ? x : int(x) + 1 }
    function mem(t,  r, f, to) { if (t < ${smallMachine.belowMib}) return ${smallMachine.reservedMib}; ${steps(memory)} return up(r / 100) }
    function cpu(t,  r, f, to) { ${steps(cpu)} return up(r) }
    { print cpu($1) "m", mem($2) "Mi" }`;
  const machines = [1, 2, 3, 4, 7, 16, 96].flatMap((cpus) =>
    [0.5, 1, 3.75, 8, 15, 64, 130, 768].map((gib) => [cpus, gib] as const),
  );
  const input = machines.map(([cpus, gib]) => `${cpus} ${gib * 1024}\n`).join('');
  const found = execFileSync('awk', [program], { input, encoding: 'utf8' });
  const wanted = machines.map(([cpus, gib]) => {
    const { kubeReserved } = reserve(cpus, gib);
    return `${kubeReserved.cpu} ${kubeReserved.memory}\n`;
  });
  expect(found).toBe(wanted.join(''));
});
