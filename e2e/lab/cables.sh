# shellcheck shell=bash disable=SC2154 # tag, here and LAB are those of machines
# What happens to networks, for machines: it brings router, interface, known and disk.

# shellcheck disable=SC2046 # words on purpose
cable_of() { known "$1"; local address $(cat "$(disk "$1")/facts"); interface m "$address"; }
unplug() { router ip link set "$(cable_of "$1")" down; : > "$(disk "$1")/unplugged"; }
plug() { router ip link set "$(cable_of "$1")" up; rm -f "$(disk "$1")/unplugged"; }

bridges() { router ip -json link show type bridge | jq -r --arg zone "zone-$1" '.[] | select(.ifalias == $zone).ifname'; }

cut() {
  local bridge
  mkdir -p "$LAB/run/cut"
  : > "$LAB/run/cut/$1"
  for bridge in $(bridges "$1"); do router nft add element inet lab cut "{ $bridge }"; done
}

# The image's iptables: nft cannot hand packets over where the kernel lacks its own way to.
delays() { router chroot "$LAB_IMAGE/base" iptables -w -t mangle "$@"; }
delay_rules() { # COMMAND BRIDGE NUMBER
  delays "$1" FORWARD ! -i "$2" -o "$2" -j NFQUEUE --queue-num "$3" --queue-bypass
  delays "$1" OUTPUT -o "$2" -j NFQUEUE --queue-num "$3" --queue-bypass
}

slow() {
  local bridge number
  heal "$1"
  mkdir -p "$LAB/run/slow"
  for bridge in $(bridges "$1"); do
    number=$(router ip -json link show "$bridge" | jq '.[0].ifindex')
    nsenter --net="/run/netns/$router_namespace" setsid python3 "$here/delay.py" "$number" "$2" > /dev/null 2>&1 < /dev/null &
    echo "$! $number" > "$LAB/run/slow/$bridge"
    delay_rules -A "$bridge" "$number"
  done
}

heal() {
  local bridge pid number
  rm -f "$LAB/run/cut/$1"
  for bridge in $(bridges "$1"); do
    router nft delete element inet lab cut "{ $bridge }" 2> /dev/null || true
    [ -e "$LAB/run/slow/$bridge" ] || continue
    read -r pid number < "$LAB/run/slow/$bridge"
    delay_rules -D "$bridge" "$number"
    kill "$pid" 2> /dev/null || true
    rm "$LAB/run/slow/$bridge"
  done
}
