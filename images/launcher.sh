#!/bin/sh
# Starts Tributary with the runtime that lies beside this file, from wherever it is called.
set -eu
# The runtime hands on a PATH of its own, which may be all that there is.
export PATH="${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin"
here=$(dirname -- "$(readlink -f -- "$0")")
# The runtime refuses to start in a folder that its user cannot reach, such as one below root's.
[ -x "$(pwd)" ] || cd /
# What the runtime works out of the program is kept in the service's cache folder, or in that of
# the person who calls: the next start takes half the time. Where neither is, nothing is kept.
export DENO_NO_UPDATE_CHECK=1
export DENO_DIR="${CACHE_DIRECTORY:-${HOME:-/dev/null}/.cache/tributary}"
if mkdir -p "$DENO_DIR" 2>/dev/null; then
  # Worked out beforehand, it costs the node no memory while it runs.
  "$here/deno" cache --quiet --no-config --no-lock --node-modules-dir=manual \
    "$here/program/gateway/main.js" "$here/program/sync/journal_worker.js" \
    "$here/program/gateway/projection_worker.js" || true
else
  DENO_DIR=/dev/null/none
fi
exec "$here/deno" run --allow-all --quiet --no-config --no-lock --cached-only \
  --node-modules-dir=manual --unstable-net "$here/program/gateway/main.js" "$@"
