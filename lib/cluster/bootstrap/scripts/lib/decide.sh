# shellcheck shell=bash
# The one decision that must never be wrong. Sourced, never run.

# Marks of this host's own init: begun, and done but for the state.
HAC_INIT_STARTED=$HAC_CONFIG/init-started
HAC_INIT_DONE=$HAC_CONFIG/init-done

# The init lock is a chain: whoever creates init-lock/1 holds it; only when the cloud says that this machine is gone may
# another create init-lock/2, and so on. Every link is create-only, so two that take over at once cannot both succeed.
hold_init_lock() {
  local link=1 holder='' found rc
  while :; do
    rc=0
    found=$(secret_get "init-lock/$link") || rc=$?
    ((rc == 0)) || break
    holder=$found
    link=$((link + 1))
  done
  ((rc == 4)) || return 1
  if [[ $holder == "$NODE_ID" ]]; then return 0; fi
  if [[ -n $holder ]]; then
    machine_ended "$holder" || return 1
    log "the init lock was held by $holder, which is gone: taking over"
  fi
  printf %s "$NODE_ID" | secret_create "init-lock/$link" || return 1
}

lock_holder() {
  local link=1 holder='' found
  while found=$(secret_get "init-lock/$link"); do
    holder=$found
    link=$((link + 1))
  done
  printf %s "$holder"
}

# Only a positive answer counts: an error of the cloud's API is not "gone".
machine_ended() {
  local state
  state=$(machine_state "$1") || return 1
  [[ $state == terminated || $state == not-found ]]
}

cluster_phase() {
  local state phase
  state=$(secret_get state) || return 1
  phase=$(jq -er '.phase | strings' <<<"$state" 2>/dev/null) || phase=garbled
  printf %s "$phase"
}

# Whether whoever made the cluster is gone, with its disk, before anybody joined: what there was, nobody can bring back,
# and nobody but nodes has written to it. Once a host has begun to join this is never so.
maker_was_lost() {
  local state by
  state=$(secret_get state) && by=$(jq -er 'select(.phase == "initialized" and .alone == true).by' <<<"$state") && machine_ended "$by"
}

# decide: sets DECISION to init, join or restore, or returns 1 with the reason in WAITING.
decide() {
  local phase holder
  DECISION=''
  if ! phase=$(cluster_phase); then
    WAITING='the cluster state, which cannot be read'
    return 1
  fi
  if [[ -e $HAC_INIT_STARTED && $phase =~ ^(uninitialized|restore)$ ]] && hold_init_lock; then
    # This host was interrupted in the middle of its own init: nobody else can finish it.
    DECISION=init
    if [[ $phase == restore ]]; then DECISION=restore; fi
    return 0
  fi
  fetch_authority || true
  if api_answers; then
    holder=$(lock_holder)
    if [[ $phase != uninitialized || -z $holder || $holder == "$NODE_ID" || $SECONDS -ge ${HAC_INIT_PATIENCE:-900} ]] || machine_ended "$holder"; then
      DECISION='join'
      return 0
    fi
    # Joining a half-made cluster would end badly should its maker have to start over.
    WAITING="$holder to finish making the cluster"
    return 1
  fi
  case $phase in
    initialized)
      if maker_was_lost && hold_init_lock; then
        log 'the host that made the cluster is gone, and nobody had joined it: making it again by the same roots'
        DECISION=init
        return 0
      fi
      WAITING='the API server of the cluster, which was initialized before'
      ;;
    uninitialized | restore)
      if hold_init_lock; then
        DECISION=init
        if [[ $phase == restore ]]; then DECISION=restore; fi
        return 0
      fi
      WAITING="the host that holds the init lock (phase $phase)"
      ;;
    *) WAITING="a cluster state that makes sense, got phase $phase" ;;
  esac
  return 1
}
