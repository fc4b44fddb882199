import { randomUUID } from 'node:crypto';
import { EXITS, Failure } from '../exits';
import type { Outcome, Surroundings } from '../surroundings';

const NOTES = 'hacluster-snapshot';

/** Options of `snapshot`. */
export interface SnapshotOptions {
  readonly timeout: number;
}

/** Has the etcd leader store a snapshot now, and waits until it lies in the bucket. */
export async function run(around: Surroundings, { timeout }: SnapshotOptions): Promise<Outcome> {
  const kube = await around.kube();
  const request = randomUUID();
  const begun = around.now().getTime();
  const elapsed = () => Math.round((around.now().getTime() - begun) / 1000);
  await kube.patchConfigMap(NOTES, { request });
  around.say('asked; the etcd leader looks every 15 seconds');
  while (elapsed() < timeout) {
    await around.pause(2);
    const notes = (await kube.configMap(NOTES)) ?? {};
    // Somebody who asked after us has one that was begun after ours was asked for.
    if (notes.done === undefined || notes.done !== notes.request) continue;
    const { key = '', revision = '', keys = '' } = notes;
    const seconds = elapsed();
    return {
      lines: [`stored ${key}: revision ${revision}, ${keys} keys, after ${seconds} s`],
      json: { key, revision: Number(revision), keys: Number(keys), seconds },
    };
  }
  throw new Failure(
    `no snapshot was stored within ${timeout} s; see \`status\` for the leader, and there \`journalctl -u hacluster-requests\``,
    EXITS.FAILED,
    { request },
  );
}
