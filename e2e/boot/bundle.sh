# Runs in a sandbox that holds only what small user-data brings; the bundle is in the bucket.
# shellcheck shell=bash
source "$REPO/e2e/support/tap.sh"
set +eE
set -a
# shellcheck source=/dev/null
source /etc/hacluster/node.env
# shellcheck source=/dev/null
source /etc/hacluster/bundle.env
set +a

tampered() {
  local file=$FAKE/objects/${HAC_BUNDLE_KEY//\//\~}
  cp "$file" /run/kept
  sed -i 's/"0600"/"0666"/' "$file"
  local answer rc=0
  answer=$(python3 /usr/local/lib/hacluster/install-bundle 2>&1) || rc=$?
  cp /run/kept "$file"
  [[ $rc == 1 && $answer == *'is not the file that user-data names'* && ! -e /usr/local/sbin/hacluster-bootstrap ]]
}
check 'bundle: files whose hash is not the one in user-data are not installed' tampered
absent() {
  ! HAC_BUNDLE_KEY=bundle/none.json python3 /usr/local/lib/hacluster/install-bundle >/dev/null 2>&1 && [[ ! -e /usr/local/sbin/hacluster-bootstrap ]]
}
check 'bundle: a bundle that is not there yet fails, so that systemd tries again' absent
installed() {
  python3 /usr/local/lib/hacluster/install-bundle || return 1
  local file
  while read -r file; do
    cmp "$TREE/$file" "/$file" || return 1
    [[ $(stat -c %a "$TREE/$file") == $(stat -c %a "/$file") ]] || return 1
  done < <(cd "$TREE" && find . -type f)
}
check 'bundle: the right files are installed as they are, with their permissions' installed
tap_end
