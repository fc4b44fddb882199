#!/usr/bin/env bats
# Certificates for people: real requests by openssl, a real authority; who wrote a request is what the cloud says.

setup() {
  source "$BATS_TEST_DIRNAME/support.bash"
  fresh_cloud
  mkdir -p "$FAKE/writers"
  ACCOUNT=123456789012
  ALICE=arn:aws:iam::$ACCOUNT:user/alice
  ADMINS=arn:aws:sts::$ACCOUNT:assumed-role/Admins
  people "$(jq -n --arg alice "$ALICE" --arg admins "$ADMINS/*" '[{identity: $alice, groups: ["developers"], hours: 2}, {identity: $admins, groups: ["platform-admins", "developers"], hours: 8}]')"
  on a bash -c 'mkdir -p /etc/kubernetes/pki && cd /etc/kubernetes/pki && openssl ecparam -name prime256v1 -genkey -noout -out ca.key &&
    openssl req -x509 -new -key ca.key -subj /CN=kubernetes -days 9 -out ca.crt'
  CA=$BATS_TEST_TMPDIR/disk-a/etc/upper/kubernetes/pki/ca.crt
}

people() { printf %s "$1" >"$FAKE/parameters/access~people"; }

# asks WHO [SUBJECT]: a request, written by WHO; its id is in ID.
asks() {
  ID=$(openssl rand -hex 16)
  openssl ecparam -name "${CURVE:-prime256v1}" -genkey -noout -out "$BATS_TEST_TMPDIR/$ID.key"
  openssl req -new -key "$BATS_TEST_TMPDIR/$ID.key" -subj "${2:-/CN=me}" "${EXTRA[@]}" -out "$FAKE/parameters/access~requests~$ID"
  written "$ID" "$1"
}

written() { # ID WHO
  jq -n --arg by "$2" --argjson at "$(($(date +%s) - ${AGE:-5})).25" --argjson versions "${VERSIONS:-1}" '$ARGS.named' >"$FAKE/writers/access~requests~$1"
}

answered() {
  run on a /usr/local/sbin/hacluster-requests
  echo "$output"
  [ "$status" -eq 0 ]
}

answer() { jq -r ".$2" "$FAKE/parameters/access~certificates~$1"; }

subject() { answer "$1" certificate | openssl x509 -noout -subject -nameopt sep_multiline,utf8 | sed 1d | sed 's/^ *//' | xargs; }

never() { # COMMAND...: bats lets a `!` in the middle of a test pass
  if "$@"; then return 1; fi
}

no_answer() { [ ! -e "$FAKE/parameters/access~certificates~$1" ]; }

@test "two people get two names, each the groups of the list" {
  asks "$ALICE"
  local alice=$ID
  asks "$ADMINS/bob@example.com"
  answered
  [ "$(subject "$alice")" = 'O=developers CN=alice' ]
  [ "$(subject "$ID")" = 'O=developers O=platform-admins CN=Admins/bob@example.com' ]
  [ "$(answer "$ID" name)" = Admins/bob@example.com ]
  [ "$(cat "$FAKE/kinds/access~certificates~$ID")" = 'String ' ]
}
@test "a certificate is of the cluster's authority, for the key of the request, for clients, and as long as the list says" {
  asks "$ALICE"
  answered
  answer "$ID" certificate >"$BATS_TEST_TMPDIR/crt"
  openssl verify -purpose sslclient -CAfile "$CA" "$BATS_TEST_TMPDIR/crt"
  never openssl verify -purpose sslserver -CAfile "$CA" "$BATS_TEST_TMPDIR/crt"
  cmp <(openssl x509 -in "$BATS_TEST_TMPDIR/crt" -noout -pubkey) <(openssl pkey -in "$BATS_TEST_TMPDIR/$ID.key" -pubout)
  openssl x509 -in "$BATS_TEST_TMPDIR/crt" -noout -checkend 7000
  never openssl x509 -in "$BATS_TEST_TMPDIR/crt" -noout -checkend 7300
}
@test "whoever is not in the list is told so" {
  asks "arn:aws:iam::$ACCOUNT:user/mallory"
  answered
  [ "$(answer "$ID" refused)" = "arn:aws:iam::$ACCOUNT:user/mallory is not in the cluster's list of people" ]
  [ "$(answer "$ID" certificate)" = null ]
}
@test "without a list nobody gets a certificate" {
  rm "$FAKE/parameters/access~people"
  asks "$ALICE"
  answered
  [[ $(answer "$ID" refused) == *"not in the cluster's list of people" ]]
}
@test "a role of almost the same name, another account and the account itself are strangers" {
  local who
  for who in "${ADMINS}2/bob" "arn:aws:sts::210987654321:assumed-role/Admins/bob" "arn:aws:iam::$ACCOUNT:root" "arn:aws:iam::$ACCOUNT:user/team/alice" "$ADMINS/"; do
    asks "$who"
    answered
    [[ $(answer "$ID" refused) == "$who is not in the cluster's list of people" ]]
  done
}
@test "a name and groups of the request's own count for nothing" {
  EXTRA=(-addext 'basicConstraints=critical,CA:TRUE' -addext 'subjectAltName=DNS:api.shop.test')
  asks "$ALICE" /O=system:masters/O=platform-admins/CN=system:admin
  answered
  [ "$(subject "$ID")" = 'O=developers CN=alice' ]
  answer "$ID" certificate | openssl x509 -noout -text >"$BATS_TEST_TMPDIR/text"
  grep -q CA:FALSE "$BATS_TEST_TMPDIR/text"
  never grep -qE 'CA:TRUE|Alternative|system:' "$BATS_TEST_TMPDIR/text"
}
@test "a session that is named like one of Kubernetes' own gets no such name" {
  asks "$ADMINS/system:admin"
  local first=$ID
  asks "$ADMINS/x/CN=system:masters"
  answered
  [[ $(answer "$first" refused) == *"not in the cluster's list of people" ]]
  [[ $(answer "$ID" refused) == *"not in the cluster's list of people" ]]
}
@test "a user who is named like kubeadm's administrator is told apart from it" {
  local who=arn:aws:iam::$ACCOUNT:user/kubernetes-admin
  people "$(jq -n --arg who "$who" '[{identity: $who, groups: ["developers"], hours: 8}]')"
  asks "$who"
  answered
  [[ $(subject "$ID") =~ ^'O=developers CN=kubernetes-admin~'[0-9a-f]{16}$ ]]
}
@test "names that are too long are cut, and still differ" {
  local long
  long=$(printf 'x%.0s' {1..62})
  asks "$ADMINS/${long}a"
  local first=$ID
  asks "$ADMINS/${long}b"
  answered
  first=$(answer "$first" name)
  local second
  second=$(answer "$ID" name)
  [ "${#first}" -eq 64 ] && [ "${#second}" -eq 64 ] && [ "$first" != "$second" ]
  [ "${first%~*}" = "${second%~*}" ]
}
@test "signs of a name that mean something in a subject stay what they are" {
  asks "$ADMINS/a+b=c,d@e.f"
  answered
  [ "$(subject "$ID")" = 'O=developers O=platform-admins CN=Admins/a+b=c,d@e.f' ]
}
@test "an old request gets no answer, and is forgotten with the answer it had" {
  AGE=700 asks "$ALICE"
  local first=$ID
  AGE=700 asks "$ALICE"
  echo '{"refused": "once"}' >"$FAKE/parameters/access~certificates~$ID"
  answered
  no_answer "$first"
  no_answer "$ID"
  [ -z "$(ls "$FAKE/parameters" | grep access~requests)" ]
}
@test "an answer that comes too late is taken back: nobody else would" {
  touch "$FAKE/has-another-answer"
  asks "$ALICE"
  answered
  no_answer "$ID"
  grep -q "ssm:PutParameter access/certificates/$ID" "$FAKE/calls"
}
@test "a request that was written a second time is left alone" {
  VERSIONS=2 asks "$ALICE"
  answered
  no_answer "$ID"
  [[ $output == *'written more than once'* ]]
}
@test "a request whose signature is not of its key, or of another kind of key, is refused" {
  asks "$ALICE"
  local first=$ID file=$FAKE/parameters/access~requests~$ID
  { echo '-----BEGIN CERTIFICATE REQUEST-----' && { openssl req -in "$file" -outform der | head -c -1 && printf '\1'; } | base64 -w64 && echo '-----END CERTIFICATE REQUEST-----'; } >"$file.new"
  mv "$file.new" "$file"
  CURVE=secp384r1 asks "$ALICE"
  answered
  [ "$(answer "$first" refused)" = 'it is not a request that is signed by its own P-256 key' ]
  [ "$(answer "$ID" refused)" = 'it is not a request that is signed by its own P-256 key' ]
}
@test "what is no request at all is refused, and keeps nobody else waiting" {
  asks "$ALICE"
  local first=$ID
  echo garbage >"$FAKE/parameters/access~requests~$first"
  asks "$ALICE"
  answered
  [ "$(answer "$first" refused)" = 'it is not a request that is signed by its own P-256 key' ]
  [ "$(subject "$ID")" = 'O=developers CN=alice' ]
}
@test "a list that grants groups of Kubernetes' own grants nothing" {
  local groups
  for groups in '["system:masters"]' '["developers", "system:nodes"]' '["a/CN=x\ny"]' '[]'; do
    people "$(jq -n --arg who "$ALICE" --argjson groups "$groups" '[{identity: $who, $groups, hours: 8}]')"
    asks "$ALICE"
    answered
    [ "$(answer "$ID" certificate)" = null ]
  done
}
@test "an answer is never written over" {
  asks "$ALICE"
  echo '{"refused": "first"}' >"$FAKE/parameters/access~certificates~$ID"
  answered
  [ "$(answer "$ID" refused)" = first ]
}
@test "of many old requests the young one is found" {
  local number
  for number in $(seq 23); do
    touch "$FAKE/parameters/access~requests~$(printf '%032d' "$number")"
    AGE=9000 written "$(printf '%032d' "$number")" "$ALICE"
  done
  asks "$ALICE"
  answered
  [ "$(subject "$ID")" = 'O=developers CN=alice' ]
}
@test "a cloud that does not answer is not a reason to refuse anybody" {
  asks "$ALICE"
  touch "$FAKE/down"
  run on a /usr/local/sbin/hacluster-requests
  [ "$status" -ne 0 ]
  no_answer "$ID"
}
