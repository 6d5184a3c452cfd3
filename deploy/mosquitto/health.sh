#!/bin/sh
# Whether the broker takes a message and gives it out again, to the account "health".
set -eu
umask 077

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# options in a file: on the command line other users of the machine could read the password
printf -- '-h 127.0.0.1\n-p %s\n-u health\n-P %s\n-t bem/health\n-q 1\n' \
  "${BROKER_LISTENS_ON:-1884}" \
  "${BROKER_HEALTH_PASSWORD:-$(cat "${BROKER_HEALTH_PASSWORD_FILE:?}")}" >"$folder/mosquitto_pub"
cp "$folder/mosquitto_pub" "$folder/mosquitto_sub"
export XDG_CONFIG_HOME="$folder"

said="$$ at $(date +%s)"
mosquitto_pub -r -m "$said"
[ "$(mosquitto_sub -C 1 -W 5)" = "$said" ]
