import http from 'node:http';
import { pause } from '../support/processes';

/** A request and what came of it. */
export interface Sent {
  /** When it was due, in milliseconds since 1970. */
  readonly due: number;
  /** Milliseconds from then to the end of the answer: a late start counts. */
  readonly ms: number;
  /** `200`, another status, or what broke. */
  readonly status: string;
  /** The version of the app that answered. */
  readonly version: string;
}

const GATEWAY = { host: '127.0.0.1', port: 8000 };
const PATIENCE_MS = 10_000;

/** Requests that are due by the clock, whether or not earlier ones were answered. */
export class Load {
  public readonly sent: Sent[] = [];
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  private readonly begun = Date.now();
  private issued = 0;
  private readonly timer = setInterval(() => {
    for (let due = this.next(); due <= Date.now(); due = this.next()) {
      this.issued += 1;
      void ask(this.host, {}, this.agent, due).then((sent) => this.sent.push(sent));
    }
  }, 5);

  constructor(
    private readonly host: string,
    private readonly perSecond = 400,
  ) {}

  /** Goes on until there are so many, and all are answered or given up. */
  public async end(least: number): Promise<readonly Sent[]> {
    while (this.issued < least) await pause(50);
    clearInterval(this.timer);
    while (this.sent.length < this.issued) await pause(50);
    this.agent.destroy();
    return this.sent;
  }

  private next(): number {
    return this.begun + (this.issued * 1000) / this.perSecond;
  }
}

/** One request through the gateway. */
export function ask(
  host: string,
  headers: Readonly<Record<string, string>>,
  agent?: http.Agent,
  due = Date.now(),
): Promise<Sent> {
  return new Promise((done) => {
    const end = (status: string, version = '') => {
      done({ due, ms: Date.now() - due, status, version });
    };
    const request = http.get({ ...GATEWAY, headers: { ...headers, host }, agent, timeout: PATIENCE_MS }, (answer) => {
      answer.resume();
      answer.on('error', (error: NodeJS.ErrnoException) => {
        end(error.code ?? error.message);
      });
      answer.on('end', () => {
        end(String(answer.statusCode), String(answer.headers['x-version'] ?? ''));
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error: NodeJS.ErrnoException) => {
      end(error.code ?? error.message);
    });
  });
}

/** What did not go well, counted by what it was. */
export function failures(sent: readonly Sent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of sent) if (status !== '200') counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Percent of the answers that came from a version. */
export function share(sent: readonly Sent[], version: string): number {
  const answered = sent.filter(({ status }) => status === '200');
  return (100 * answered.filter((one) => one.version === version).length) / Math.max(1, answered.length);
}

/** Milliseconds that the slowest of a hundred took. */
export function p99(sent: readonly Sent[]): number {
  const all = sent.map(({ ms }) => ms).sort((a, b) => a - b);
  return Math.round(all[Math.floor(all.length * 0.99)] ?? 0);
}
