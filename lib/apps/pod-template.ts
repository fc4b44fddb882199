import type { Located } from '../core/errors';
import { ValidationError } from '../core/errors';
import type { ContainerProps } from './app-props';
import { CONFIG_FOLDER } from './config-center';
import { renderEnvironment } from './environment';
import { checkImage } from './image';
import { renderResources, type Amounts } from './resources';

/** What a pod is besides its container. */
export interface PodWish {
  /** What its pods are selected by. */
  readonly selector: Readonly<Record<string, string>>;
  /** All of its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** The name of its ServiceAccount. */
  readonly serviceAccountName: string;
  /** Whether it gets a token. */
  readonly mountsToken: boolean;
  /** The container's name. */
  readonly containerName: string;
  /** What it asks for. */
  readonly amounts: Amounts;
  /** Ports it serves. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  /** Probes in the words of a container. */
  readonly probes: object;
  /** Seconds before the first signal; none where nobody sends requests. */
  readonly drainSeconds: number;
  /** Seconds after it. */
  readonly graceSeconds: number;
  /**
   * Set if its pods are to stand in different zones and on different hosts: all of them, or those of a version, which a label tells.
   *
   * @default - its pods stand anywhere
   */
  readonly spread?: { readonly hashLabel?: string };
  /**
   * What of a host it bears, and how long.
   *
   * @default - the cluster's: a lost host for 300 seconds
   */
  readonly tolerations?: readonly object[];
  /**
   * What to do when it ends.
   *
   * @default Always
   */
  readonly restartPolicy?: 'Never' | 'OnFailure';
  /**
   * Folders on volumes of its own, by name of the claim.
   *
   * @default - none
   */
  readonly claims?: Readonly<Record<string, string>>;
}

/**
 * A pod that the `restricted` level of Pod Security admits, spread, with an end that loses no request.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podTemplate(at: Located, container: ContainerProps, wish: PodWish): object {
  const { config = [], user = 65532, priorityClassName, imagePullSecretNames = [] } = container;
  const { selector, labels, drainSeconds, graceSeconds } = wish;
  checkImage(at, 'image', container.image);
  if (!Number.isInteger(user) || user < 1 || user > 2147483647) {
    throw new ValidationError(at, `user must be a whole number from 1 to 2147483647, got ${user}; root is 0`);
  }
  const hash = config.map((center) => center.hash).join('-');
  return {
    metadata: {
      labels: { ...labels, ...selector },
      ...(hash === '' ? {} : { annotations: { 'cdk-container-platform/config': hash } }),
    },
    spec: {
      serviceAccountName: wish.serviceAccountName,
      automountServiceAccountToken: wish.mountsToken,
      enableServiceLinks: false,
      ...(wish.restartPolicy ? { restartPolicy: wish.restartPolicy } : {}),
      ...(priorityClassName === undefined ? {} : { priorityClassName }),
      ...(imagePullSecretNames.length > 0 ? { imagePullSecrets: imagePullSecretNames.map((name) => ({ name })) } : {}),
      terminationGracePeriodSeconds: drainSeconds + graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(wish.spread ? spreading(selector, wish.spread.hashLabel) : {}),
      ...(wish.tolerations ? { tolerations: wish.tolerations } : {}),
      containers: [containerOf(at, container, wish)],
      ...volumes(container),
    },
  };
}

function containerOf(at: Located, container: ContainerProps, wish: PodWish): object {
  const { image, command, args, env = {}, config = [] } = container;
  const sources = config.flatMap(({ configName, keys, secretNames }) => [
    ...(keys.length > 0 ? [{ configMapRef: { name: configName } }] : []),
    ...secretNames.map((name) => ({ secretRef: { name } })),
  ]);
  const environment = renderEnvironment(at, env);
  return {
    name: wish.containerName,
    image,
    ...(command ? { command: [...command] } : {}),
    ...(args ? { args: [...args] } : {}),
    ...(environment.length > 0 ? { env: environment } : {}),
    ...(sources.length > 0 ? { envFrom: sources } : {}),
    ...(wish.ports.length > 0
      ? { ports: wish.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })) }
      : {}),
    resources: renderResources(wish.amounts),
    ...wish.probes,
    // The sleep is the kubelet's own: an image needs no shell for it.
    ...(wish.drainSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: wish.drainSeconds } } } } : {}),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    ...mounts(container, wish),
  };
}

function mounts({ writable = ['/tmp'], config = [] }: ContainerProps, { claims = {} }: PodWish): object {
  const all = [
    ...writable.map((mountPath, index) => ({ name: `writable-${index}`, mountPath })),
    ...(config.some(({ files }) => files.length > 0)
      ? [{ name: 'config', mountPath: CONFIG_FOLDER, readOnly: true }]
      : []),
    ...Object.entries(claims).map(([name, mountPath]) => ({ name, mountPath })),
  ];
  return all.length > 0 ? { volumeMounts: all } : {};
}

function volumes({ writable = ['/tmp'], config = [] }: ContainerProps): object {
  const files = config.filter((center) => center.files.length > 0);
  const all = [
    ...writable.map((_, index) => ({ name: `writable-${index}`, emptyDir: { sizeLimit: '1Gi' } })),
    ...(files.length > 0
      ? [
          {
            name: 'config',
            projected: {
              sources: files.map(({ configName, files: names }) => ({
                configMap: { name: configName, items: names.map((key) => ({ key, path: key })) },
              })),
            },
          },
        ]
      : []),
  ];
  return all.length > 0 ? { volumes: all } : {};
}

/** Evenly over zones, each version for itself, and not on one host where it can be helped. */
function spreading(selector: Readonly<Record<string, string>>, hashLabel: string | undefined): object {
  const labelSelector = { matchLabels: selector };
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        // A zone that is lost does not count, or nothing could go to the others.
        nodeTaintsPolicy: 'Honor',
        labelSelector,
        ...(hashLabel === undefined ? {} : { matchLabelKeys: [hashLabel] }),
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector } },
        ],
      },
    },
  };
}
