#!/bin/sh
# Starts Tributary with the runtime that lies beside this file, from wherever it is called.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
# The runtime refuses to start in a folder that its user cannot reach, such as one below root's.
[ -x "$(pwd)" ] || cd /
export DENO_NO_UPDATE_CHECK=1
if [ -n "${CACHE_DIRECTORY-}" ]; then
  # What the runtime works out of the program is kept in the service's own cache folder: the next
  # start takes half the time. Worked out beforehand, it costs the node no memory while it runs.
  export DENO_DIR="$CACHE_DIRECTORY"
  "$here/deno" cache --quiet --no-config --no-lock --node-modules-dir=manual \
    "$here/program/gateway/main.js" "$here/program/sync/journal_worker.js" \
    "$here/program/gateway/projection_worker.js" || true
else
  # No such folder can be made, by nobody: nothing is kept, and nothing is written.
  export DENO_DIR=/dev/null/none
fi
exec "$here/deno" run --allow-all --quiet --no-config --no-lock --cached-only \
  --node-modules-dir=manual --unstable-net "$here/program/gateway/main.js" "$@"
