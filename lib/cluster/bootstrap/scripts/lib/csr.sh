# shellcheck shell=bash
# Certificate requests, and whether a kubelet's is what it should be. Sourced, never run.

# Whether whoever made a request has its key. By what openssl says: up to 3.0 it ends with 0 whatever it finds.
is_signed_by_own_key() { openssl req -in "$1" -noout -verify 2>&1 | grep -q 'verify OK'; }

# csr_fields FILE: lines CN=, O=, DNS:, IP: and so on of a request whose signature is right; X= for any other part of the subject.
csr_fields() {
  is_signed_by_own_key "$1" || return 1
  openssl req -in "$1" -noout -subject -nameopt sep_multiline,utf8 | sed -n 's/^ *\(CN\|O\)=/\1=/p; /^ *\(CN\|O\)=\|^subject/!s/^ */X=/p'
  openssl req -in "$1" -noout -text | awk '/Subject Alternative Name/ { getline; gsub(/ /, ""); n = split($0, all, ","); for (i = 1; i <= n; i++) print all[i] }' |
    sed 's/^IPAddress:/IP:/'
}

# judge REQUEST: 0 to approve; otherwise the reason on stdout.
judge() {
  local request=$1 file fields node facts signer
  signer=$(jq -r .spec.signerName <<<"$request")
  case $signer in
    kubernetes.io/kubelet-serving) ;;
    kubernetes.io/kube-apiserver-client-kubelet) [[ $HAC_ATTESTATION == cloud ]] || refuse ignored || return 1 ;;
    *) refuse ignored || return 1 ;;
  esac
  file=$(mktemp "$HAC_RUN/csr.XXXXXX")
  jq -r .spec.request <<<"$request" | base64 -d >"$file" 2>/dev/null || true
  fields=$(csr_fields "$file") || fields=bad
  rm -f "$file"
  [[ $fields != bad ]] || refuse 'not a request that is signed by its own key' || return 1
  node=$(sed -n 's/^CN=system:node://p' <<<"$fields")
  [[ $node =~ ^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$ ]] || refuse "the common name is $(sed -n 's/^CN=//p' <<<"$fields")" || return 1
  [[ $(sed -n 's/^O=//p' <<<"$fields") == system:nodes ]] || refuse 'the organization is not system:nodes' || return 1
  if grep -q '^X=' <<<"$fields"; then refuse 'the subject has further parts' || return 1; fi
  facts=$(machine_facts "$node") || refuse "the cloud does not know $node" || return 1
  [[ $(jq -r '.cluster + " " + .state' <<<"$facts") == "$HAC_UID running" ]] || refuse "$node is not a running machine of this cluster" || return 1
  if [[ $signer == kubernetes.io/kubelet-serving ]]; then
    judge_serving "$request" "$fields" "$node" "$facts"
  else
    judge_client "$request" "$fields" "$node" "$facts"
  fi
}

refuse() {
  printf %s "$1"
  return 1
}

only_usages() { # REQUEST USAGE
  jq -e --arg use "$2" '.spec.usages - ["digital signature", "key encipherment", $use] == []' <<<"$1" >/dev/null
}

judge_serving() { # REQUEST FIELDS NODE FACTS
  local san
  [[ $(jq -r .spec.username <<<"$1") == "system:node:$3" ]] || refuse "asked for by $(jq -r .spec.username <<<"$1")" || return 1
  only_usages "$1" 'server auth' || refuse 'asks for other usages' || return 1
  while read -r san; do
    case $san in
      CN=* | O=*) ;;
      DNS:* | IP:*) jq -e --arg san "${san#*:}" '[.node] + .dns + .ips | index($san)' <<<"$4" >/dev/null || refuse "$san is not of $3" || return 1 ;;
      *) refuse "$san is neither a name nor an address" || return 1 ;;
    esac
  done <<<"$2"
}

judge_client() { # REQUEST FIELDS NODE FACTS
  local groups known
  groups=$(jq -r '.spec.groups | join(",")' <<<"$1")
  [[ $(jq -r .spec.username <<<"$1") == system:bootstrap:* && ,$groups, == *,system:bootstrappers,* ]] ||
    refuse "asked for by $(jq -r .spec.username <<<"$1")" || return 1
  only_usages "$1" 'client auth' || refuse 'asks for other usages' || return 1
  if grep -qE '^[A-Za-z]+:' <<<"$2"; then refuse 'a client needs no alternative names' || return 1; fi
  # A worker's token must not be able to ask for a control plane's name.
  if [[ $(jq -r .role <<<"$4") == control-plane && ,$groups, != *,system:bootstrappers:hacluster:control-plane,* ]]; then
    refuse "$3 is a control plane, the token is not for one" || return 1
  fi
  known=$(kubectl --request-timeout=15s get node "$3" --ignore-not-found -o json) || refuse 'the API does not say whether the node exists' || return 1
  if [[ -n $known ]]; then
    if jq -e '.status.conditions[]? | select(.type == "Ready" and .status == "True")' <<<"$known" >/dev/null; then
      refuse "$3 is a Ready node already" || return 1
    fi
    (($(date +%s) - $(date -d "$(jq -r .launched <<<"$4")" +%s) < 1800)) || refuse "$3 was a node before and has run for more than half an hour" || return 1
  fi
}
