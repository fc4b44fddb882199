# shellcheck shell=bash disable=SC2154 # here and work are run's
# Whoever makes the cluster is lost while it does, for run: it brings lab, ask, until_true, here and work; losses.sh the rest.
# The cluster is small, and its apply goes on in the background: it ends when all control planes are healthy.

hosts_on() { "$here/machines" list | awk '$5 == "on" { print $1 }'; }

is_described() { ask value "$(cluster_name)" state > /dev/null; } 2> /dev/null

# makes_it PROGRAM: the host where kubeadm init runs and has come so far that PROGRAM does.
makes_it() {
  local name
  for name in $(hosts_on); do
    if lab in "$name" sh -c 'pgrep -f "^kubeadm init " && pgrep -x "$1"' - "$1" < /dev/null > /dev/null 2>&1; then echo "$name" > "$work/maker"; return; fi
  done
  return 1
}
same_roots() {
  ask digests "$(cluster_name)" > "$work/roots.now" && [ "$(wc -l < "$work/roots.now")" = 9 ] || { cat "$work/roots.now"; return 1; }
  cmp "$work/roots" "$work/roots.now"
}
holders() { ask value "$(cluster_name)" init-lock/ | cut -d' ' -f2 | paste -sd' '; }

# Without power in the middle of it, and back with its disks: it goes on. What it made is looked at by the next step, which
# must not come late.
maker_loses_power() {
  local maker
  until_true 240 makes_it etcd || return 1
  maker=$(cat "$work/maker")
  lab kill "$maker" || return 1
  ask digests "$(cluster_name)" > "$work/roots" || return 1
  lab start "$maker" && until_true 180 starts_over "$maker"
}
starts_over() { lab log "$1" < /dev/null 2> /dev/null | grep 'a previous init did not finish: starting over'; }

# Ended with its disk in the middle: the next one takes over, by the same roots.
maker_ends() {
  local maker id
  id=$(id_of "$(cat "$work/maker")")
  until_true 180 makes_it etcd || return 1
  maker=$(cat "$work/maker")
  ask terminate "$id" || return 1
  [ "$(id_of "$maker")" = "$id" ] || { echo "$maker took over from $id, which had power again"; return 1; }
  until_true 60 gone "$id" && until_true 240 makes_it etcd || return 1
  [ "$(cat "$work/maker")" != "$maker" ] && same_roots && [ "$(holders)" = "$id $(id_of "$(cat "$work/maker")")" ]
}

# Ended when the cluster was made, and before anybody joined it: the others have no network meanwhile, so that none can.
maker_ends_alone() {
  local maker id name others
  maker=$(cat "$work/maker")
  id=$(id_of "$maker")
  others=$(control_hosts | grep -vx "$maker")
  for name in $others; do lab unplug "$name" || return 1; done
  until_true 240 made_alone "$id" || return 1
  ask terminate "$id" && until_true 60 gone "$id" || return 1
  for name in $others; do lab plug "$name" || return 1; done
  until_true 240 makes_it etcd || return 1
  same_roots && lab log "$(cat "$work/maker")" < /dev/null | grep 'nobody had joined it: making it again by the same roots'
}
made_alone() { ask value "$(cluster_name)" state | cut -d' ' -f2- | jq -e --arg by "$1" '.phase == "initialized" and .alone and .by == $by' > /dev/null; }
control_hosts() { ask roles control-plane; }

# One cluster came of it: every member, every Node, and each host's word of which cluster it is.
one_cluster() {
  local name
  until_true 600 replaced 2 && until_true 120 all_ready || return 1
  until_true 120 test -s "$work/small.ended" && [ "$(cat "$work/small.ended")" = 0 ] || { tail -n 20 "$work/small"; return 1; }
  same_roots || return 1
  for name in $(control_planes); do
    lab in "$name" sh -c 'kubectl --server "https://$1:6443" get namespace kube-system -o "jsonpath={.metadata.uid}"' - "$(address "$name")" < /dev/null || return 1
    echo
  done | sort -u > "$work/clusters"
  [ "$(wc -l < "$work/clusters")" = 1 ] && ask value "$(cluster_name)" state | grep -v '"alone"'
}
