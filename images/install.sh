#!/bin/sh
# Installs the Tributary that lies beside this file as a service: see `./install --help`.
set -eu
export PATH="${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin"
here=$(dirname -- "$(readlink -f -- "$0")")
export DENO_NO_UPDATE_CHECK=1 DENO_DIR=/dev/null/none
exec "$here/deno" run --allow-all --quiet --no-config --no-lock --cached-only \
  --node-modules-dir=manual "$here/installer/install.js" --from "$here" "$@"
