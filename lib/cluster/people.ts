import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import type { HostCloud } from '../hosts/host-cloud';

/** What a parameter of the standard tier holds. */
const LIMIT = 4096;

/** Who may have a certificate in their own name, and what the cluster knows them as. */
export interface ClusterPeople {
  /**
   * Whom the cloud's API names as the caller.
   *
   * On AWS the ARN of a user, or of a role's session; `*` in place of the session stands for everybody who may take the role.
   */
  readonly identity: string;

  /** Groups in the cluster; what these may do is said by RoleBindings. None may begin with `system:`. */
  readonly groups: readonly string[];

  /**
   * How long a certificate lives; 1 to 24 hours. Nothing ends it earlier.
   *
   * @default 8
   */
  readonly hours?: number;
}

/**
 * The list of people as hosts read it.
 *
 * @throws ValidationError for an identity that the cloud does not know the form of, and for groups that nobody may grant
 */
export function renderPeople(at: Construct, cloud: HostCloud, people: readonly ClusterPeople[]): string {
  const seen = new Set<string>();
  const all = people.map(({ identity, groups, hours = 8 }) => {
    cloud.checkPerson(at, 'people identity', identity);
    if (seen.has(identity)) {
      throw new ValidationError(at, `people must name each identity once, got ${identity} again; join its groups`);
    }
    seen.add(identity);
    checkGroups(at, identity, groups);
    if (!Number.isInteger(hours) || hours < 1 || hours > 24) {
      throw new ValidationError(
        at,
        `people hours must be a whole number from 1 to 24, got ${hours} for ${identity}; whoever needs longer asks again`,
      );
    }
    return { identity, groups: [...groups].sort(), hours };
  });
  const text = JSON.stringify(all.sort((a, b) => (a.identity < b.identity ? -1 : 1)));
  if (text.length <= LIMIT) return text;
  throw new ValidationError(
    at,
    `people must fit ${LIMIT} bytes as JSON, got ${text.length}; name a role with * in place of its sessions`,
  );
}

function checkGroups(at: Construct, identity: string, groups: readonly string[]): void {
  if (groups.length === 0) {
    throw new ValidationError(at, `people groups must name at least one, got none for ${identity}; give one`);
  }
  for (const group of groups) {
    if (group.startsWith('system:')) {
      throw new ValidationError(
        at,
        `people groups must not begin with system:, which Kubernetes keeps for itself, got ${group} for ${identity}; bind a group of your own to a ClusterRole`,
      );
    }
    if (/^[A-Za-z0-9][\w.:@/+-]{0,62}$/.test(group)) continue;
    throw new ValidationError(
      at,
      `people groups must be letters, digits and ._:@/+-, at most 63, got ${group} for ${identity}; write it as platform-admins`,
    );
  }
}
