import { ValidationError, type Located } from '../../core/errors';
import { nearest } from '../../core/nearest';
import { machineSize, type MachineSize } from '../../core/sizes';
import type { Machine } from '../machines';

type Sizes = Readonly<Record<string, number>>;

// CPUs by the second half of a flavor's name.
const upTo16: Sizes = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '12xlarge': 48,
  '16xlarge': 64,
};
const upTo24: Sizes = { ...upTo16, '24xlarge': 96 };
const seventhIntel: Sizes = { ...upTo24, '48xlarge': 192 };
const sixthIntel: Sizes = { ...upTo24, '32xlarge': 128 };
const sixthAmd: Sizes = { ...sixthIntel, '48xlarge': 192 };
const seventhAmd: Sizes = { ...sixthAmd, medium: 1 };
const graviton: Sizes = { ...upTo16, medium: 1 };
const fourthGraviton: Sizes = { ...seventhIntel, medium: 1 };

// GiB a CPU by the first letter of a family.
const memory: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

const generations: readonly (readonly [generation: string, architecture: Machine['architecture'], sizes: Sizes])[] = [
  ['7i', 'amd64', seventhIntel],
  ['7a', 'amd64', seventhAmd],
  ['6i', 'amd64', sixthIntel],
  ['6a', 'amd64', sixthAmd],
  ['8g', 'arm64', fourthGraviton],
  ['7g', 'arm64', graviton],
  ['6g', 'arm64', graviton],
];

/** Machines whose CPUs are shared: for trials, never for etcd under load. */
const burstable: readonly Machine[] = [
  ['t3', 'amd64'] as const,
  ['t3a', 'amd64'] as const,
  ['t4g', 'arm64'] as const,
].flatMap(([family, architecture]) =>
  Object.entries({ medium: [2, 4], large: [2, 8], xlarge: [4, 16], '2xlarge': [8, 32] }).map(
    ([size, [cpus = 0, memoryGib = 0]]) => ({ flavor: `${family}.${size}`, cpus, memoryGib, architecture }),
  ),
);

/**
 * Every machine that is known by name.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-type-specifications.html
 */
export const MACHINES: readonly Machine[] = [
  ...generations.flatMap(([generation, architecture, sizes]) =>
    Object.entries(memory).flatMap(([letter, gibPerCpu]) =>
      Object.entries(sizes).map(([size, cpus]) => ({
        flavor: `${letter}${generation}.${size}`,
        cpus,
        memoryGib: cpus * gibPerCpu,
        architecture,
      })),
    ),
  ),
  ...burstable,
];

// What a size such as 8c32g stands for: one generation, so that a size is the same machine everywhere.
const bySize = MACHINES.filter(({ flavor }) => /^[cmr]7i\./.test(flavor));

/**
 * The machine of a size such as `8c32g`, or of an exact flavor.
 *
 * @throws ValidationError with the nearest size or flavor there is
 */
export function machineOf(at: Located, property: string, text: string, further: readonly Machine[] = []): Machine {
  return /^\d+c\d+g$/.test(text)
    ? sized(at, property, machineSize(at, property, text))
    : named(at, property, text, further);
}

function sized(at: Located, property: string, { name, cpus, memoryGib }: MachineSize): Machine {
  const exact = bySize.find((machine) => machine.cpus === cpus && machine.memoryGib === memoryGib);
  if (exact) return exact;
  const enough = bySize.filter((machine) => machine.cpus >= cpus && machine.memoryGib >= memoryGib);
  const byWaste = (a: Machine, b: Machine) => a.cpus - b.cpus || a.memoryGib - b.memoryGib;
  const [cure = bySize.toSorted(byWaste).at(-1)] = enough.toSorted(byWaste);
  const use = cure ? `${cure.cpus}c${cure.memoryGib}g (${cure.flavor})` : 'a flavor';
  throw new ValidationError(at, `${property} must be a size that AWS has, got ${name}; use ${use}`);
}

function named(at: Located, property: string, text: string, further: readonly Machine[]): Machine {
  const all = [...further, ...MACHINES];
  const exact = all.find(({ flavor }) => flavor === text);
  if (exact) return exact;
  const cure =
    nearest(
      text,
      all.map(({ flavor }) => flavor),
    ) ?? 'a size';
  throw new ValidationError(
    at,
    `${property} must be a size such as 8c32g or a known flavor, got ${text}; use ${cure}, or describe ${text} in machines of AwsHosts`,
  );
}
