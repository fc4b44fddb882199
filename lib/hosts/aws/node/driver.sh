# shellcheck shell=bash
# What node scripts ask of AWS: see docs/node-driver.md for the contract. Sourced, never run.
#
# Requests are signed by curl. Keys come from the machine's role and go to curl through a pipe: they are never on a command
# line, in the environment of another program, or on disk.

case $HAC_REGION in cn-*) AWS_DOMAIN=amazonaws.com.cn ;; *) AWS_DOMAIN=amazonaws.com ;; esac

imds() { # PATH
  local token
  token=$(curl -sf --noproxy '*' --max-time 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token) || return 1
  curl -sf --noproxy '*' --max-time 3 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/$1"
}

cloud_facts() {
  local document name
  document=$(imds dynamic/instance-identity/document) || return 1
  name=$(imds meta-data/local-hostname) || return 1
  # A network may have several domains: the first name is the one its DNS answers.
  name=${name%%[[:space:]]*}
  NODE_NAME=${name,,}
  NODE_ADDRESS=$(jq -er .privateIp <<<"$document") && NODE_ZONE=$(jq -er .availabilityZone <<<"$document") &&
    NODE_REGION=$(jq -er .region <<<"$document") && NODE_ID=$(jq -er .instanceId <<<"$document") &&
    NODE_TYPE=$(jq -er .instanceType <<<"$document") || return 1
  NODE_PROVIDER_ID=aws:///$NODE_ZONE/$NODE_ID
  [[ $NODE_NAME =~ ^[a-z0-9][-a-z0-9.]*$ ]] || return 1
  # Most calls are made in subshells: what they find here they need not ask for.
  aws_keys
}

# aws_keys: the role's keys, in AWS_KEYS; they are asked for again after five minutes.
aws_keys() {
  local role
  if [[ -n ${AWS_KEYS:-} ]] && ((SECONDS - AWS_KEYS_AT < 300)); then return 0; fi
  role=$(imds meta-data/iam/security-credentials/) || return 1
  AWS_KEYS=$(imds "meta-data/iam/security-credentials/${role%%[[:space:]]*}") || return 1
  AWS_KEYS_AT=$SECONDS
}

# aws_signed SERVICE ARGUMENTS...: curl, signed; prints the body and, on a line of its own, the status.
aws_signed() {
  local service=$1
  shift
  aws_keys || return 1
  curl -sS -w '\n%{http_code}' --aws-sigv4 "aws:amz:$HAC_REGION:$service" \
    --config <(jq -r '"user = \"\(.AccessKeyId):\(.SecretAccessKey)\"\nheader = \"X-Amz-Security-Token: \(.Token)\""' <<<"$AWS_KEYS") "$@"
}

# ssm_call ACTION: the request's JSON on stdin, the answer's on stdout; 3 it exists, 4 it does not, 1 everything else.
ssm_call() {
  local answer
  answer=$(aws_signed ssm --max-time 15 -H 'Content-Type: application/x-amz-json-1.1' -H "X-Amz-Target: AmazonSSM.$1" \
    --data-binary @- "https://ssm.$HAC_REGION.$AWS_DOMAIN/") || return 1
  case $answer in
    *$'\n'200) printf %s "${answer%$'\n'*}" ;;
    *ParameterNotFound*) return 4 ;;
    *ParameterAlreadyExists*) return 3 ;;
    *)
      printf 'ssm %s: %s\n' "$1" "$answer" >&2
      return 1
      ;;
  esac
}

secret_get() { # NAME
  local answer
  answer=$(jq -n --arg name "$HAC_SECRETS/$1" '{Name: $name, WithDecryption: true}' | ssm_call GetParameter) || return
  jq -rj .Parameter.Value <<<"$answer"
}

# write_secret NAME OVERWRITE: the value on stdin.
write_secret() {
  local kind=SecureString
  case $1 in public/* | access/certificates/*) kind=String ;; esac
  jq -Rs --arg name "$HAC_SECRETS/$1" --arg kind "$kind" --arg key "$HAC_SECRETS_KEY" --argjson overwrite "$2" \
    '{Name: $name, Value: ., Type: $kind, Overwrite: $overwrite} + if $kind == "SecureString" then {KeyId: $key} else {} end' |
    ssm_call PutParameter >/dev/null
}

secret_create() { write_secret "$1" false; }

secret_put() { write_secret "$1" true; }

secret_delete() { # NAME
  local rc=0
  jq -n --arg name "$HAC_SECRETS/$1" '{Name: $name}' | ssm_call DeleteParameter >/dev/null || rc=$?
  ((rc == 0 || rc == 4))
}

secret_list() { # PATH
  local answer next='' page
  for ((page = 0; page < 50; page++)); do
    answer=$(jq -n --arg path "$HAC_SECRETS/$1" --arg next "$next" '{Path: $path, MaxResults: 10} + if $next == "" then {} else {NextToken: $next} end' |
      ssm_call GetParametersByPath) || return
    jq -c --arg root "$HAC_SECRETS/" '.Parameters[] | {name: (.Name | ltrimstr($root)), at: .LastModifiedDate}' <<<"$answer"
    next=$(jq -r '.NextToken // ""' <<<"$answer")
    if [[ -z $next ]]; then return 0; fi
  done
  printf 'there are more than %s parameters below %s: the rest is not looked at\n' "$((page * 10))" "$HAC_SECRETS/$1" >&2
}

# secret_written NAME: who wrote it is what the cloud says, and nothing that a writer could choose but a session's name.
secret_written() {
  local answer
  answer=$(jq -n --arg name "$HAC_SECRETS/$1" '{Name: $name, MaxResults: 50}' | ssm_call GetParameterHistory) || return
  jq -ce '
    def person: [capture("^arn:[a-z-]+:iam::[0-9]+:user/(.*/)?(?<it>[A-Za-z0-9+=,.@_-]+)\\z").it,
      capture("^arn:[a-z-]+:sts::[0-9]+:assumed-role/(?<it>[A-Za-z0-9+=,.@_-]+/[A-Za-z0-9+=,.@_-]+)\\z").it] | first;
    (.NextToken == null and (.Parameters | length == 1 and .[0].Version == 1)) as $once
    | .Parameters[0] | {value: .Value, at: .LastModifiedDate, by: .LastModifiedUser, person: (.LastModifiedUser | person), $once}' <<<"$answer"
}

