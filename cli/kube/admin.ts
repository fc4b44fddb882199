import type { CloudSession } from '../cloud';
import { Failure } from '../exits';
import type { Connection } from './connection';

/** How to reach the API as its administrator: the certificate of some hours that hosts keep in the secret store. */
export async function adminConnection(cloud: CloudSession): Promise<Connection> {
  const { endpoint } = await cloud.current();
  const text = await cloud.readSecret('access/admin');
  if (text === undefined) {
    throw new Failure(
      'the secret store holds no access/admin: the cluster was never made; look at the hosts, `journalctl -u hacluster-bootstrap`',
    );
  }
  const { certificate, key, ca, expires } = JSON.parse(text) as Record<string, string>;
  if (expires !== undefined && Date.parse(expires) < Date.now()) {
    throw new Failure(
      `the admin certificate in the secret store ended at ${expires}: no control plane renews it; look at the hosts, or give --kubeconfig`,
    );
  }
  return { server: `https://${endpoint}`, authority: ca, certificate, key };
}
