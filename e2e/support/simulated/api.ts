import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connectionOf } from '../../../cli/kube/kubeconfig';

/** What happened to an object; `LIST` tells of all that there are, whenever it begins anew. */
export type Change<T> =
  | { readonly type: 'LIST'; readonly items: readonly T[] }
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T };

/** The API, for what plays a part of the cluster. */
export class Api {
  private constructor(
    private readonly server: string,
    private readonly agent: https.Agent,
  ) {}

  public static async open(kubeconfig: string): Promise<Api> {
    const { server, authority, certificate, key } = await connectionOf(kubeconfig);
    return new Api(server, new https.Agent({ ca: authority, cert: certificate, key, keepAlive: true }));
  }

  /** Lists and watches; begins anew when a watch ends. */
  public async follow<T>(path: string, tell: (change: Change<T>) => void): Promise<never> {
    for (;;) {
      try {
        const list = JSON.parse(await textOf(await this.ask('GET', path))) as {
          items: T[];
          metadata: { resourceVersion: string };
        };
        tell({ type: 'LIST', items: list.items });
        const since = `watch=1&resourceVersion=${list.metadata.resourceVersion}`;
        for await (const line of lines(await this.ask('GET', `${path}?${since}`))) {
          const change = JSON.parse(line) as Change<T>;
          if (!['ADDED', 'MODIFIED', 'DELETED'].includes(change.type)) break;
          tell(change);
        }
      } catch (error) {
        console.error(path, String(error));
      }
      await new Promise((done) => setTimeout(done, 300));
    }
  }

  /** The status and the text of the answer. */
  public async send(method: string, path: string, body: object, type = 'application/json'): Promise<[number, string]> {
    const answer = await this.ask(method, path, JSON.stringify(body), type);
    return [answer.statusCode ?? 0, await textOf(answer)];
  }

  private ask(method: string, path: string, body?: string, type?: string): Promise<IncomingMessage> {
    return new Promise((done, fail) => {
      // Node tells the length of what DELETE brings to nobody by itself.
      const headers =
        body === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
      https
        .request(this.server + path, { method, headers, agent: this.agent }, done)
        .on('error', fail)
        .end(body);
    });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) text += chunk as string;
  return text;
}

async function* lines(answer: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) {
    const all = (rest + (chunk as string)).split('\n');
    rest = all.pop() ?? '';
    yield* all;
  }
}