# s3_call ACTION KEY ARGUMENTS...
s3_call() {
  local action=$1 key=$2 method=GET
  shift 2
  if [[ $action == PutObject ]]; then method=PUT; fi
  aws_signed s3 -X "$method" --max-time 1800 "$@" "https://$HAC_BUCKET.s3.$HAC_REGION.$AWS_DOMAIN/$key"
}

object_get() { # KEY
  local file answer
  file=$(mktemp) || return 1
  answer=$(s3_call GetObject "$1" -o "$file" -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855') || answer=unreachable
  case $answer in
    *200) cat "$file" ;;
    *404) answer=absent ;;
    *) printf 's3 GetObject %s: %s\n' "$1" "$answer" >&2 ;;
  esac
  rm -f "$file"
  case $answer in *200) return 0 ;; absent) return 4 ;; *) return 1 ;; esac
}

object_put() { # KEY FILE
  local answer
  answer=$(s3_call PutObject "$1" -T "$2" -H 'Content-Type: application/octet-stream' -H "x-amz-content-sha256: $(sha256sum "$2" | cut -d' ' -f1)") || return 1
  case $answer in
    *200) ;;
    *)
      printf 's3 PutObject %s: %s\n' "$1" "$answer" >&2
      return 1
      ;;
  esac
}

# ec2_call ACTION FORM...: prints the XML; 4 where the instance is not known.
ec2_call() {
  local answer form=() field
  for field in "Action=$1" Version=2016-11-15 "${@:2}"; do form+=(--data-urlencode "$field"); done
  answer=$(aws_signed ec2 --max-time 15 "${form[@]}" "https://ec2.$HAC_REGION.$AWS_DOMAIN/") || return 1
  case $answer in
    *$'\n'200) printf %s "${answer%$'\n'*}" ;;
    *InvalidInstanceID.NotFound*) return 4 ;;
    *)
      printf 'ec2 %s: %s\n' "$1" "$answer" >&2
      return 1
      ;;
  esac
}

# instances FORM...: JSON of what DescribeInstances lists.
instances() {
  local xml
  xml=$(ec2_call DescribeInstances "$@") || return
  python3 -c '
import json, sys
import xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.read())
ns = {"e": root.tag[1:].split("}")[0]}
found = []
for one in root.findall(".//e:instancesSet/e:item", ns):
    text = lambda path: one.findtext(path, "", ns)
    tags = {tag.findtext("e:key", "", ns): tag.findtext("e:value", "", ns) for tag in one.findall("e:tagSet/e:item", ns)}
    others = {item.text for item in one.findall(".//e:privateIpAddressesSet/e:item/e:privateIpAddress", ns)}
    found.append({
        "id": text("e:instanceId"), "state": text("e:instanceState/e:name"), "launched": text("e:launchTime"),
        "cluster": tags.get("hacluster:cluster", ""), "role": tags.get("hacluster:role", ""),
        "ips": sorted((others | {text("e:privateIpAddress")}) - {"", None}), "dns": [name for name in [text("e:privateDnsName")] if name],
    })
print(json.dumps(found))' <<<"$xml"
}

machine_state() { # ID
  local found rc=0
  found=$(instances "InstanceId.1=$1") || rc=$?
  if ((rc == 4)); then
    printf not-found
    return 0
  fi
  ((rc == 0)) || return 1
  jq -er '.[0].state // "not-found" | if . == "shutting-down" then "terminated" else . end' <<<"$found"
}

own_cluster() { instances 'Filter.1.Name=tag:hacluster:cluster' "Filter.1.Value.1=$HAC_UID" "$@"; }

machine_facts() { # NODE
  local found
  found=$(own_cluster Filter.2.Name=private-dns-name "Filter.2.Value.1=$1") || return 1
  # An address is used again after a machine's end: the youngest is meant.
  jq -ec --arg node "$1" 'sort_by(.launched) | last // empty | .node = $node' <<<"$found"
}

machine_gone() { # NODE ADDRESS
  local found
  found=$(own_cluster Filter.2.Name=private-ip-address "Filter.2.Value.1=$2") || return 1
  # A stopped machine may come back.
  jq -e 'all(.[]; .state == "terminated" or .state == "shutting-down")' <<<"$found" >/dev/null
}
