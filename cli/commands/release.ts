import { EXITS, Failure } from '../exits';
import type { KubeApi } from '../kube';
import { checkJudge, judge, type Fetch, type JudgeOptions } from '../release/judge';
import { liveRoute, type LiveRoute } from '../release/live-route';
import { liveVersion, notReady, raise } from '../release/live-version';
import type { Run, Surroundings } from '../surroundings';
import type { CommonOptions } from '../world';

/** Options of `release`. */
export interface ReleaseOptions extends CommonOptions, JudgeOptions {
  readonly namespace: string;
  readonly app: string;
  readonly to: string;
  readonly steps: string;
  readonly hold: number;
  readonly readyMinutes: number;
  readonly yes?: boolean;
  /** Tests bring their own. */
  readonly fetch?: Fetch;
}

/** Moves an app's requests to another version, step by step; goes back by itself when a step does not go well. */
export const run: Run<ReleaseOptions> = async (around, options) => {
  checkJudge(options);
  const { namespace, app, to } = options;
  const kube = await around.kube();
  const route = await liveRoute(kube, namespace, app);
  const target = `${app}-${to}`;
  const before = weightIn(route, target);
  const steps = stepsOf(options.steps).filter((step) => step > before);
  const from = otherOf(route, target);
  const json = { namespace, app, from, to: target, router: route.kind, before, steps };
  if (steps.length === 0)
    return { lines: [`${target} has ${before} % of the requests already`], json: { ...json, weight: before } };
  const head = `${target} has ${before} % of the requests (${route.kind} ${namespace}/${app}); steps: ${steps.join(', ')} %`;
  if (!options.yes) return { lines: [head, 'nothing was touched; --yes does it'], json, exit: EXITS.USAGE };
  around.say(head);
  await becomeReady(around, kube, options, { from, target });
  for (const weight of steps) {
    await shift(kube, options, { from, target, weight });
    around.say(`${target} gets ${weight} %`);
    const why = await hold(around, kube, options, target);
    if (why === undefined) continue;
    await shift(kube, options, { from, target, weight: before });
    throw new Failure(`at ${weight} %: ${why}; ${target} is back at ${before} %`, EXITS.FAILED, {
      ...json,
      weight: before,
    });
  }
  const weight = steps.at(-1) ?? before;
  return { lines: [`${target} has ${weight} % of the requests`, ...advice(to, weight)], json: { ...json, weight } };
};

interface Move {
  readonly from: string;
  readonly target: string;
}

/** Nobody gets requests before he can take as many as the one he takes over from. */
async function becomeReady(
  around: Surroundings,
  kube: KubeApi,
  options: ReleaseOptions,
  { from, target }: Move,
): Promise<void> {
  const { namespace, readyMinutes } = options;
  const end = around.now().getTime() + readyMinutes * 60_000;
  let said = '';
  let raised = false;
  for (;;) {
    const [outgoing, incoming] = await Promise.all([
      liveVersion(kube, namespace, from),
      liveVersion(kube, namespace, target),
    ]);
    // Once: an autoscaler takes a while to follow its floor.
    if (!raised && (await raise(kube, namespace, incoming, outgoing.ready))) {
      around.say(`${target} is raised to ${outgoing.ready} pods`);
      raised = true;
    }
    const why = notReady(incoming, outgoing.ready);
    if (why === undefined) return;
    if (around.now().getTime() > end) throw new Failure(`${why} after ${readyMinutes} minutes; no request was moved`);
    if (why !== said) around.say(`waiting: ${why}`);
    said = why;
    await around.pause(5);
  }
}

async function shift(
  kube: KubeApi,
  { namespace, app }: ReleaseOptions,
  { from, target, weight }: Move & { weight: number },
) {
  // Read anew: somebody may have changed other parts of it.
  const route = await liveRoute(kube, namespace, app);
  await route.set([
    { service: from, weight: 100 - weight },
    { service: target, weight },
  ]);
}

/** Watches a step for as long as it is to be held. */
async function hold(
  around: Surroundings,
  kube: KubeApi,
  options: ReleaseOptions,
  target: string,
): Promise<string | undefined> {
  const end = around.now().getTime() + options.hold * 1000;
  const { fetch = globalThis.fetch } = options;
  for (;;) {
    await around.pause(Math.min(5, options.hold));
    const why = notReady(await liveVersion(kube, options.namespace, target), 1) ?? (await judge(fetch, options));
    if (why !== undefined) return why;
    if (around.now().getTime() >= end) return undefined;
  }
}

function weightIn({ shares, kind }: LiveRoute, target: string): number {
  const found = shares.find(({ service }) => service === target);
  if (found) return found.weight;
  const names = shares.map(({ service }) => service).join(', ');
  throw new Failure(
    `--to must be a version that the ${kind} sends to, got ${target}; it sends to ${names}`,
    EXITS.USAGE,
  );
}

function otherOf({ shares, kind }: LiveRoute, target: string): string {
  const others = shares.filter(({ service }) => service !== target);
  const [other] = others;
  if (other && others.length === 1) return other.service;
  throw new Failure(
    `the ${kind} must send to two versions, got ${shares.length}; release moves requests from one to the other`,
  );
}

function stepsOf(text: string): number[] {
  const steps = text.split(',').map(Number);
  const rising = steps.every((step, index) => Number.isInteger(step) && step > (steps[index - 1] ?? -1) && step <= 100);
  if (rising) return steps;
  throw new Failure(`--steps must be whole percents that rise, got ${text}; write them as 10,50,100`, EXITS.USAGE);
}

/** What the program says wins at the next deploy. */
function advice(to: string, weight: number): string[] {
  if (to !== 'blue' && to !== 'green') return [`put by.weight: ${weight} into the program before the next deploy`];
  return weight === 100
    ? [`put active: '${to}' into the program before the next deploy`]
    : [`put shift: ${weight} into the program before the next deploy`];
}
