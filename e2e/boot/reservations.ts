/** Reads lines `CPUS MIB`; prints, for each, what the library reserves on a worker of that size. */
import { readFileSync } from 'node:fs';
import { kubeletReservations } from '../../lib/core/reservations';

for (const line of readFileSync(0, 'utf8').trim().split('\n')) {
  const [cpus = 0, mib = 0] = line.split(' ').map(Number);
  const { kubeReserved, systemReserved, evictionHard } = kubeletReservations({
    cpus,
    memoryGib: mib / 1024,
    role: 'worker',
  });
  console.log(JSON.stringify({ kubeReserved, systemReserved, evictionHard }));
}
