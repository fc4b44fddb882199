# shellcheck shell=bash
# Certificates for people, in the name of whoever the cloud says has asked. Sourced, never run.

# A request that nobody answered in time is asked again by whoever still wants it.
HAC_REQUEST_SECONDS=600
# What this process has answered; what others answered they find in the store.
declare -A HAC_ANSWERED=()

answer_requests() {
  local all name since
  all=$(secret_list access/requests) || return 1
  since=$(($(date +%s) - HAC_REQUEST_SECONDS))
  # Whoever asked has gone without taking it back.
  while read -r name; do
    forget_request "${name##*/}" || log "$name is not forgotten yet"
  done < <(jq -r --argjson since "$since" 'select(.at < $since).name | select(test("^access/requests/[0-9a-f]{32}$"))' <<<"$all")
  while read -r name; do
    if [[ -n ${HAC_ANSWERED[$name]:-} ]]; then continue; fi
    # One that goes wrong must not keep the others waiting.
    if answer_request "${name##*/}"; then HAC_ANSWERED[$name]=yes; else log "$name is not answered yet"; fi
  done < <(jq -r --argjson since "$since" 'select(.at >= $since).name | select(test("^access/requests/[0-9a-f]{32}$"))' <<<"$all")
}

# forget_request ID: its answer too; in this order, so that whoever answers late finds the request gone.
forget_request() {
  secret_delete "access/requests/$1" && secret_delete "access/certificates/$1"
}

# answer_request ID: stores a certificate, or why there is none.
answer_request() {
  local request rc=0 answer
  request=$(secret_written "access/requests/$1") || rc=$?
  # Taken back by its owner.
  ((rc != 4)) || return 0
  ((rc == 0)) || return 1
  # What was written twice may be another's than what was written first: it gets no answer at all.
  if ! jq -e --argjson since "$(($(date +%s) - HAC_REQUEST_SECONDS))" '.once and .at >= $since' <<<"$request" >/dev/null; then
    log "access/requests/$1 was written more than once, or too long ago: ignored"
    return 0
  fi
  answer=$(answer_to "$request") || return 1
  secret_create "access/certificates/$1" <<<"$answer" || rc=$?
  # Another control plane was first.
  if ((rc == 3)); then return 0; fi
  ((rc == 0)) || return 1
  # And the one who asked may have taken both back meanwhile: nobody would take this back.
  secret_written "access/requests/$1" >/dev/null || rc=$?
  if ((rc == 4)); then
    secret_delete "access/certificates/$1"
    return
  fi
  log "access/requests/$1: $(jq -r '.refused // "\(.name) of \(.groups | join(", ")) until \(.expires)"' <<<"$answer")"
}

# answer_to REQUEST: JSON of a certificate, or of the reason why there is none; 1 when it is not known.
answer_to() {
  local by person people rc=0 entry groups hours name csr certificate
  by=$(jq -r .by <<<"$1")
  person=$(jq -r '.person // ""' <<<"$1")
  people=$(secret_get access/people) || rc=$?
  if ((rc == 4)); then people='[]'; elif ((rc != 0)); then return 1; fi
  entry=$(jq -ce --arg by "$by" '[.[] | select(.identity as $who | $who == $by or ($who | endswith("/*") and ($by | startswith($who[:-1]))))]
    | {groups: (map(.groups[]) | unique), hours: (map(.hours) | min)}' <<<"$people") || return 1
  groups=$(jq -r '.groups[]' <<<"$entry")
  hours=$(jq -r '.hours // 0' <<<"$entry")
  if [[ -z $person || -z $groups ]]; then
    no "$by is not in the cluster's list of people"
    return
  fi
  # Synth refuses such groups; this is for a list that somebody else wrote.
  if grep -qvE '^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,62}$' <<<"$groups" || grep -q '^system:' <<<"$groups" || ! [[ $hours =~ ^([1-9]|1[0-9]|2[0-4])$ ]]; then
    no "the cluster's list of people grants $by what it may not"
    return
  fi
  name=$(certificate_name "$person" "$by")
  csr=$(mktemp "$HAC_RUN/person.XXXXXX") || return 1
  jq -r .value <<<"$1" >"$csr"
  if is_good_request "$csr"; then
    certificate=$(sign_client "$csr" "$hours" -subj "$(subject_of "$name" "$groups")") || rc=1
  else
    rc=5
  fi
  rm -f "$csr"
  case $rc in
    5) no 'it is not a request that is signed by its own P-256 key' ;;
    1) return 1 ;;
    *) jq -cn --arg certificate "$certificate" --arg name "$name" --arg groups "$groups" --arg expires "$(date -u -d "+$hours hours" +%FT%TZ)" \
      '$ARGS.named | .groups = ($groups | split("\n"))' ;;
  esac
}

no() { jq -cn --arg refused "$1" '$ARGS.named'; }

# certificate_name PERSON IDENTITY: at most 64 bytes, never another's. What is cut, and what kubeadm calls its own certificates,
# ends with a hash; no cloud has a ~ in a person's name.
certificate_name() {
  local hash
  if ((${#1} <= 64)) && [[ $1 != kube* && $1 != *:* && $1 != *~* ]]; then
    printf %s "$1"
    return
  fi
  hash=$(printf %s "$2" | sha256sum | cut -c1-16)
  printf '%s~%s' "$(tr ':~' '--' <<<"${1:0:47}")" "$hash"
}

# The signature proves that whoever asks has the key; nothing else of the request is looked at.
is_good_request() {
  is_signed_by_own_key "$1" &&
    openssl req -in "$1" -noout -text 2>/dev/null | grep -q 'ASN1 OID: prime256v1'
}

subject_of() { # NAME GROUPS
  local group subject=''
  while read -r group; do subject+=/O=$(escaped "$group"); done <<<"$2"
  printf '%s/CN=%s' "$subject" "$(escaped "$1")"
}

escaped() { sed 's/[^A-Za-z0-9]/\\&/g' <<<"$1"; }
