import { ago, table } from '../table';
import type { ClusterStatus, ControlPlaneStatus, GroupStatus } from './cluster-status';

/** A status for people. */
export function describe({
  cluster,
  uid,
  endpoint,
  api,
  controlPlanes,
  groups,
  snapshot,
  well,
  problems,
}: ClusterStatus): string[] {
  return [
    `cluster ${cluster} (${uid}) at ${endpoint}, API ${api}`,
    ...block('control planes', [
      ['name', 'zone', 'machine', 'node', 'version', 'etcd', 'certificates', 'noted'],
      ...controlPlanes.map(planeRow),
    ]),
    ...block('groups', [['name', 'pool', 'machines', 'ready', 'version', 'template'], ...groups.map(groupRow)]),
    '',
    snapshot ? `last snapshot: ${snapshot.key}, ${ago(snapshot.ageSeconds)}` : 'last snapshot: not known',
    ...(well ? ['all is well'] : ['not well:', ...problems.map((problem) => `  ${problem}`)]),
  ];
}

function block(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length < 2 ? [] : ['', title, ...table(rows).map((line) => `  ${line}`)];
}

function planeRow(plane: ControlPlaneStatus): string[] {
  const { name, zone, machine, ready, version, leader, member, certificateDaysLeft, notedSeconds } = plane;
  const health = member === undefined ? 'no member' : !member.healthy ? 'ill' : member.learner ? 'learner' : 'healthy';
  return [
    name,
    zone,
    machine,
    ready ? 'Ready' : 'not Ready',
    version,
    leader ? `${health}, leads` : health,
    certificateDaysLeft === undefined ? '-' : `${certificateDaysLeft} days`,
    notedSeconds === undefined ? 'never' : ago(notedSeconds),
  ];
}

function groupRow({ name, pool, desired, inService, ready, versions, outdated }: GroupStatus): string[] {
  return [
    name,
    pool ?? '-',
    `${inService} of ${desired}`,
    String(ready),
    versions.join(', ') || '-',
    outdated === 0 ? 'latest' : `${outdated} older`,
  ];
}
