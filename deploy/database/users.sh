#!/usr/bin/env bash
# Makes the database and its accounts: once, when the server of docker-compose.yml is made.
# README.md beside it says what each may do.
set -euo pipefail

export MYSQL_PWD=$MYSQL_ROOT_PASSWORD
for name in DATABASE_MIGRATE_PASSWORD DATABASE_PASSWORD DATABASE_BACKUP_PASSWORD; do
  file=${name}_FILE
  printf -v "$name" %s "${!name:-$(cat "${!file:-/dev/null}")}"
  if [[ ! ${!name:-} =~ ^[A-Za-z0-9._~-]+$ ]]; then
    echo "$name: letters, digits and - . _ ~ only." >&2
    exit 1
  fi
done

mysql --protocol=socket ${DATABASE_SOCKET:+--socket="$DATABASE_SOCKET"} --user=root <<SQL
CREATE DATABASE IF NOT EXISTS bem CHARACTER SET utf8mb4;

CREATE USER 'bem_migrate'@'%' IDENTIFIED BY '$DATABASE_MIGRATE_PASSWORD';
GRANT ALL PRIVILEGES ON bem.* TO 'bem_migrate'@'%';

CREATE USER 'bem'@'%' IDENTIFIED BY '$DATABASE_PASSWORD';
GRANT SELECT, INSERT, UPDATE, DELETE ON bem.* TO 'bem'@'%';

CREATE USER 'bem_backup'@'%' IDENTIFIED BY '$DATABASE_BACKUP_PASSWORD';
GRANT SELECT, SHOW VIEW, TRIGGER, LOCK TABLES ON bem.* TO 'bem_backup'@'%';
SQL
