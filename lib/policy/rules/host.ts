import type { Pod } from '../pods';
import { ofPods, type Rule, type Violation } from '../rule';
import type { View } from '../view';

const SEE = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';
const VOLUMES = new Set([
  ...[
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'image',
    'persistentVolumeClaim',
    'projected',
    'secret',
  ],
]);
const SYSCTLS = new Set([
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_local_reserved_ports'],
  ...['net.ipv4.ip_unprivileged_port_start', 'net.ipv4.ping_group_range', 'net.ipv4.tcp_fin_timeout'],
  ...['net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_keepalive_time'],
  ...['net.ipv4.tcp_notsent_lowat', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_slow_start_after_idle'],
  ...['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_wmem'],
]);
const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
const PROBES = [
  ['readinessProbe'],
  ['livenessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** Rules of the Pod Security Standard `restricted` on what a pod sees of its host. */
export const HOST_RULES: readonly Rule[] = [
  {
    id: 'host-access',
    severity: 'error',
    title: 'No pod uses namespaces, ports or processes of its host',
    reason:
      "On the host's network a pod passes every NetworkPolicy and hears what others say; among its processes it reads their secrets.",
    cure: 'take hostNetwork, hostPID, hostIPC, hostPort, hostProcess and the host of probes away; agents of the node waive it',
    see: `${SEE}#baseline`,
    check: ofPods((pod) => [
      ...['hostNetwork', 'hostPID', 'hostIPC'].flatMap((field) =>
        flagged(pod.spec.get(field), (value) => value === true, `pod: sets ${field}`),
      ),
      ...everywhere(pod, (view, who) =>
        flagged(
          view.get('securityContext', 'windowsOptions', 'hostProcess'),
          (value) => value === true,
          `${who}: is a process of the host`,
        ),
      ),
      ...ofEach(pod, (view, who) => [
        ...view.get('ports').items.flatMap((port) => {
          const at = port.get('hostPort');
          return (at.number ?? 0) === 0 ? [] : [{ at, message: `${who}: takes port ${at.number ?? 0} of its host` }];
        }),
        ...PROBES.flatMap((keys) =>
          ['httpGet', 'tcpSocket'].flatMap((how) =>
            flagged(view.get(...keys, how, 'host'), isText, `${who}: ${keys.join('.')} asks another host`),
          ),
        ),
      ]),
    ]),
  },
  {
    id: 'volume-types',
    severity: 'error',
    title: 'Pods mount no path of the host, nor volumes by old in-tree drivers',
    reason:
      'Who mounts a path of the host can read the keys of the kubelet; in-tree drivers run with the rights of the node.',
    cure: 'use a PersistentVolumeClaim, emptyDir, configMap, secret, projected, csi or ephemeral',
    see: `${SEE}#restricted`,
    check: ofPods(({ spec }) =>
      spec
        .get('volumes')
        .items.flatMap((volume) =>
          volume.entries
            .filter(([key, view]) => key !== 'name' && view.given && !VOLUMES.has(key))
            .map(([key, at]) => ({ at, message: `volume ${volume.get('name').text ?? '?'}: is of type ${key}` })),
        ),
    ),
  },
  {
    id: 'kernel-settings',
    severity: 'error',
    title: 'Pods leave the guards of the kernel as the runtime sets them',
    reason:
      'Sysctls outside the safe ones touch other pods; other profiles of AppArmor, SELinux or /proc take a wall away.',
    cure: 'take sysctls, procMount, seLinuxOptions and appArmorProfile away, or keep to the values of the standard',
    see: `${SEE}#baseline`,
    check: ofPods((pod) => [
      ...pod.spec.get('securityContext', 'sysctls').items.flatMap((sysctl) => {
        const name = sysctl.get('name').text ?? '?';
        return SYSCTLS.has(name) ? [] : [{ at: sysctl, message: `pod: sets sysctl ${name}` }];
      }),
      ...everywhere(pod, (view, who) => guards(view.get('securityContext'), who)),
      ...pod.metadata.get('annotations').entries.flatMap(([key, at]) => {
        const fine = at.value === '' || at.value === 'runtime/default' || at.text?.startsWith('localhost/');
        if (!key.startsWith('container.apparmor.security.beta.kubernetes.io/') || fine) return [];
        return [{ at, message: `pod: sets AppArmor profile ${at.text ?? '?'}` }];
      }),
    ]),
  },
];

function guards(context: View, who: string): Violation[] {
  const { text: type } = context.get('appArmorProfile', 'type');
  return [
    ...flagged(context.get('procMount'), (value) => value !== 'Default', `${who}: sets procMount`),
    ...(type === undefined || type === 'RuntimeDefault' || type === 'Localhost'
      ? []
      : [{ at: context.get('appArmorProfile', 'type'), message: `${who}: sets AppArmor profile ${type}` }]),
    ...flagged(
      context.get('seLinuxOptions', 'type'),
      (value) => typeof value !== 'string' || !SELINUX_TYPES.has(value),
      `${who}: sets an SELinux type`,
    ),
    ...['user', 'role'].flatMap((field) =>
      flagged(context.get('seLinuxOptions', field), isText, `${who}: sets an SELinux ${field}`),
    ),
  ];
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';

function flagged(at: View, bad: (value: unknown) => boolean, message: string): Violation[] {
  return at.given && bad(at.value) ? [{ at, message }] : [];
}

function ofEach({ containers }: Pod, check: (view: View, who: string) => Violation[]): Violation[] {
  return containers.flatMap(({ view, name }) => check(view, `container ${name}`));
}

/** The pod itself, and each container. */
function everywhere(pod: Pod, check: (view: View, who: string) => Violation[]): Violation[] {
  return [...check(pod.spec, 'pod'), ...ofEach(pod, check)];
}
