# shellcheck shell=bash disable=SC2154,SC2016 # here, repo and work are run's; inner shells have variables of their own
# The command line as it is published, for run: it brings lab, kubectl, until_true, here, repo and work; losses.sh cluster_name.

build_commands() { (cd "$repo" && node scripts/bundle-cli.mjs); }

# command_line NAME OPTIONS...: as the cloud's operator.
command_line() { lab with node "$repo/dist/cli/main.mjs" "$1" --cluster "$(cluster_name)" "${@:2}" < /dev/null; }

# as PERSON PROGRAM...: with the person's keys and nobody else's.
as() { lab with bash -c 'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN; set -a; . "$1"; set +a; shift; exec "$@"' - "$work/people/$1" "${@:2}" < /dev/null; }
access() { as "$1" node "$repo/dist/cli/main.mjs" access --cluster "$(cluster_name)" --output "$work/$1.conf" "${@:2}"; }

snapshot_on_request() {
  local answer
  answer=$(command_line snapshot --json) || return 1
  jq -e '(.key | startswith("snapshots/")) and .keys > 100 and .revision > 100' <<< "$answer" > /dev/null && jq -r '"\(.keys) keys after \(.seconds) s"' <<< "$answer"
}

# Control planes note how they are once a minute.
status_is_well() {
  command_line status --json > "$work/status"
  local exit=$?
  [ "$exit" = 0 ] || { cat "$work/status"; return 1; }
  # The ids are etcd's own, to the last digit.
  [ "$(jq -r '.controlPlanes[].member.id' "$work/status" | sort)" = "$(members | cut -d, -f1 | sort)" ] || { cat "$work/status"; return 1; }
  jq -e '.api == "ready" and (.controlPlanes | length == 3 and (map(select(.leader)) | length == 1) and all(.certificateDaysLeft > 360)) and (.groups | map(.ready) | add == 6) and .snapshot.ageSeconds < 900' "$work/status" > /dev/null
}

# A note of a host that is not there any more, as after a replacement, goes by itself.
status_forgets() {
  kubectl -n kube-system patch configmap hacluster-status --type merge -p '{"data":{"gone":"{}"}}' > /dev/null || return 1
  until_true 120 forgotten
}
forgotten() { kubectl -n kube-system get configmap hacluster-status -o json | jq -e '.data | has("gone") | not' > /dev/null; }

named() { # PERSON NAME GROUP
  access "$1" > "$work/access" 2>&1 || { cat "$work/access"; return 1; }
  [ "$(stat -c %a "$work/$1.conf")" = 600 ] || return 1
  local said
  said=$(lab with "$PARTS/kubectl" --kubeconfig "$work/$1.conf" auth whoami -o json < /dev/null) || return 1
  [ "$(jq -r '.status.userInfo | "\(.username) \(.groups - ["system:authenticated"] | join(","))"' <<< "$said")" = "$2 $3" ] || { echo "$said"; return 1; }
  # A host that was about to answer as well takes its answer back.
  until_true 30 nothing_left || { ask parameters | grep -E "$answers"; return 1; }
  echo "$2"
}
answers='/access/(requests|certificates)/'
nothing_left() { ! ask parameters | grep -qE "$answers"; }

people_have_names() {
  mkdir -p "$work/people" && lab python "$here/people.py" "$(cluster_name)" "$work/people" < /dev/null || return 1
  named alice alice developers && named bob admins/bob@example.com platform-admins
}

strangers_get_nothing() {
  local answer
  if answer=$(access mallory 2>&1); then echo 'mallory got a certificate'; return 1; fi
  grep -q 'refused: .*user/mallory is not in the cluster.s list of people' <<< "$answer" || { echo "$answer"; return 1; }
  if answer=$(access nobody 2>&1); then echo 'nobody got a certificate'; return 1; fi
  grep -q 'docs/operations.md lists the rights' <<< "$answer" || { echo "$answer"; return 1; }
  # What a person may do for a certificate does not reach the keys that sign it, nor what others ask.
  as alice python3 -c '
import boto3, sys
ssm = boto3.client("ssm")
path = sys.argv[1]
for call in (
    lambda: ssm.get_parameter(Name=f"{path}/roots/ca.key", WithDecryption=True),
    lambda: ssm.get_parameter(Name=f"{path}/access/admin", WithDecryption=True),
    lambda: ssm.put_parameter(Name=f"{path}/access/people", Value="[]", Overwrite=True),
    lambda: ssm.put_parameter(Name=f"{path}/access/certificates/x", Value="x", Type="String"),
    lambda: ssm.get_parameters_by_path(Path=f"{path}/access/requests"),
    lambda: ssm.get_parameter_history(Name=f"{path}/access/people"),
):
    try:
        call()
        sys.exit("a call of a person should be denied")
    except ssm.exceptions.ClientError as error:
        if "AccessDenied" not in str(error):
            raise
' "/hacluster/$(cluster_name)/$(jq -r .uid "$work/status")"
}

# Two people are two names for whoever reads the audit log.
told_apart() {
  local name
  kubectl create clusterrolebinding platform-admins --clusterrole=cluster-admin --group=platform-admins > /dev/null || return 1
  lab with "$PARTS/kubectl" --kubeconfig "$work/bob.conf" -n default create configmap by-bob < /dev/null > /dev/null || return 1
  if lab with "$PARTS/kubectl" --kubeconfig "$work/alice.conf" -n default create configmap by-alice < /dev/null > /dev/null 2>&1; then return 1; fi
  for name in $(control_planes); do lab in "$name" sh -c 'cat /var/log/kubernetes/audit/*.log' < /dev/null; done |
    jq -rs '[.[] | select(.verb == "create" and .objectRef.resource == "configmaps" and (.user.username | . == "alice" or startswith("admins/"))) | "\(.user.username) \(.responseStatus.code)"] | unique | join(", ")' |
    grep -x 'admins/bob@example.com 201, alice 403'
}

restore_is_refused() {
  local answer
  if answer=$(command_line restore --yes 2>&1); then echo 'a living cluster was to be restored'; return 1; fi
  grep -q 'an API server answers' <<< "$answer" || { echo "$answer"; return 1; }
}
