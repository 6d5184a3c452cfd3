#!/usr/bin/env bash
# Dumps the database, keeps the newest dumps, and puts one back. For MySQL and MariaDB.
#
#   backup.sh once            dump now
#   backup.sh every           dump now, and again every BACKUP_EVERY_HOURS
#   backup.sh list            the dumps that are kept, oldest first
#   backup.sh show [NAME]     a dump to standard output, the newest without a name
#   backup.sh health          fail unless there is a dump of the last time
#   backup.sh restore NAME    replace the database by a dump; by - from standard input
#
# It is told by variables. Each password may stand in a file that NAME_FILE names instead.
#
#   BACKUP_FOLDER             where the dumps are; there is no usual one
#   DATABASE_BACKUP_PASSWORD  of DATABASE_BACKUP_USER (bem_backup), who dumps
#   DATABASE_MIGRATE_PASSWORD of DATABASE_MIGRATE_USER (bem_migrate), who restores
#   DATABASE_HOST, _PORT, _NAME     127.0.0.1, 3306, bem
#   BACKUP_EVERY_HOURS, BACKUP_KEEP   24, and 14 dumps
set -euo pipefail
umask 077

folder=${BACKUP_FOLDER:?names the folder of the dumps}
database=${DATABASE_NAME:-bem}
host=${DATABASE_HOST:-127.0.0.1}
port=${DATABASE_PORT:-3306}
every_hours=${BACKUP_EVERY_HOURS:-24}
keep=${BACKUP_KEEP:-14}

fail() {
  echo "backup: $*" >&2
  exit 1
}

for number in "$every_hours" "$keep"; do
  [[ $number =~ ^[1-9][0-9]{0,3}$ ]] ||
    fail "BACKUP_EVERY_HOURS and BACKUP_KEEP are numbers from 1 to 9999, not '$number'."
done

program() {
  command -v "mysql$1" || command -v "mariadb${2:-$1}" || fail "mysql$1 is not installed."
}

password() { # of the account BACKUP or MIGRATE
  local name=DATABASE_${1}_PASSWORD file=DATABASE_${1}_PASSWORD_FILE
  echo "${!name:-$(cat "${!file:-/dev/null}")}"
}

dumps() {
  local file
  for file in "$folder/$database"-*.sql.gz; do
    [[ ! -e $file ]] || echo "${file##*/}"
  done # the shell sorts them by name, which is by time
}

is_whole() {
  gzip --test "$1" 2>/dev/null && [[ $(gzip -dc "$1" | tail -n 1) == "-- Dump completed"* ]]
}

once() {
  local dump options name part
  dump=$(program dump -dump)
  options=(--single-transaction --quick --no-tablespaces --hex-blob --skip-add-locks
    --default-character-set=utf8mb4)
  if [[ $("$dump" --no-defaults --help) == *set-gtid-purged* ]]; then
    options+=(--set-gtid-purged=OFF) # MySQL: the dump may go into another server
  fi
  name=$database-$(date -u +%Y%m%dT%H%M%SZ).sql.gz
  part=$folder/.$name.part
  rm -f "$folder/.$database"-*.part # of one that was interrupted
  if ! MYSQL_PWD=$(password BACKUP) "$dump" --protocol=tcp --host="$host" \
    --port="$port" --user="${DATABASE_BACKUP_USER:-bem_backup}" "${options[@]}" "$database" |
    gzip >"$part" || ! is_whole "$part"; then
    rm -f "$part"
    fail "The dump failed; the earlier ones are kept."
  fi
  mv "$part" "$folder/$name"
  echo "$name"
  dumps | head -n "-$keep" | while read -r old; do rm -f "$folder/$old"; done
}

every() {
  while true; do
    (once) || true # said, and seen by the health check
    sleep "$((every_hours * 3600))"
  done
}

newest() {
  dumps | tail -n 1
}

health() {
  local name
  name=$(newest)
  [[ -n $name ]] || fail "There is no dump."
  local age=$(($(date +%s) - $(date -r "$folder/$name" +%s)))
  ((age < 2 * every_hours * 3600)) || fail "The newest dump, $name, is $((age / 3600)) h old."
}

restore() {
  local name=$1 file client
  client=$(program "" "")
  file=$folder/$name
  if [[ $name == - ]]; then
    file=$(mktemp "$folder/.$database-restore.XXXXXX.part")
    # shellcheck disable=SC2064 # the name of now
    trap "rm -f '$file'" EXIT
    cat >"$file"
  fi
  [[ -e $file ]] || fail "There is no dump $name. These are kept: $(dumps | tr '\n' ' ')"
  is_whole "$file" || fail "$name is not a whole dump; the database is as it was."
  run() {
    MYSQL_PWD=$(password MIGRATE) "$client" --protocol=tcp --host="$host" \
      --port="$port" --user="${DATABASE_MIGRATE_USER:-bem_migrate}" \
      --default-character-set=utf8mb4 "$@"
  }
  run --execute="DROP DATABASE IF EXISTS \`$database\`;
    CREATE DATABASE \`$database\` CHARACTER SET utf8mb4"
  gzip -dc "$file" | run "$database"
  echo "$database is as in $name. Now: bem db upgrade; bem db check says whether it fits."
}

case ${1:-} in
  once | every | health) "$1" ;;
  list) dumps ;;
  show) cat "$folder/${2:-$(newest)}" ;;
  restore) restore "${2:?names the dump; see: list}" ;;
  *) fail "Say once, every, list, show, health or restore." ;;
esac
