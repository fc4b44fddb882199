# shellcheck shell=bash
# When what kubeadm signed for this host ends. Sourced, never run.

certificates() {
  local file
  for file in "$HAC_PKI"/*.crt "$HAC_PKI"/etcd/*.crt; do
    case $file in */ca.crt | */front-proxy-ca.crt) ;; *) openssl x509 -in "$file" -noout -enddate ;; esac || return 1
  done
  for file in admin controller-manager scheduler; do
    sed -n 's/^ *client-certificate-data: //p' "/etc/kubernetes/$file.conf" | base64 -d | openssl x509 -noout -enddate || return 1
  done
}

# hours_left: of the first to expire.
hours_left() {
  local all end left least=999999
  all=$(certificates) || return 1
  while IFS='=' read -r _ end; do
    left=$((($(date -d "$end" +%s) - $(date +%s)) / 3600))
    if ((left < least)); then least=$left; fi
  done <<<"$all"
  printf %s "$least"
}
