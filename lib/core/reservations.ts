/** What a machine keeps back from pods is computed from. */
export interface ReservationWish {
  /** Virtual CPUs. */
  readonly cpus: number;
  /** Memory in GiB. */
  readonly memoryGib: number;
  /** What the machine is for. */
  readonly role: NodeRole;
}

/** What a machine is for. */
export type NodeRole = 'control-plane' | 'worker';

/** Amounts in the words of a kubelet's configuration. */
export interface ReservedResources {
  /** CPU, such as `70m`. */
  readonly cpu: string;
  /** Memory, such as `1024Mi`. */
  readonly memory: string;
  /** Disk, such as `1Gi`. */
  readonly 'ephemeral-storage': string;
  /** Process ids. */
  readonly pid: string;
}

/** What a kubelet keeps back from pods. */
export interface KubeletReservations {
  /** For the kubelet and the container runtime. */
  readonly kubeReserved: ReservedResources;
  /** For the operating system; on control planes also for what pods of the control plane take beyond their requests. */
  readonly systemReserved: ReservedResources;
  /** Thresholds below which the kubelet evicts pods, by signal. */
  readonly evictionHard: Readonly<Record<string, string>>;
  /** What is left for pods. */
  readonly allocatable: {
    /** CPUs, to a thousandth. */
    readonly cpus: number;
    /** Memory in GiB, to a hundredth. */
    readonly memoryGib: number;
  };
}

/** A step of a curve: this much of each unit, up to a total. */
export interface CurveStep {
  /** Where the step ends; none for the last. */
  readonly upTo: number | null;
  /** How much of each unit below that is kept back. */
  readonly share: number;
}

/**
 * The numbers of `kubeletReservations`, for scripts that compute the same on the node from its real memory, which is
 * less than its size says.
 *
 * The curve is the one GKE publishes. Both roundings go up: memory to a MiB, CPU to a thousandth.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes
 */
export const RESERVATION_CURVE = {
  /** Percent of each MiB, by MiB. */
  memory: [
    { upTo: 4096, share: 25 },
    { upTo: 8192, share: 20 },
    { upTo: 16384, share: 10 },
    { upTo: 131072, share: 6 },
    { upTo: null, share: 2 },
  ],
  /** Thousandths of each CPU, by CPU. */
  cpu: [
    { upTo: 1, share: 60 },
    { upTo: 2, share: 10 },
    { upTo: 4, share: 5 },
    { upTo: null, share: 2.5 },
  ],
  /** A machine with less memory than this keeps a fixed amount back. */
  smallMachine: { belowMib: 1024, reservedMib: 255 },
  /** Disk and process ids of the Kubernetes parts, which follow no curve. */
  kube: { ephemeralStorage: '1Gi', pid: '1000' },
  /** For the operating system. */
  system: {
    worker: { cpuMillis: 100, memoryMib: 256, ephemeralStorage: '1Gi', pid: '1000' },
    'control-plane': { cpuMillis: 100, memoryMib: 512, ephemeralStorage: '1Gi', pid: '1000' },
  },
  /** Thresholds of eviction; the one of memory in MiB. */
  eviction: {
    memoryMib: 200,
    signals: { 'nodefs.available': '10%', 'nodefs.inodesFree': '5%', 'imagefs.available': '15%' },
  },
} as const;

/**
 * What a kubelet keeps back on a machine, and what pods get of it.
 *
 * A worker of 2c4g keeps 1.83 cores and 2.55 GiB for pods. The delivery guide's console shows 1.43 and 1.55 for such a
 * machine. Both keep 70m of CPU back by the same curve; ours adds 100m for the system. The guide's further 500m is,
 * as we read it, what the service's own agents request there: here those are pods like any other, and are counted when
 * they are installed. Its memory goes by pods instead of by size: a service of that kind publishes 700 MiB for the
 * first 16 pods and up to 18.75 MiB for each further one, 1,589 MiB for 110, off the 3.7 GiB that the kernel leaves of
 * 4 GB. Who wants that margin gives the kubelet's configuration.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-cce/cce_10_0178.html
 */
export function kubeletReservations({ cpus, memoryGib, role }: ReservationWish): KubeletReservations {
  const { smallMachine, memory, cpu, kube, eviction } = RESERVATION_CURVE;
  const system = RESERVATION_CURVE.system[role];
  const mib = Math.floor(memoryGib * 1024);
  const kubeMib = mib < smallMachine.belowMib ? smallMachine.reservedMib : Math.ceil(alongCurve(memory, mib) / 100);
  const kubeMillis = Math.ceil(alongCurve(cpu, cpus));
  const freeMib = Math.max(mib - kubeMib - system.memoryMib - eviction.memoryMib, 0);
  return {
    kubeReserved: resources(kubeMillis, kubeMib, kube),
    systemReserved: resources(system.cpuMillis, system.memoryMib, system),
    evictionHard: { 'memory.available': `${eviction.memoryMib}Mi`, ...eviction.signals },
    allocatable: {
      cpus: (cpus * 1000 - kubeMillis - system.cpuMillis) / 1000,
      memoryGib: Math.floor((freeMib * 100) / 1024) / 100,
    },
  };
}

function alongCurve(steps: readonly CurveStep[], total: number): number {
  let reserved = 0;
  let from = 0;
  for (const { upTo, share } of steps) {
    const to = Math.min(total, upTo ?? total);
    reserved += Math.max(to - from, 0) * share;
    from = to;
  }
  return reserved;
}

function resources(
  millis: number,
  mib: number,
  { ephemeralStorage, pid }: { readonly ephemeralStorage: string; readonly pid: string },
): ReservedResources {
  return { cpu: `${millis}m`, memory: `${mib}Mi`, 'ephemeral-storage': ephemeralStorage, pid };
}
