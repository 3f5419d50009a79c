"""The data checks that the field expects, each through the pipeline on the country pack's own questionnaire."""

from copy import deepcopy
from uuid import uuid4

import pytest
from django.utils import translation

from core.pack import about
from registry.actions import bundles
from registry.models import QuestionnaireVersion, Submission
from registry.queries import questionnaires
from tests.fixtures.registry import TOLD_AT


def household(**told):
    return lambda payload: payload["household"].update(told)


def member(position, **told):
    return lambda payload: payload["members"][position].update(told)


def another(**told):
    """One more member, an adult like the mother but for what is told."""

    def add(payload):
        number = str(len(payload["members"]) + 1)
        base = payload["members"][0] | {"person_no": number, "national_id": "", "given_names": f"Person{number}"}
        payload["members"].append(base | told)

    return add


def family_of(size):
    """Siblings of the mother until the household has so many members."""

    def add(payload):
        while len(payload["members"]) < size:
            another(relationship="sibling")(payload)

    return add


SPOUSE = {"relationship": "spouse", "sex": "M"}
CASES = {
    # format masks
    "a national ID that does not follow the mask": (member(0, national_id="12-AB"), "persons/1/national_id", "error"),
    "a telephone that does not follow the mask": (household(phone="12"), "household/phone", "error"),
    "a country that is no three letters": (member(0, nationality="Lesotho"), "persons/1/nationality", "error"),
    # lists
    "an answer outside its list": (household(water_source="sea"), "household/water_source", "error"),
    "a sex outside its list": (member(1, sex="male"), "persons/2/sex", "error"),
    # value parameters
    "more rooms than possible": (household(rooms="31"), "household/rooms", "error"),
    "fewer rooms than possible": (household(rooms="0"), "household/rooms", "error"),
    "a number in words": (household(rooms="two"), "household/rooms", "error"),
    "more rooms than usual": (household(rooms="16"), "household/rooms", "rooms_many"),
    "an age that nobody has": (member(0, birth_date="1890-01-01"), "persons/1/birth_date", "age_possible"),
    # names
    "one name twice in a household": (
        member(1, given_names="Palesa"),
        "persons/2/given_names",
        "names_repeated",
    ),
    # cross-references: ages of parent and child
    "a child almost as old as the parent": (member(1, birth_date="1999-01-01", activity="student", education="primary"),
                                            "persons/2/birth_date", "child_age_gap"),
    "a parent hardly older": (another(relationship="parent", birth_date="1980-01-01"),
                              "persons/3/birth_date", "parent_age_gap"),
    "a grandchild too old": (another(relationship="grandchild", birth_date="2005-01-01"),
                             "persons/3/birth_date", "grandchild_age_gap"),
    "a grandparent too young": (another(relationship="grandparent", birth_date="1970-01-01"),
                                "persons/3/birth_date", "grandparent_age_gap"),
    "a married child": (member(1, marital_status="married"), "persons/2/marital_status", "married_young"),
    # relationship and sex
    "a spouse of the same sex": (another(relationship="spouse"), "persons/3/sex", "spouse_sex"),
    "a spouse who never married": (another(**SPOUSE, marital_status="never_married"),
                                   "persons/3/marital_status", "spouse_never_married"),
    "two spouses, one of them not as one of several": (
        lambda payload: [another(**SPOUSE, marital_status=one)(payload) for one in ("polygamous", "married")],
        "persons/4/marital_status", "spouses_several"),
    # reference person
    "nobody is the reference person": (member(0, relationship="other_relative"), "household/relationship",
                                       "reference_none"),
    "two reference persons": (member(1, relationship="reference"), "persons/2/relationship", "reference_one"),
    "the reference person lives elsewhere": (member(0, residence="abroad"), "persons/1/residence", "reference_absent"),
    "a child heads the household": (member(0, birth_date="2012-01-01"), "persons/1/birth_date", "reference_child"),
    "nobody is grown": (member(0, birth_date="2010-01-01", activity=""), "household/birth_date", "adult_none"),
    # school and age
    "primary school at three": (member(1, birth_date="2023-01-01", education="primary"), "persons/2/education",
                                "primary_young"),
    "secondary school at eight": (member(1, birth_date="2018-01-01", education="secondary"), "persons/2/education",
                                  "secondary_young"),
    "a degree at eleven": (member(1, education="above_secondary"), "persons/2/education", "above_secondary_young"),
    "school asked of a grown woman": (member(0, school_attending="no"), "persons/1/school_attending", "not_relevant"),
    "school not asked of a child": (member(1, school_attending=""), "persons/2/school_attending", "required"),
    # disability from age five
    "a disability asked of a child of three": (member(1, birth_date="2023-01-01", school_attending=""),
                                               "persons/2/wg_seeing", "not_relevant"),
    "a disability not asked of a child of eleven": (member(1, wg_seeing=""), "persons/2/wg_seeing", "required"),
    # size
    "a household of 26": (family_of(26), "household/membership", "size_large"),
}  # fmt: skip


def test_each_finds_what_it_is_for(payload, officer):
    told = []
    for tries, (change, _path, _code) in enumerate(CASES.values()):
        one = deepcopy(payload)
        for person in one["members"]:  # nobody is the double of somebody in another case
            person["surname"] += "abcdefghijklmnopqrstuvwxyz"[tries % 26] * (1 + tries // 26)
            person["national_id"] = ""
        change(one)
        told.append(one)
    answered = bundles.receive(key=uuid4(), body=b"checks", payloads=told, actor=officer, at=TOLD_AT)
    missed = {}
    for (name, (_change, path, code)), result in zip(CASES.items(), answered.results, strict=True):
        sent = Submission.objects.get(uuid=result["submission"])
        found = set(sent.issues.values_list("path", "code")) | set(sent.issues.values_list("path", "severity"))
        if (path, code) not in found:
            missed[name] = found
    assert missed == {}


def test_a_household_of_25_is_in_order(tell, payload):
    family_of(25)(payload)
    sent = tell(payload)
    assert (sent.status, sent.members.count()) == ("accepted", 25), list(sent.issues.values_list("code", "path"))


def test_another_head_of_the_same_names_in_the_village_is_noticed(
    an_accepted_household, tell, payload, other_village_of_district
):
    def told(**more):
        one = deepcopy(payload)
        person = one["members"][0] | {"national_id": "", "birth_date": "1971", "surname": "MOKHELE"}
        one["members"] = [person]
        one["household"] |= more
        return set(tell(one).issues.values_list("code", "path"))

    assert ("head_namesake", "persons/1/given_names") in told()
    assert told(area_code=other_village_of_district.code) == set()


def test_of_two_in_one_bundle_the_later_is_noticed(payload, officer):
    told = [deepcopy(payload) for _two in range(2)]
    for number, one in enumerate(told):
        one["members"] = [one["members"][0] | {"national_id": "", "birth_date": f"19{70 + number}"}]
    answered = bundles.receive(key=uuid4(), body=b"two", payloads=told, actor=officer, at=TOLD_AT)
    found = [[issue["code"] for issue in one["issues"]] for one in answered.results]
    assert found == [[], ["head_namesake"]]


def test_every_check_speaks_every_language_of_the_pack():
    languages = {one["code"] for one in about()["languages"]}
    for check in questionnaires.content(QuestionnaireVersion.objects.get(status="published")).checks:
        assert set(check.message) == languages, check.code
        with translation.override("st"):
            assert questionnaires.in_words(check.message) == check.message["st"]


@pytest.fixture
def other_village_of_district(village, district):
    from core.models import Area

    return Area.objects.filter(level="village", district=district).exclude(pk=village.pk).order_by("path")[0]
