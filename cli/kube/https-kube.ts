import { Agent, request, type RequestOptions } from 'node:https';
import { Failure } from '../exits';
import type { Eviction, KubeApi, KubeNode, KubePod } from '../kube';
import type { Connection } from './connection';

const SECONDS = 15;
const ROLE = 'node-role.kubernetes.io/control-plane';

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Listed {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly unknown[];
}

interface RawNode {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly unschedulable?: boolean; readonly providerID?: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string };
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

interface RawPod {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
  };
  readonly status: { readonly phase: string };
}

/**
 * The API over Node's own HTTPS.
 *
 * A dozen calls; the client of the Kubernetes project brings the model of every kind of object.
 */
export class HttpsKube implements KubeApi {
  private readonly agent: Agent;

  constructor(private readonly connection: Connection) {
    const { authority, certificate, key, serverName } = connection;
    this.agent = new Agent({ keepAlive: true, ca: authority, cert: certificate, key, servername: serverName });
  }

  public async nodes(): Promise<KubeNode[]> {
    return (await this.list('/api/v1/nodes')).map((item) => nodeOf(item as RawNode));
  }

  public async configMap(name: string): Promise<Readonly<Record<string, string>> | undefined> {
    const path = `/api/v1/namespaces/kube-system/configmaps/${name}`;
    const { status, text } = await this.ask('GET', path, [200, 404]);
    return status === 404 ? undefined : ((JSON.parse(text) as { data?: Record<string, string> }).data ?? {});
  }

  public async patchConfigMap(name: string, data: Readonly<Record<string, string | null>>): Promise<void> {
    const folder = '/api/v1/namespaces/kube-system/configmaps';
    const patch = () => this.ask('PATCH', `${folder}/${name}`, [200, 404], { data });
    if ((await patch()).status === 200) return;
    const kept = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: kept };
    // Somebody else may have made it meanwhile.
    if ((await this.ask('POST', folder, [201, 409], made)).status === 409) await patch();
  }

  public async cordon(node: string, yes: boolean): Promise<void> {
    await this.ask('PATCH', `/api/v1/nodes/${node}`, [200], { spec: { unschedulable: yes || null } });
  }

  public async podsOn(node: string): Promise<KubePod[]> {
    const field = encodeURIComponent(`spec.nodeName=${node}`);
    return (await this.list(`/api/v1/pods?fieldSelector=${field}`)).map((item) => podOf(item as RawPod));
  }

  public async evict({ namespace, name, uid }: KubePod): Promise<Eviction> {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    const answer = await this.ask('POST', path, [200, 201, 403, 404, 409, 429], {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: { preconditions: { uid } },
    });
    const { status, text } = answer;
    if (status === 429) return 'refused';
    // A namespace that is being deleted takes its pods along, and takes no eviction.
    if (status === 403 && !text.includes('"NamespaceTerminating"')) throw this.refusal(answer, 'POST', path);
    // 409: another pod has its name by now.
    return status === 404 || status === 409 ? 'gone' : 'evicted';
  }

  public async deleteNode(name: string): Promise<void> {
    await this.ask('DELETE', `/api/v1/nodes/${name}`, [200, 202, 404]);
  }

  public async read(path: string): Promise<unknown> {
    const { status, text } = await this.ask('GET', path, [200, 404]);
    return status === 404 ? undefined : (JSON.parse(text) as unknown);
  }

  public async patch(path: string, body: object): Promise<void> {
    await this.ask('PATCH', path, [200], body);
  }

  public async readyz(): Promise<boolean> {
    try {
      return (await send(this.connection, this.agent, 'GET', '/readyz')).status === 200;
    } catch {
      return false;
    }
  }

  private async list(path: string): Promise<unknown[]> {
    const all: unknown[] = [];
    let next = '';
    do {
      const page = `${path.includes('?') ? '&' : '?'}limit=500${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
      const { metadata, items } = JSON.parse((await this.ask('GET', path + page, [200])).text) as Listed;
      all.push(...items);
      next = metadata.continue ?? '';
    } while (next !== '');
    return all;
  }

  private async ask(method: string, path: string, good: readonly number[], body?: unknown): Promise<Answer> {
    const { server } = this.connection;
    let answer: Answer;
    try {
      const once = () => send(this.connection, this.agent, method, path, body);
      // A connection that was kept may lead to an API server that is gone; every call here may be made twice.
      answer = await once().catch(once);
    } catch (error) {
      const { message: why } = error as Error;
      throw new Failure(`${server} does not answer (${why}); can this machine reach it, by a VPN or apiAllowedRanges?`);
    }
    if (good.includes(answer.status)) return answer;
    throw this.refusal(answer, method, path);
  }

  private refusal(answer: Answer, method: string, path: string): Failure {
    const { server } = this.connection;
    const said = messageOf(answer.text);
    if (answer.status === 401) {
      return new Failure(`${server} does not know who you are (${said}); get a new kubeconfig by \`access\``);
    }
    return new Failure(`${server} answered ${answer.status} to ${method} ${path.split('?')[0] ?? ''}: ${said}`);
  }
}

/** Whether an API server of this authority answers, whatever it says: the chain is verified. */
export async function apiAnswers(endpoint: string, authority: string): Promise<boolean> {
  const connection = { server: `https://${endpoint}`, authority };
  const agent = new Agent({ ca: authority });
  try {
    return (await send(connection, agent, 'GET', '/livez')).status > 0;
  } catch {
    return false;
  } finally {
    agent.destroy();
  }
}

function send(to: Connection, agent: Agent, method: string, path: string, body?: unknown): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options: RequestOptions = {
    method,
    agent,
    timeout: SECONDS * 1000,
    headers: {
      accept: 'application/json',
      ...(text === undefined ? {} : { 'content-type': kindOf(method), 'content-length': Buffer.byteLength(text) }),
      ...(to.token === undefined ? {} : { authorization: `Bearer ${to.token}` }),
    },
  };
  return new Promise((done, fail) => {
    const asked = request(new URL(path, to.server), options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => {
        done({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`nothing for ${SECONDS} s`)));
    asked.on('error', fail);
    asked.end(text);
  });
}

const kindOf = (method: string) => (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.split('\n')[0] ?? '';
  }
}

function nodeOf({ metadata, spec, status }: RawNode): KubeNode {
  const { labels = {} } = metadata;
  const { conditions = [], addresses = [] } = status;
  return {
    name: metadata.name,
    role: ROLE in labels ? 'control-plane' : 'worker',
    ready: conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    cordoned: spec.unschedulable === true,
    version: status.nodeInfo.kubeletVersion,
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    machineId: (spec.providerID ?? '').split('/').at(-1) ?? '',
    addresses: addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
  };
}

function podOf({ metadata, status }: RawPod): KubePod {
  const { namespace, name, uid, deletionTimestamp, ownerReferences = [] } = metadata;
  const { phase } = status;
  const owner = ownerReferences.find(({ controller }) => controller === true)?.kind;
  return { namespace, name, uid, phase, ending: deletionTimestamp !== undefined, owner };
}
