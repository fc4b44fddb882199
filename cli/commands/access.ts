import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CloudSession } from '../cloud';
import { makeRequest } from '../csr';
import { Failure } from '../exits';
import { writeKubeconfig } from '../kube/write-kubeconfig';
import type { Outcome, Surroundings } from '../surroundings';

/** Options of `access`. */
export interface AccessOptions {
  readonly output?: string;
  readonly timeout: number;
}

/** What hosts answer to a request. */
interface Answer {
  readonly certificate?: string;
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly expires?: string;
  readonly refused?: string;
}

/** Writes a kubeconfig with a short-lived certificate in the name of whoever the cloud says has asked. */
export async function run(around: Surroundings, { output, timeout }: AccessOptions): Promise<Outcome> {
  const { cluster } = around;
  const file = output ?? join(homedir(), '.kube', `hacluster-${cluster}`);
  const cloud = await around.cloud();
  const { endpoint } = await cloud.current();
  const authority = await cloud.readSecret('public/ca.crt');
  if (authority === undefined) throw new Failure('the secret store holds no public/ca.crt: the cluster was never made');
  const { key, request } = makeRequest();
  const id = randomBytes(16).toString('hex');
  const names = [`access/requests/${id}`, `access/certificates/${id}`] as const;
  await cloud.createSecret(names[0], request);
  let answer: Answer;
  try {
    around.say('asked; control planes look every 15 seconds');
    answer = await wait(around, cloud, names[1], timeout);
  } finally {
    // In this order: a host that answers late sees that the request is gone, and takes its answer back.
    await cloud.deleteSecrets(names);
  }
  const { certificate, name = '', groups = [], expires = '', refused } = answer;
  if (certificate === undefined)
    throw new Failure(`refused: ${refused ?? 'without a reason'}; the prop people of HaCluster holds the list`);
  check(certificate, { key, authority, name });
  writeKubeconfig(file, { cluster, server: `https://${endpoint}`, authority, user: name, certificate, key });
  return {
    lines: [`${name} (${groups.join(', ')}) until ${expires}`, `kubeconfig: ${file}, context ${cluster}`],
    json: { kubeconfig: file, context: cluster, name, groups, expires },
  };
}

async function wait(around: Surroundings, cloud: CloudSession, name: string, timeout: number): Promise<Answer> {
  const begun = around.now().getTime();
  while (around.now().getTime() - begun < timeout * 1000) {
    await around.pause(3);
    const text = await cloud.readSecret(name);
    if (text !== undefined) return JSON.parse(text) as Answer;
  }
  throw new Failure(
    `no control plane answered within ${timeout} s; do they run (\`status\`), and is their clock right? They log by \`journalctl -u hacluster-requests\``,
  );
}

/** Nobody but the cluster can have signed it, and it is for the key that was made here. */
function check(certificate: string, { key, authority, name }: { key: string; authority: string; name: string }): void {
  const found = new X509Certificate(certificate);
  const own = found.checkPrivateKey(createPrivateKey(key)) && found.verify(new X509Certificate(authority).publicKey);
  const subject = found.subject.split('\n').find((line) => line.startsWith('CN='));
  if (own && subject === `CN=${name}`) return;
  throw new Failure(
    'the certificate in the secret store is not for this request: somebody else wrote it; tell who keeps the cluster',
  );
}
