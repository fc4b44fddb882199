# shellcheck shell=bash disable=SC2154 # here and work are run's
# What is measured all along, for run: it brings lab, ask, until_true, here and work.

api_url() { echo "https://$(jq -r '.resources[] | select(.type == "aws_lb").instances[0].attributes.dns_name' "$LAB/stacks/$(cat "$LAB/run/stack")/terraform.tfstate"):6443"; }
cluster_name() { jq -r '.resources[] | select(.type == "aws_lb").instances[0].attributes.name | rtrimstr("-api")' "$LAB/stacks/$(cat "$LAB/run/stack")/terraform.tfstate"; }

# figure NAME JSON: steps run in shells of their own, so it is a file that remembers.
figure() { jq -nc --arg name "$1" --argjson value "$2" '{($name): $value}' >> "$work/figures"; }

# All of them as one object; LAB_FIGURES=FILE keeps it.
print_figures() {
  [ ! -s "$work/memory" ] || figure lab-memory-mb "$(sort -n "$work/memory" | tail -n 1)"
  jq -sc 'reduce .[] as $one ({}; . * $one)' "$work/figures" | tee "${LAB_FIGURES:-/dev/null}"
}

# The most that all machines and the lab's own programs held at one time.
watch_memory() {
  : > "$work/watching"
  while [ -e "$work/watching" ]; do
    lab memory 2> /dev/null | awk '{ sum += $1 } END { print sum + 0 }' >> "$work/memory"
    sleep 5
  done &
}

# From the moment when the first machine had power to that when the last node was Ready.
ready_in() {
  local power ready
  power=$(stat -c %Y "$LAB"/machines/*/facts | sort -n | head -n 1)
  ready=$(kubectl get nodes -o json | jq '[.items[].status.conditions[] | select(.type == "Ready").lastTransitionTime | fromdate] | max')
  figure lab-ready-s "$((ready - power))"
  echo "$((ready - power)) s after power-on"
}

# probed NAME SECONDS COMMAND...: while it runs, the API is asked through the balancer five times a second, each time anew and
# for a second at most; for so many seconds in all it may give no answer.
probed() {
  local name=$1 limit=$2 result probe
  shift 2
  : > "$work/probing"
  ask probe "$(api_url)/readyz" "$work/probing" > "$work/probe" 2>&1 &
  probe=$!
  "$@"
  result=$?
  rm -f "$work/probing"
  wait "$probe" || { cat "$work/probe"; return 1; }
  cat "$work/probe"
  figure lab-api-unavailable-s "$(jq -c --arg name "$name" '{($name): .unavailable}' "$work/probe")"
  [ "$result" = 0 ] && jq -e --argjson limit "$limit" '.asked > 20 and .unavailable <= $limit' "$work/probe" > /dev/null
}

# A writer goes on through all losses; what the API acknowledged must be there at the end.
start_writer() {
  : > "$work/writing"
  lab python "$here/writer.py" write "$(api_url)" "$(cluster_name)" "$work/writing" "$work/acks" > "$work/writer.log" 2>&1 < /dev/null &
  writer=$!
}
stop_writer() {
  rm -f "$work/writing"
  # Steps run in shells of their own, of which it is no child.
  until_true 20 ended_writer || return 1
  [ ! -s "$work/writer.log" ] || { cat "$work/writer.log"; return 1; }
}
ended_writer() { ! kill -0 "$writer" 2> /dev/null; }
writes_go_on() {
  local before
  before=$(wc -l < "$work/acks")
  sleep 10
  echo "$(($(wc -l < "$work/acks") - before)) writes in 10 s"
  (($(wc -l < "$work/acks") - before >= 10))
}
nothing_was_lost() {
  local result=0
  stop_writer && lab python "$here/writer.py" verify "$(api_url)" "$(cluster_name)" "$work/acks" < /dev/null > "$work/verified" || result=1
  cat "$work/verified"
  figure lab-lost-writes "$(jq .lost "$work/verified")"
  return "$result"
}
