#!/bin/sh
# Installs Debian packages where this user may; says how where it may not.
set -eu
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    exit
fi
echo "Needed and not installed: $*. Install it, then try again:" >&2
echo "    sudo apt install $*" >&2
exit 3
