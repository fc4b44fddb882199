# shellcheck shell=bash disable=SC2154 # here and work are run's
# The lab as a tool, for run: it brings lab, until_true, here and work; losses.sh and beginnings.sh the rest.

# What a lab puts on the host, by its mark; nothing, when it is down.
traces() {
  # shellcheck source=../names.sh
  (source "$here/names.sh" && ip netns list | grep "^$tag"; find /sys/fs/cgroup -maxdepth 2 -name "$tag-*"; find "$marks" -name "$tag"; losetup --list | grep "$LAB/"; grep " $LAB/" /proc/mounts) 2> /dev/null
  pgrep -af "$LAB/" | grep -v "$work"
}

# Ctrl-C goes to everything that runs on the terminal.
interrupted_up() {
  local group result=0
  LAB_KEEP='' env --default-signal=INT setsid "$here/lab" up "$1" > "$work/interrupted" 2>&1 < /dev/null &
  group=$!
  until_true 240 some_machine && kill -INT -- "-$group" || result=1
  wait "$group"
  echo "ended with $?: $(tail -n 1 "$work/interrupted")"
  [ "$result" = 0 ] && [ -z "$(traces)" ] || { traces; return 1; }
}
some_machine() { [ -n "$(hosts_on)" ]; }

# The cloud's own side is killed; the next `up` takes over what runs.
adopted() {
  local before
  before=$(cat "$LAB"/machines/*/pid)
  kill -KILL "$(cat "$LAB/run/cloud.pid")" || return 1
  ! lab status | grep -q '^region' || { echo 'the lab says that it is up'; return 1; }
  lab up "$1" | tail -n 3 || return 1
  [ "$(cat "$LAB"/machines/*/pid)" = "$before" ] && until_true 30 kubectl get --raw /readyz > /dev/null || return 1
  [ "$(lab with curl -sk -m 2 "$(api_url)/readyz")" = ok ] || { echo 'no answer through the balancer'; return 1; }
  grep -E 'booted|removed' "$LAB/run/cloud.log" && { echo 'machines were made or removed'; return 1; }
  echo 'the same machines go on'
}

# round_trip FROM TO: the milliseconds that a connection takes.
round_trip() {
  lab in "$1" sh -c 'curl -sk -o /dev/null -w "%{time_connect}\n" "https://$1:6443/livez"' - "$(address "$2")" < /dev/null | awk '{ print int($1 * 1000) }'
}
slowed() {
  local names one other before during after
  names=$(control_planes)
  one=$(head -n 1 <<< "$names")
  other=$(tail -n 1 <<< "$names")
  before=$(round_trip "$one" "$other")
  lab slow "$(zone_of "$other")" 80 || return 1
  during=$(round_trip "$one" "$other")
  sleep 10
  kubectl get --raw /readyz > /dev/null || { lab heal "$(zone_of "$other")"; return 1; }
  lab heal "$(zone_of "$other")" || return 1
  after=$(round_trip "$one" "$other")
  echo "a connection took $before, then $during, then $after ms"
  ((before < 60 && during >= 80 && after < 60))
}
zone_of() { "$here/machines" list | awk -v name="$1" '$1 == name { print $3 }'; }

# Another lab in a folder of its own, with the same addresses: both answer, by authorities of their own, and one goes without the other.
side_by_side() {
  local first=$LAB here_ca there_ca
  here_ca=$(authority)
  export LAB=$first-beside
  lab up "$1" | tail -n 1 || { lab down; return 1; }
  until_true 60 kubectl get --raw /readyz > /dev/null && there_ca=$(authority)
  lab down
  [ -z "$(traces)" ] || { traces; return 1; }
  export LAB=$first
  kubectl get --raw /readyz > /dev/null && [ -n "$there_ca" ] && [ "$here_ca" != "$there_ca" ] && echo 'two clusters, and the first goes on'
}
authority() { ask value "$(cluster_name)" public/ca.crt | sha256sum; }
