# shellcheck shell=bash
# What every script of a node shares. Sourced, never run.
#
# A function that asks somebody else returns 0 for yes, 4 for a positive "it is not there", and anything else for
# "not known"; callers treat "not known" as a reason to wait, never as a no.
set -Eeuo pipefail
umask 077

HAC_CONFIG=/etc/hacluster
HAC_LIB=/usr/local/lib/hacluster
HAC_RUN=/run/hacluster
HAC_PKI=/etc/kubernetes/pki
HAC_CA=$HAC_CONFIG/ca.crt
# Not exported: other programs have no business with it.
# shellcheck source=/dev/null
source "$HAC_CONFIG/node.env"
# shellcheck source=/dev/null
source "$HAC_CONFIG/cluster.env"
HAC_ROLE=${HAC_ROLE:?} HAC_ENDPOINT=${HAC_ENDPOINT:?} HAC_SECRETS=${HAC_SECRETS:?}
HAC_POLL=${HAC_POLL:-5}
# One attempt ends after this; systemd starts the next one.
HAC_ATTEMPT=${HAC_ATTEMPT:-2400}
if [[ -r $HAC_CONFIG/proxy.env ]]; then
  set -a
  # shellcheck source=/dev/null
  source "$HAC_CONFIG/proxy.env"
  NO_PROXY+=,${HAC_ENDPOINT%:*}
  # curl reads the small letters only, others the large ones.
  no_proxy=$NO_PROXY
  http_proxy=$HTTP_PROXY
  https_proxy=$HTTPS_PROXY
  set +a
fi
# shellcheck source=/dev/null
source "$HAC_LIB/driver.sh"
install -d -m 0700 "$HAC_RUN"

log() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  log "FATAL: $*"
  exit 1
}

# wait_for SECONDS WHAT COMMAND...: says what it waits for, at once and every half minute; 1 when the time is over.
wait_for() {
  local limit=$1 what=$2 began=$SECONDS said=-30
  shift 2
  until "$@"; do
    ((SECONDS < HAC_ATTEMPT)) || die "the attempt took $SECONDS s; last waited for $what"
    ((SECONDS - began < limit)) || {
      log "gave up after $limit s: $what"
      return 1
    }
    if ((SECONDS - began - said >= 30)); then
      said=$((SECONDS - began))
      log "waiting for $what ($said of $limit s)"
    fi
    sleep "$HAC_POLL"
  done
}

# Whether an API server of this cluster answers: the chain is verified, what it answers does not matter.
api_answers() {
  local code
  [[ -s $HAC_CA ]] || return 1
  code=$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 --cacert "$HAC_CA" "https://$HAC_ENDPOINT/livez") || return 1
  [[ $code =~ ^(200|401|403|500)$ ]]
}

# fetch_authority: the certificate that everything else is verified by.
fetch_authority() {
  secret_get public/ca.crt >"$HAC_CA.new" 2>/dev/null && [[ -s $HAC_CA.new ]] || return 1
  chmod 0644 "$HAC_CA.new" && mv "$HAC_CA.new" "$HAC_CA"
}

port_open() { timeout 3 bash -c ": <'/dev/tcp/$1/$2'" 2>/dev/null; }
