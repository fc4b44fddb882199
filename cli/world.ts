import { EXITS, Failure } from './exits';
import type { CloudSession } from './cloud';
import type { KubeApi } from './kube';
import type { Surroundings } from './surroundings';

/** Options that every command takes that has to do with a cluster. */
export interface CommonOptions {
  readonly cluster: string;
  readonly region?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json?: boolean;
  /** What stands on the command line besides options. */
  readonly words?: readonly string[];
}

/** The real world: the cloud's API, the cluster's, the clock. What is big is loaded when it is asked for. */
export function world(options: CommonOptions, say: (line: string) => void): Surroundings {
  const { cluster, region } = options;
  let session: Promise<CloudSession> | undefined;
  let api: Promise<KubeApi> | undefined;
  const cloud = () => (session ??= openCloud(cluster, region));
  return {
    cluster,
    cloud,
    kube: () => (api ??= openKube(options, cloud)),
    answers: async (endpoint, authority) => (await import('./kube/https-kube.js')).apiAnswers(endpoint, authority),
    say,
    now: () => new Date(),
    pause,
  };
}

async function openCloud(cluster: string, region: string | undefined): Promise<CloudSession> {
  if (region === undefined || region === '') {
    throw new Failure('no region is given; name it by --region or AWS_REGION', EXITS.USAGE);
  }
  // It is bundled: what it says of the Node that its next versions need is not for whoever runs this.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { AwsSession } = await import('./aws/session.js');
  return new AwsSession(cluster, region);
}

async function openKube(options: CommonOptions, cloud: () => Promise<CloudSession>): Promise<KubeApi> {
  const { kubeconfig, context } = options;
  const file = kubeconfig ?? (context === undefined ? undefined : process.env.KUBECONFIG);
  if (context !== undefined && file === undefined) {
    throw new Failure('--context needs a kubeconfig; name it by --kubeconfig or KUBECONFIG', EXITS.USAGE);
  }
  const { HttpsKube } = await import('./kube/https-kube.js');
  if (file !== undefined) {
    const { connectionOf } = await import('./kube/kubeconfig.js');
    return new HttpsKube(await connectionOf(file, context));
  }
  const { adminConnection } = await import('./kube/admin.js');
  return new HttpsKube(await adminConnection(await cloud()));
}

/** Ctrl-C ends it as a failure, so that whoever waits can still tidy up. */
function pause(seconds: number): Promise<void> {
  return new Promise((done, fail) => {
    const stop = () => {
      clearTimeout(timer);
      fail(new Failure('stopped'));
    };
    const timer = setTimeout(() => {
      process.off('SIGINT', stop);
      done();
    }, seconds * 1000);
    process.once('SIGINT', stop);
  });
}
