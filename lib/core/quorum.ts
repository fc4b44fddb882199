import { ValidationError, type Located } from './errors';

/** What the members of a control plane are chosen from. */
export interface QuorumWish {
  /** How many members. */
  readonly controlPlanes: number;
  /** Zones by short name; their order does not matter. */
  readonly zones: readonly string[];
  /**
   * Whether the loss of one of two zones may stop the cluster.
   *
   * @default false
   */
  readonly acceptZoneLoss?: boolean;
}

/** The place of one member; a machine that takes another's place takes its slot. */
export interface ControlPlaneSlot {
  /** The zone, and from the second member in it on a number: `a`, `a-2`. */
  readonly name: string;
  /** The zone. */
  readonly zone: string;
}

/** The members of a control plane, and what they survive. */
export interface Quorum {
  /** The slots; those of a smaller control plane in the same zones come first. */
  readonly slots: readonly ControlPlaneSlot[];
  /** How many members. */
  readonly members: number;
  /** How many of them must live. */
  readonly majority: number;
  /** What may be lost at a time. */
  readonly survives: {
    /** Any so many hosts. */
    readonly hosts: number;
    /** Any so many zones. */
    readonly zones: number;
    /** Both, for a person. */
    readonly words: string;
  };
}

const COUNTS: readonly number[] = [1, 3, 5];

/**
 * Spreads the members of a control plane over zones, in turn, by the zones' names.
 *
 * One zone is allowed for any count: whoever names a single zone expects no more of it than to outlive a host. Two zones
 * look like more but are not, since one of them holds the majority; they need `acceptZoneLoss`.
 *
 * @throws ValidationError for a count that is not 1, 3 or 5, and for zones that are missing, doubled or two
 */
export function controlPlaneSlots(at: Located, wish: QuorumWish): Quorum {
  const { controlPlanes: members, acceptZoneLoss = false } = wish;
  if (!COUNTS.includes(members)) {
    throw new ValidationError(
      at,
      `controlPlanes must be 1, 3 or 5, got ${members}; an even number outlives no more losses than the odd one below it`,
    );
  }
  const zones = sortedZones(at, wish.zones);
  const slots = Array.from({ length: members }, (_, index) => slotOf(zones, index));
  const majority = (members + 1) / 2;
  const crowds = zones
    .map((zone) => ({ zone, count: slots.filter((slot) => slot.zone === zone).length }))
    .filter(({ count }) => count > 0);
  const hosts = members - majority;
  const lost = zonesToLose(crowds, hosts);
  const [biggest, ...others] = crowds as [Crowd, ...Crowd[]];
  if (others.length > 0 && lost === 0 && !acceptZoneLoss) {
    const spread = crowds.map(({ zone, count }) => `${zone} ${count}`).join(', ');
    throw new ValidationError(
      at,
      `controlPlanes must keep a majority when any one zone is lost, got ${members} in ${crowds.length} zones (${spread}) of which ${biggest.zone} holds it; add a third zone, name a single one in controlPlaneZones, or accept it with acceptZoneLoss: true`,
    );
  }
  return { slots, members, majority, survives: { hosts, zones: lost, words: lossWords(crowds, hosts, lost) } };
}

interface Crowd {
  readonly zone: string;
  readonly count: number;
}

function sortedZones(at: Located, zones: readonly string[]): string[] {
  if (zones.length === 0) {
    throw new ValidationError(at, 'controlPlaneZones must name at least one zone, got none; name them as a, b, c');
  }
  const sorted = [...zones].sort();
  for (const [index, zone] of sorted.entries()) {
    if (!/^[a-z0-9]+$/.test(zone)) {
      throw new ValidationError(
        at,
        `controlPlaneZones must be short names of lower case letters and digits, got ${zone}; name them as a, b, c`,
      );
    }
    if (zone === sorted[index + 1]) {
      throw new ValidationError(at, `controlPlaneZones must name each zone once, got ${zone} twice; leave one out`);
    }
  }
  return sorted;
}

function slotOf(zones: readonly string[], index: number): ControlPlaneSlot {
  const zone = zones[index % zones.length] as string;
  const round = Math.floor(index / zones.length) + 1;
  return { zone, name: round === 1 ? zone : `${zone}-${round}` };
}

/** How many zones may be lost, whichever they are: the fullest come first already. */
function zonesToLose(crowds: readonly Crowd[], hosts: number): number {
  let dead = 0;
  let zones = 0;
  for (const { count } of crowds) {
    dead += count;
    if (dead > hosts) break;
    zones++;
  }
  return zones;
}

function lossWords(crowds: readonly Crowd[], hosts: number, zones: number): string {
  const [biggest, other] = crowds as [Crowd, Crowd?];
  if (hosts === 0) {
    return `does not survive the loss of its one control-plane host in zone ${biggest.zone}: until a snapshot is restored, pods run on and nothing can be changed`;
  }
  const hostsWords = hosts === 1 ? 'any one control-plane host' : 'any two control-plane hosts';
  if (zones === hosts) {
    return `survives the loss of any ${hosts === 1 ? 'one zone or control-plane host' : 'two zones or control-plane hosts'}`;
  }
  // Five members over three or four zones.
  if (zones > 0) return `survives the loss of any one zone or ${hostsWords}`;
  return other
    ? `survives the loss of ${hostsWords}, but zone ${biggest.zone} holds the majority, and its loss stops the API`
    : `survives the loss of ${hostsWords}, but all stand in zone ${biggest.zone}, and its loss stops the API`;
}
