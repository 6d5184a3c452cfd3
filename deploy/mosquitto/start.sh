#!/bin/sh
# Starts Mosquitto in its container, with our settings and rights. The accounts that
# docker-compose.yml needs are written anew at each start; those of units stay.
set -eu
umask 077

config=${BROKER_CONFIG:-/mosquitto/config}
ours='^(master-node|health|virtual-1):'
services='^(master-node|health|wattrex):' # they come in by the second listener, and only there

cp "$(dirname "$0")/acl" "$(dirname "$0")/mosquitto.conf" "$config/"
fresh=$config/passwords.new
# each stands in the environment, or in a file that NAME_FILE names
BROKER_PASSWORD=${BROKER_PASSWORD:-$(cat "${BROKER_PASSWORD_FILE:?}")}
BROKER_HEALTH_PASSWORD=${BROKER_HEALTH_PASSWORD:-$(cat "${BROKER_HEALTH_PASSWORD_FILE:?}")}
BROKER_VIRTUAL_PASSWORD=${BROKER_VIRTUAL_PASSWORD:-$(cat "${BROKER_VIRTUAL_PASSWORD_FILE:?}")}
printf 'master-node:%s\nhealth:%s\nvirtual-1:%s\n' \
  "$BROKER_PASSWORD" "$BROKER_HEALTH_PASSWORD" "$BROKER_VIRTUAL_PASSWORD" >"$fresh"
mosquitto_passwd -U "$fresh"
if [ -e "$config/passwords" ]; then
  grep -Ev "$ours" "$config/passwords" >>"$fresh" || true # there may be no unit yet
fi
if [ -e "$config/services" ]; then
  grep -E '^wattrex:' "$config/services" >>"$fresh" || true
fi
grep -E "$services" "$fresh" >"$config/services.new"
mv "$config/services.new" "$config/services"
grep -Ev "$services" "$fresh" >"$config/passwords.units"
mv "$config/passwords.units" "$config/passwords"
rm "$fresh"
unset BROKER_PASSWORD BROKER_HEALTH_PASSWORD BROKER_VIRTUAL_PASSWORD
exec mosquitto -c "$config/mosquitto.conf"
