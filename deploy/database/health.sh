#!/usr/bin/env bash
# Whether the database answers a query of the account that our services use, over the network.
# While a new server is being set up it does not listen there, and so is not healthy yet.
set -euo pipefail

MYSQL_PWD=${DATABASE_PASSWORD:-$(cat "${DATABASE_PASSWORD_FILE:?}")}
export MYSQL_PWD
answer=$(mysql --protocol=tcp --host=127.0.0.1 --port="${DATABASE_PORT:-3306}" --user=bem \
  --connect-timeout=5 --batch --skip-column-names --execute='SELECT 6 * 7' bem)
[[ $answer == 42 ]]
