#!/bin/sh
# Installs Debian packages where this user may; says how where it may not.
set -u
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null && exit 0
fi
echo "Needed and not installed: $*. Install it, then try again:" >&2
echo "    sudo apt install $*" >&2
exit 3
