# shellcheck shell=bash
# kubeadm's files, filled with what only this machine knows. Sourced, never run.

quoted_list() { # WORDS: a YAML flow list
  local word all=''
  for word in "$@"; do all+=", \"$word\""; done
  printf '[%s]' "${all#, }"
}

fill() { # FILE
  local sans
  # shellcheck disable=SC2086 # words on purpose
  sans=$(quoted_list "${HAC_ENDPOINT%:*}" localhost 127.0.0.1 $HAC_CERT_SANS)
  sed -e "s|@NODE_NAME@|$NODE_NAME|g" -e "s|@NODE_ADDRESS@|$NODE_ADDRESS|g" -e "s|@NODE_ZONE@|$NODE_ZONE|g" \
    -e "s|@NODE_REGION@|$NODE_REGION|g" -e "s|@NODE_TYPE@|$NODE_TYPE|g" -e "s|@PROVIDER_ID@|$NODE_PROVIDER_ID|g" \
    -e "s|@ENDPOINT@|$HAC_ENDPOINT|g" -e "s|\"@CERT_SANS@\"|$sans|g" "$1"
}

# write_kubeadm_files: what differs between machines is filled in; the rest came with user-data.
write_kubeadm_files() {
  local name
  install -d -m 0700 "$HAC_RUN/kubeadm" || return 1
  for name in init join; do
    [[ -e $HAC_CONFIG/kubeadm/$name.yaml ]] || continue
    fill "$HAC_CONFIG/kubeadm/$name.yaml" >"$HAC_RUN/kubeadm/$name.yaml" || return 1
  done
  if [[ -e $HAC_CONFIG/kubeadm/cluster.yaml ]]; then
    { printf -- '---\n' && fill "$HAC_CONFIG/kubeadm/cluster.yaml"; } >>"$HAC_RUN/kubeadm/init.yaml" || return 1
  fi
  if grep -l '@[A-Z_]*@' "$HAC_RUN"/kubeadm/*.yaml >&2; then die 'a placeholder is left in the files named above'; fi
  write_reservations "$(nproc --all)" "$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)"
}

# write_reservations CPUS MIB: what the kubelet keeps for the system, by the size of the real machine.
write_reservations() {
  install -d "$HAC_CONFIG/kubeadm/patches" || return 1
  jq --argjson cpus "$1" --argjson mib "$2" '
    def along($steps; $total): [foreach $steps[] as $step ({to: 0, part: 0};
        .to as $from | ([$total, $step.upTo // $total] | min) as $to | {to: $to, part: ([$to - $from, 0] | max * $step.share)}; .part)] | add;
    . as {$curve, $kubeReserved, $systemReserved, $evictionHard}
    | (if $mib < $curve.smallMachine.belowMib then $curve.smallMachine.reservedMib else along($curve.memory; $mib) / 100 | ceil end) as $memory
    | {apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration", $systemReserved, $evictionHard,
        kubeReserved: ($kubeReserved + {cpu: "\(along($curve.cpu; $cpus) | ceil)m", memory: "\($memory)Mi"})}
    ' "$HAC_CONFIG/reservations.json" >"$HAC_CONFIG/kubeadm/patches/kubeletconfiguration0+merge.json"
}

# Preflight checks that the cluster's owner, or the image, says do not apply.
preflight_ignored() {
  local all=$HAC_IGNORE_PREFLIGHT
  if [[ -r $HAC_CONFIG/preflight-ignore ]]; then all+=,$(tr '\n' ',' <"$HAC_CONFIG/preflight-ignore"); fi
  all=$(tr -s ',' <<<"$all,${1:-}")
  all=${all#,}
  printf %s "${all%,}"
}
