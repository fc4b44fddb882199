import { kubeletReservations } from '../core/reservations';
import type { Machine } from '../hosts/machines';

/** What pods may ask for on all workers together, in the words of Kubernetes. */
export interface WorkerCapacity {
  /** CPU, such as `57600m`. */
  readonly cpu: string;
  /** Memory, such as `215040Mi`. */
  readonly memory: string;
}

/** Some workers of one kind. */
export interface Workers {
  /** How many. */
  readonly count: number;
  /** What each is. */
  readonly shape: Pick<Machine, 'cpus' | 'memoryGib'>;
}

/** What machines have, less what their kubelets keep back. */
export function capacityOf(workers: readonly Workers[]): WorkerCapacity {
  const all = workers.map(({ count, shape }) => {
    const { allocatable } = kubeletReservations({ ...shape, role: 'worker' });
    return {
      millis: count * Math.floor(allocatable.cpus * 1000),
      mib: count * Math.floor(allocatable.memoryGib * 1024),
    };
  });
  const sum = (key: 'millis' | 'mib') => all.reduce((total, one) => total + one[key], 0);
  return { cpu: `${sum('millis')}m`, memory: `${sum('mib')}Mi` };
}
