"""What a case cannot show of WOO X: other keys' rows go no further than the client."""

from __future__ import annotations

import pytest

from app.venues.woo_key import only_own


def test_of_the_accounts_keys_only_the_own_one_is_kept() -> None:
    own, other = {"apiKey": "own", "permissions": ["READ"]}, {"apiKey": "other"}
    answer = {"success": True, "data": {"rows": [other, own], "meta": {"total": 2}}}

    assert only_own(answer, "own") == {
        "success": True,
        "data": {"rows": [own], "meta": {"total": 2}},
    }


@pytest.mark.parametrize("answer", [None, [], {}, {"data": None}, {"data": {"rows": [{}]}}])
def test_what_is_no_list_of_keys_stays_as_it_is(answer: object) -> None:
    assert only_own(answer, "own") is answer
