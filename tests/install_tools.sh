#!/bin/sh
# What browser, server, document and journal tests need from Debian. Where it cannot be had, those
# tests are skipped and say why. Nothing that is installed here is started.
set -u
want=""
command -v bean-check >/dev/null 2>&1 || want="$want beancount"
command -v chromium >/dev/null 2>&1 || want="$want chromium"
command -v hledger >/dev/null 2>&1 || want="$want hledger"
command -v nginx >/dev/null 2>&1 || want="$want nginx-light"
command -v openssl >/dev/null 2>&1 || want="$want openssl"
command -v pdfsig >/dev/null 2>&1 || want="$want poppler-utils"
command -v wrk >/dev/null 2>&1 || want="$want wrk"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want="$want postgresql"
[ -z "$want" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, and not ours to install:$want (tests that need them are skipped)"
    exit 0
fi
# Debian starts a server as it installs it, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $want; } >/dev/null 2>&1 \
    || echo "Could not install:$want (tests that need them are skipped)"
exit 0
