"""Which old values would not fit into a new column, as conditions in SQL."""

import pytest

from db.migrations.adoption.checks import misfits
from db.migrations.adoption.shape import Column


def conditions(old: str, new: str, *, nullable: bool = False, may_be_null: bool = False):
    has = Column("C", old, nullable, counts=False)
    return [one for one, _ in misfits(has, Column("C", new, may_be_null, counts=False))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mediumint unsigned", "int unsigned"),
        ("mediumint unsigned", "double"),
        ("smallint unsigned", "int"),
        ("tinyint(1)", "tinyint(1)"),
        ("varchar(20)", "varchar(40)"),
        ("enum('Liquid','GEL','Other')", "enum('Liquid','Gel','Other')"),
        ("decimal(9,3)", "double"),
    ],
)
def test_what_always_fits_is_not_looked_at(old, new):
    assert conditions(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "condition"),
    [
        ("int unsigned", "int", "`C` < -2147483648 OR `C` > 2147483647"),
        ("int", "int unsigned", "`C` < 0 OR `C` > 4294967295"),
        ("double", "int", "`C` <> ROUND(`C`)"),
        ("varchar(60)", "varchar(30)", "CHAR_LENGTH(`C`) > 30"),
        ("varchar(20)", "double", "`C` NOT REGEXP"),
        ("varchar(20)", "int", "`C` NOT REGEXP"),
        ("enum('A','B')", "enum('A')", "NOT IN ('A')"),
        ("datetime", "date", "TIME(`C`) <> 0"),
        ("datetime", "datetime(6)", "LIKE '0000-00-00%'"),
    ],
)
def test_what_may_not_fit_is_counted(old, new, condition):
    assert any(condition in one for one in conditions(old, new))


def test_a_missing_number_is_named_and_a_missing_text_becomes_an_empty_one():
    assert conditions("int", "int", nullable=True) == ["`C` IS NULL"]
    assert conditions("int", "int", nullable=True, may_be_null=True) == []
    assert conditions("varchar(9)", "varchar(9)", nullable=True) == []
    assert conditions("enum('A')", "enum('A')", nullable=True) == ["`C` IS NULL"]
