import { ofContainers, ofPods, type Rule, type Violation } from '../rule';
import type { Pod } from '../pods';
import type { View } from '../view';

const SEE = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';

/** Rules of the Pod Security Standard `restricted`, and a file system that cannot be written. */
export const SECURITY_RULES: readonly Rule[] = [
  {
    id: 'run-as-non-root',
    severity: 'error',
    title: 'No container runs as root',
    reason: 'Root in a container is root on the host as soon as anything lets it out.',
    cure: 'set securityContext.runAsNonRoot: true on the pod, and a runAsUser other than 0 if the image names none',
    see: `${SEE}#restricted`,
    check: ofPods((pod) => {
      // A user namespace maps root to nobody.
      if (pod.spec.get('hostUsers').value === false) return [];
      return [...settings(pod, ['runAsNonRoot'], (value) => value === true), ...rootUsers(pod)];
    }),
  },
  {
    id: 'seccomp-profile',
    severity: 'error',
    title: 'Every container has a seccomp profile',
    reason: 'Most ways out of a container begin with a system call that no usual program makes.',
    cure: 'set securityContext.seccompProfile.type: RuntimeDefault on the pod',
    see: `${SEE}#restricted`,
    check: ofPods((pod) =>
      isWindows(pod)
        ? []
        : settings(pod, ['seccompProfile', 'type'], (value) => value === 'RuntimeDefault' || value === 'Localhost'),
    ),
  },
  {
    id: 'capabilities',
    severity: 'error',
    title: 'Every container drops all capabilities and adds at most NET_BIND_SERVICE',
    reason:
      'The capabilities that runtimes give by default let a container forge packets and take over files of others.',
    cure: 'set securityContext.capabilities.drop: [ALL]',
    see: `${SEE}#restricted`,
    check: ofContainers(({ view, name }, pod) => {
      if (isWindows(pod)) return [];
      const capabilities = view.get('securityContext', 'capabilities');
      const added = capabilities.get('add').items.filter(({ value }) => value !== 'NET_BIND_SERVICE');
      const violations = added.map((at) => ({ at, message: `container ${name}: adds capability ${at.text ?? '?'}` }));
      if (capabilities.get('drop').texts.includes('ALL')) return violations;
      return [
        ...violations,
        { at: capabilities.get('drop'), message: `container ${name}: does not drop all capabilities` },
      ];
    }),
  },
  {
    id: 'privilege-escalation',
    severity: 'error',
    title: 'No container is privileged or can gain privileges',
    reason:
      'A privileged container is the host; one that may escalate becomes root by any setuid program in its image.',
    cure: 'set securityContext.allowPrivilegeEscalation: false, and take privileged away',
    see: `${SEE}#restricted`,
    check: ofContainers(({ view, name }, pod) => {
      const privileged = view.get('securityContext', 'privileged');
      if (privileged.value === true) return [{ at: privileged, message: `container ${name}: is privileged` }];
      const at = view.get('securityContext', 'allowPrivilegeEscalation');
      if (isWindows(pod) || at.value === false) return [];
      return [{ at, message: `container ${name}: does not set allowPrivilegeEscalation: false` }];
    }),
  },
  {
    id: 'read-only-root',
    severity: 'warning',
    title: 'Every container has a read-only root file system',
    reason: 'An intruder that can write beside the program can change it; what a program writes there is lost anyway.',
    cure: 'set securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where it writes',
    see: 'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/',
    check: ofContainers(({ view, name, role }, pod) => {
      const at = view.get('securityContext', 'readOnlyRootFilesystem');
      // Whoever debugs has to write.
      if (role === 'ephemeral' || isWindows(pod) || at.value === true) return [];
      return [{ at, message: `container ${name}: can write its root file system` }];
    }),
  },
];

/** Whether the pod says that it is for Windows, where much of this does not exist. */
function isWindows({ spec }: Pod): boolean {
  return spec.get('os', 'name').text === 'windows';
}

/** Where a setting that the pod gives to all containers is missing, or is not what it should be. */
function settings({ spec, containers }: Pod, keys: readonly string[], good: (value: unknown) => boolean): Violation[] {
  const at = spec.get('securityContext', ...keys);
  const field = keys.join('.');
  const bad = (who: string, view: View): Violation[] => [
    { at: view, message: `${who}: sets ${field} ${JSON.stringify(view.value)}` },
  ];
  const own = at.given && !good(at.value) ? bad('pod', at) : [];
  const covered = at.given && good(at.value);
  return [
    ...own,
    ...containers.flatMap(({ view, name }) => {
      const place = view.get('securityContext', ...keys);
      if (place.given) return good(place.value) ? [] : bad(`container ${name}`, place);
      return covered || own.length > 0
        ? []
        : [{ at: place, message: `container ${name}: neither it nor its pod sets ${field}` }];
    }),
  ];
}

function rootUsers({ spec, containers }: Pod): Violation[] {
  return [
    { view: spec, who: 'pod' },
    ...containers.map(({ view, name }) => ({ view, who: `container ${name}` })),
  ].flatMap(({ view, who }) => {
    const at = view.get('securityContext', 'runAsUser');
    return at.value === 0 ? [{ at, message: `${who}: runs as user 0` }] : [];
  });
}
