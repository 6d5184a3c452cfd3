#!/bin/sh
# Makes .cred.env with secrets of its own where there is none, and from it the files in .secrets/
# that docker-compose.yml hands to its services. Run it again after each change of .cred.env.
set -eu
umask 077
cd "$(dirname "$0")/.."
if [ ! -e .cred.env ]; then
  awk '/^[A-Z_]+=example-/ { "openssl rand -hex 24" | getline secret
    close("openssl rand -hex 24"); sub(/example-.*/, secret) } 1' .cred.env.example >.cred.env.new
  mv .cred.env.new .cred.env
elif ! grep -q '^SECRETS_FOLDER=' .cred.env; then # it is of an earlier version
  printf '\nSECRETS_FOLDER=./.secrets\n' >>.cred.env
fi

# What .cred.env says for a name, as Compose reads it: the last one, without quotes around it.
value() {
  sed -n "s/^\(export \)\{0,1\}$1=//p" .cred.env | tail -n 1 | tr -d '\r' |
    sed -e 's/[[:space:]]*$//' -e "s/^\([\"']\)\(.*\)\1\$/\2/"
}

# A secret that stands in a URL as it is, so it must not end a part of one.
plain() {
  secret=$(value "$1")
  case $secret in
    '') echo "$1 is not set in .cred.env. \`openssl rand -hex 24\` makes one." >&2 && exit 1 ;;
    *[!A-Za-z0-9._~-]*)
      echo "$1 in .cred.env may have letters, digits, and - . _ ~ only, because it stands in a URL." >&2
      exit 1
      ;;
  esac
}

# Each file can be read by whoever a container runs as; nobody else comes into the folder.
keep() {
  rm -f ".secrets/$1"
  printf '%s' "$2" >".secrets/$1"
  chmod 444 ".secrets/$1"
}

mkdir -p .secrets
for name in BEM_SECRET_KEY DATABASE_ROOT_PASSWORD DATABASE_MIGRATE_PASSWORD DATABASE_PASSWORD \
  DATABASE_BACKUP_PASSWORD BROKER_PASSWORD BROKER_HEALTH_PASSWORD BROKER_VIRTUAL_PASSWORD; do
  plain "$name"
  keep "$name" "$secret"
  case $name in
    DATABASE_MIGRATE_PASSWORD)
      keep MIGRATE_DATABASE_URL "mysql+pymysql://bem_migrate:$secret@database:3306/bem"
      ;;
    DATABASE_PASSWORD) keep BEM_DATABASE_URL "mysql+pymysql://bem:$secret@database:3306/bem" ;;
    BROKER_PASSWORD) keep BEM_MQTT_URL "mqtt://master-node:$secret@broker:1884" ;;
    BROKER_VIRTUAL_PASSWORD) keep VIRTUAL_MQTT_URL "mqtt://virtual-1:$secret@broker:1883" ;;
  esac
done
keep BEM_METRICS_TOKEN "$(value BEM_METRICS_TOKEN)"
echo "The files in .secrets are those of .cred.env."
