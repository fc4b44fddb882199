import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { dump } from 'js-yaml';
import { readKubeconfig, type Kubeconfig } from './kubeconfig';

/** What `access` puts into a kubeconfig. */
export interface KubeconfigEntry {
  readonly cluster: string;
  readonly server: string;
  readonly authority: string;
  readonly user: string;
  readonly certificate: string;
  readonly key: string;
}

/** Writes a kubeconfig that nobody else may read; of one that is there, everything but the same cluster's stays. */
export function writeKubeconfig(file: string, entry: KubeconfigEntry): void {
  const { cluster, server, authority, certificate, key } = entry;
  const user = `${entry.user}@${cluster}`;
  const before: Kubeconfig = existsSync(file) ? readKubeconfig(file) : { apiVersion: 'v1', kind: 'Config' };
  const config: Kubeconfig = {
    ...before,
    'current-context': cluster,
    clusters: put(before.clusters, {
      name: cluster,
      cluster: { server, 'certificate-authority-data': encoded(authority) },
    }),
    users: put(before.users, {
      name: user,
      user: { 'client-certificate-data': encoded(certificate), 'client-key-data': encoded(key) },
    }),
    contexts: put(before.contexts, { name: cluster, context: { cluster, user } }),
  };
  mkdirSync(dirname(resolve(file)), { recursive: true, mode: 0o700 });
  const made = `${file}.${process.pid}`;
  writeFileSync(made, dump(config), { mode: 0o600, flag: 'wx' });
  chmodSync(made, 0o600);
  renameSync(made, file);
}

const encoded = (pem: string) => Buffer.from(pem).toString('base64');

function put<T extends { name: string }>(list: T[] | null | undefined, one: T): T[] {
  return [...(list ?? []).filter(({ name }) => name !== one.name), one];
}
