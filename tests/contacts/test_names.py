"""What people are called, from their two names."""

import pytest

from crmlite.contacts.models import whole_name

NAMES = [
    ("Sanne", "de Wit", "Sanne de Wit"),
    ("芳", "王", "王芳"),
    ("浩然", "欧阳", "欧阳浩然"),
    ("민준", "김", "김민준"),
    ("Jackie", "陳", "Jackie 陳"),
    ("王芳", "", "王芳"),
    ("", "Ёлкина", "Ёлкина"),
    ("", "", ""),
]


@pytest.mark.parametrize(("given", "family", "whole"), NAMES)
def test_the_whole_name_is_written_as_people_of_that_script_do(given, family, whole):
    assert whole_name(given, family) == whole
