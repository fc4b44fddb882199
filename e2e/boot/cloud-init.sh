# Runs in a sandbox: the real cloud-init takes user-data (USER_DATA, gzipped) from a seed and writes what it says.
# shellcheck shell=bash
source "$REPO/e2e/support/tap.sh"
set +eE
seed=/var/lib/cloud/seed/nocloud
mkdir -p $seed /etc/cloud/cloud.cfg.d
cp "$USER_DATA" $seed/user-data
printf 'instance-id: i-a\n' >$seed/meta-data
cat >/etc/cloud/cloud.cfg.d/99-test.cfg <<'Y'
datasource_list: [NoCloud]
network: {config: disabled}
cloud_init_modules: [write_files]
cloud_config_modules: [runcmd]
cloud_final_modules: []
Y
written() {
  cloud-init init --local && cloud-init init && cloud-init modules --mode=config || return 1
  local file
  while read -r file; do
    cmp "$TREE/$file" "/$file" || return 1
    [[ $(stat -c %a "$TREE/$file") == $(stat -c %a "/$file") ]] || return 1
  done < <(cd "$TREE" && find . -type f)
}
check "cloud-init $CASE: every file lands as it is, with its permissions" written
ordered() {
  local script=/var/lib/cloud/instance/scripts/runcmd
  [[ $(grep -nE "touch.*before|start.*no-block" $script | cut -d: -f1 | xargs) =~ ^[0-9]+\ [0-9]+$ ]] || { cat $script; return 1; }
  [[ $(grep -n 'before' $script | cut -d: -f1) -lt $(grep -n 'no-block' $script | cut -d: -f1) ]]
}
check "cloud-init $CASE: a snippet's commands run before the node joins" ordered
tap_end
