"""Promises of refusals: the body is the vendor's."""

from worlds.crm.errors import body
from worlds.engine.errors import Conflict, Invalid


def test_a_refusal_is_a_list_of_one_with_its_code_in_capitals_and_its_fields():
    told = body(Invalid("nothing_to_change", "The call names nothing."))
    assert told == [{"message": "The call names nothing.", "errorCode": "NOTHING_TO_CHANGE", "fields": []}]
    told = body(Conflict("email_taken", "Taken.", field="email", details={"contact_id": 7}))
    assert told == [{"message": "Taken.", "errorCode": "EMAIL_TAKEN", "contact_id": 7, "fields": ["email"]}]
