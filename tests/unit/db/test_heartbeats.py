"""The driver is given the same as SQLAlchemy gives it."""

import pytest
from sqlalchemy import make_url
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql

from db.heartbeats import PATIENCE_S, URL, server_options

OURS = {"charset": "utf8mb4", "connect_timeout": PATIENCE_S, "read_timeout": PATIENCE_S}
USUAL = {"host": "localhost", "port": 3306, "user": None, "password": b"", "database": None}


@pytest.mark.parametrize(
    "rest",
    [
        "bem:secret@db.lab.example:3307/bem",
        "bem:p%40ss%2Fword%231@127.0.0.1/bem",
        "bem:a/b#c?d@10.0.0.5:3306/bem",
        "bem:%C3%BC%E2%82%AC@[::1]:3306/b%20m",
        "root@localhost",
        "localhost/bem",
        "bem:x@/bem?unix_socket=/run/mysqld/mysqld.sock",
        "bem:x@db/bem?ssl_ca=/etc/ca.pem&ssl_cert=/c.pem&ssl_key=/k.pem&ssl_check_hostname=false",
        "bem:x@db/bem?ssl_check_hostname=true&ssl_capath=/etc&ssl_cipher=AES256",
        "bem:x@db/bem?write_timeout=7&program_name=bem",
    ],
)
@pytest.mark.parametrize("scheme", ["mysql", "mysql+pymysql", "mariadb+pymysql"])
def test_a_url_is_taken_apart_as_sqlalchemy_does(scheme, rest):
    theirs = MySQLDialect_pymysql().create_connect_args(make_url(f"{scheme}://{rest}"))[1]
    theirs.pop("client_flag", None)  # about counting rows
    theirs["password"] = theirs.pop("password", "").encode()
    ours = server_options(URL.fullmatch(f"{scheme}://{rest}"))
    assert ours == {**USUAL, **theirs, **OURS}
