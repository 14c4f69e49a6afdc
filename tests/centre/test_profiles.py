"""Profiles are data: each shipped one loads, a bad one is refused with its place."""

import pytest

from config import profiles
from config.profiles.faults import BadProfile, UnknownProfile
from terminal.documents import CredentialKind, Fund, VisitType


@pytest.mark.parametrize("name", profiles.available())
def test_a_shipped_profile_names_every_word_of_the_documents(name):
    profile = profiles.load(name)
    assert set(profile.visits) == set(VisitType) and set(profile.credentials) == set(CredentialKind)
    assert {fund for row in profile.funds.values() for fund in row} == set(Fund)
    assert profile.name == name and profile.title


def test_a_profile_of_the_site_states_only_what_differs(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text('title = "本市"\n[deadlines]\nanswer = 20\n', "utf-8")
    profile = profiles.load(str(file))
    assert (profile.name, profile.deadlines.answer, profile.deadlines.connect) == ("ours", 20, 10)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 1", "colour"),
        ("[deadlines]\nanswer = 'soon'", "answer"),
        ("[wrapping]\nheader = 'magic'", "header"),
        ("[words]\nsign_in = '('", "subpattern"),
        ("title = ", "value"),
    ],
)
def test_a_profile_that_breaks_its_shape_is_refused_with_the_place(tmp_path, text, says):
    file = tmp_path / "bad.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadProfile) as told:
        profiles.load(str(file))
    assert says in str(told.value).lower()


@pytest.mark.parametrize("name", ["atlantis", "../default", "missing.toml"])
def test_an_unknown_name_lists_what_there_is(name):
    with pytest.raises(UnknownProfile) as told:
        profiles.load(name)
    assert "simulator" in str(told.value)
