# Runs in a sandbox with two loop devices, in DEVICES: the first holds a file system of somebody else, the second is blank.
# shellcheck shell=bash
source "$REPO/e2e/support/tap.sh"
set +eE
read -r foreign blank <<<"$DEVICES"
sed -i "s|^HAC_DATA_DEVICES=.*|HAC_DATA_DEVICES='/dev/none* $foreign $blank'|" /etc/hacluster/cluster.env

is_mounted() { findmnt -n -o SOURCE /var/lib/etcd | grep -qx "$blank"; }
first() {
  /usr/local/sbin/hacluster-data-disk && is_mounted || return 1
  [[ $(blkid -p -s LABEL -o value "$foreign") == theirs ]] || return 1
  grep -q ' /var/lib/etcd xfs noatime,nofail,x-systemd.required-by=kubelet.service,x-systemd.before=kubelet.service 0 2$' /etc/fstab && touch /var/lib/etcd/kept
}
check 'data disk: a file system is made on the blank disk, and no other is touched' first
waited_for() {
  local units
  units=$(mktemp -d)
  /usr/lib/systemd/system-generators/systemd-fstab-generator "$units" "$units" "$units" && [[ -e $units/kubelet.service.requires/var-lib-etcd.mount ]] &&
    grep -qx 'Before=\(.* \)\?kubelet.service' "$units/var-lib-etcd.mount" || { grep -r . "$units"; return 1; }
}
check 'data disk: after a boot the kubelet waits for it, and does not start without it' waited_for
again() {
  umount /var/lib/etcd && /usr/local/sbin/hacluster-data-disk && is_mounted && [[ -e /var/lib/etcd/kept ]] && [[ $(grep -c ' /var/lib/etcd ' /etc/fstab) == 1 ]]
}
check 'data disk: after a boot the same disk is mounted again with what it holds' again
none() {
  umount /var/lib/etcd
  sed -i "s|^HAC_DATA_DEVICES=.*|HAC_DATA_DEVICES='$foreign'|" /etc/hacluster/cluster.env
  local answer
  answer=$(HAC_ATTEMPT=2 /usr/local/sbin/hacluster-data-disk 2>&1) && return 1
  [[ $answer == *'last waited for the data disk'* ]]
}
check 'data disk: without one, etcd does not go to the root disk' none
tap_end
