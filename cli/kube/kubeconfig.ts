import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { Failure } from '../exits';
import type { Connection } from './connection';

/** A kubeconfig, as far as it is read and written here. */
export interface Kubeconfig {
  'current-context'?: string;
  clusters?: { name: string; cluster: Record<string, unknown> }[];
  contexts?: { name: string; context: Record<string, unknown> }[];
  users?: { name: string; user: Record<string, unknown> }[];
  [other: string]: unknown;
}

interface Exec {
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly apiVersion: string;
}

/** How a kubeconfig says to reach its cluster. */
export async function connectionOf(file: string, context?: string): Promise<Connection> {
  const config = readKubeconfig(file);
  const wanted = context ?? config['current-context'];
  const found = config.contexts?.find(({ name }) => name === wanted)?.context;
  const names = config.contexts?.map(({ name }) => name).join(', ') ?? '';
  if (!found) throw new Failure(`${file} has no context "${wanted ?? ''}"; it has ${names || 'none'}`);
  const cluster = config.clusters?.find(({ name }) => name === found.cluster)?.cluster ?? {};
  const user = config.users?.find(({ name }) => name === found.user)?.user ?? {};
  const pem = (place: Record<string, unknown>, name: string) => inlineOrFile(file, place, name);
  for (const unsafe of ['insecure-skip-tls-verify', 'proxy-url']) {
    if (cluster[unsafe]) throw new Failure(`${file} asks for ${unsafe}, which is not done here; take it out`);
  }
  return {
    server: textOf(cluster, 'server') ?? '',
    authority: pem(cluster, 'certificate-authority'),
    serverName: textOf(cluster, 'tls-server-name'),
    certificate: pem(user, 'client-certificate'),
    key: pem(user, 'client-key'),
    token: textOf(user, 'token') ?? tokenFile(file, user),
    ...(user.exec ? await ask(user.exec as Exec) : {}),
  };
}

/** What a file holds; nothing where there is none. */
export function readKubeconfig(file: string): Kubeconfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Failure(`${file} cannot be read; name a kubeconfig by --kubeconfig`);
  }
  const config: unknown = load(text);
  if (typeof config === 'object' && config !== null && 'clusters' in config) return config as Kubeconfig;
  throw new Failure(`${file} is not a kubeconfig`);
}

const textOf = (place: Record<string, unknown>, name: string) => {
  const value = place[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

function inlineOrFile(file: string, place: Record<string, unknown>, name: string): string | undefined {
  const inline = textOf(place, `${name}-data`);
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
  const path = textOf(place, name);
  return path === undefined ? undefined : readFileSync(resolve(dirname(file), path), 'utf8');
}

function tokenFile(file: string, user: Record<string, unknown>): string | undefined {
  const path = textOf(user, 'tokenFile');
  return path === undefined ? undefined : readFileSync(resolve(dirname(file), path), 'utf8').trim();
}

async function ask({ command, args, env, apiVersion }: Exec): Promise<Partial<Connection>> {
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const { stdout } = await promisify(execFile)(command, [...(args ?? [])], {
    env: { ...process.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    timeout: 60_000,
  });
  const { status = {} } = JSON.parse(stdout) as { status?: Record<string, string> };
  return {
    ...(status.token ? { token: status.token } : {}),
    ...(status.clientCertificateData ? { certificate: status.clientCertificateData, key: status.clientKeyData } : {}),
  };
}
