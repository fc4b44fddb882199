import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { python, repo } from './folders';
import { freePort } from './ports';
import { background, pause } from './processes';

/** A running AWS API emulator. */
export interface Emulator {
  readonly url: string;
  /** What makes Terraform, the provider and boto3 talk to it and to nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts an image of the account's own there, as one who bakes images would. */
  addImage(name: string): Promise<void>;
  /** The last that it printed. */
  output(): string;
  stop(): Promise<void>;
}

/** The emulator with its repairs: the lab's and this suite's are one file. */
export const emulatorFile = join(repo, 'e2e', 'lab', 'emulator.py');

/** Starts an emulator of its own on a free port of the loopback address. */
export async function startEmulator(region: string): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = join(python, 'bin', 'python3');
  const server = background(existsSync(own) ? own : 'python3', [emulatorFile, '-H', '127.0.0.1', '-p', String(port)], {
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true', PYTHONDONTWRITEBYTECODE: '1' },
  });
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${url}/moto-api/data.json`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (answer?.ok) break;
    if (server.ended() || tries === 150) {
      await server.end();
      throw new Error(`the emulator did not start:\n${server.output()}`);
    }
    await pause(200);
  }
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const addImage = (name: string): Promise<void> => registerImage(url, region, name);
  return { url, env, addImage, output: () => server.output(), stop: () => server.end() };
}

async function registerImage(url: string, region: string, name: string): Promise<void> {
  const wish = {
    Action: 'RegisterImage',
    Version: '2016-11-15',
    Name: name,
    Architecture: 'x86_64',
    RootDeviceName: '/dev/sda1',
    VirtualizationType: 'hvm',
  };
  // The emulator reads region and service from the scope and lets the operator's key pass without a valid signature.
  const scope = `Credential=test/20200101/${region}/ec2/aws4_request`;
  const headers = { Authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` };
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(wish) });
  if (!answer.ok) throw new Error(`RegisterImage ${name}: ${answer.status} ${await answer.text()}`);
}
