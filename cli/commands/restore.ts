import { EXITS, Failure } from '../exits';
import type { CloudSession } from '../cloud';
import type { Outcome, Surroundings } from '../surroundings';

/** Options of `restore`. */
export interface RestoreOptions {
  readonly snapshot: string;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

/** Has hosts that wait for a lost cluster make it again from a snapshot. */
export async function run(around: Surroundings, options: RestoreOptions): Promise<Outcome> {
  const { snapshot, yes = false, wait = false } = options;
  if (snapshot !== 'LATEST' && !/^snapshots\/[\w.-]+\/[\w.-]+\.db$/.test(snapshot)) {
    throw new Failure(
      `--snapshot must be LATEST or a key such as snapshots/UID/20260102T030405Z-NODE.db, got ${snapshot}`,
      EXITS.USAGE,
    );
  }
  const cloud = await around.cloud();
  const { endpoint } = await cloud.current();
  const phase = await phaseOf(cloud);
  const authority = await cloud.readSecret('public/ca.crt');
  if (authority === undefined) throw new Failure('the secret store holds no public/ca.crt: the cluster was never made');
  if (await around.answers(endpoint, authority)) {
    throw new Failure(
      `an API server answers at ${endpoint}: hosts of a cluster that lives would not act on it, and the next loss would restore by itself; a restore is for when every control plane is lost`,
    );
  }
  const groups = (await cloud.groups()).filter(({ role }) => role === 'control-plane');
  const hosts = groups.flatMap(({ name, machines }) => machines.map(({ id, state }) => ({ id, state, group: name })));
  const plan = { snapshot, phase, endpoint, hosts };
  if (!yes) {
    return {
      exit: EXITS.USAGE,
      lines: [
        `nothing was done; with --yes, cluster ${around.cluster} is made again from ${snapshot}: what was written after it is lost`,
        `phase now: ${phase}; no API server answers at ${endpoint}, as seen from here`,
        ...hosts.map(({ id, state, group }) => `control plane ${id} of ${group}: ${state}`),
        'a control plane that was a member must be terminated first: only hosts that wait to join act on it',
      ],
      json: { ...plan, done: false },
    };
  }
  await cloud.writeSecret('state', JSON.stringify({ phase: 'restore', snapshot }));
  const lines = [`asked for a restore of ${snapshot}; one of ${hosts.length} hosts takes the lock and does it`];
  if (!wait) return { lines, json: { ...plan, phase: 'restore', done: false } };
  around.say(lines.join('\n'));
  const seconds = await follow(around, { cloud, endpoint, authority, timeout: options.timeout });
  return {
    lines: [
      `restored ${snapshot}: the API server answers, after ${seconds} s; the other control planes join one by one`,
    ],
    json: { ...plan, phase: 'initialized', done: true, seconds },
  };
}

async function follow(
  around: Surroundings,
  to: { cloud: CloudSession; endpoint: string; authority: string; timeout: number },
): Promise<number> {
  const { cloud, endpoint, authority, timeout } = to;
  const begun = around.now().getTime();
  const elapsed = () => Math.round((around.now().getTime() - begun) / 1000);
  let said = '';
  while (elapsed() < timeout) {
    await around.pause(5);
    const phase = await phaseOf(cloud);
    const answers = await around.answers(endpoint, authority);
    const line = `phase ${phase}, the API server ${answers ? 'answers' : 'does not answer'}`;
    if (line !== said) around.say(`${line} after ${elapsed()} s`);
    said = line;
    if (phase === 'initialized' && answers) return elapsed();
  }
  throw new Failure(
    `not restored within ${timeout} s (${said}); on the control planes, \`journalctl -u hacluster-bootstrap\` says what they wait for`,
  );
}

async function phaseOf(cloud: CloudSession): Promise<string> {
  const state = await cloud.readSecret('state');
  if (state === undefined) throw new Failure("the secret store holds no state; was the hosts' stack applied?");
  try {
    return (JSON.parse(state) as { phase?: string }).phase ?? 'unknown';
  } catch {
    return 'garbled';
  }
}
