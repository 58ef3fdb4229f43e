"""Who is in a team, how they got there, and that nobody locks everybody out."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from dashboard.access.rules import may, places_for, role_in, studies_visible_to
from dashboard.models import Invitation, Membership, Role, Team
from dashboard.people.actions import (
    accept_invitation,
    change_role,
    create_team,
    invite,
    remove_member,
    revoke_invitation,
)
from dashboard.refusal import Refused
from tests.builders import OPERATOR, actor, make_study, make_user

HOSTILE = ("<script>alert(1)</script>", "a\x00b", "\u202eevil", "x" * 81, "", "   ")


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def team(ada):
    return create_team(name="Vision", by=actor(ada))


def join(team, name, role):
    user = make_user(name)
    Membership.objects.create(team=team, user=user, role=role)
    return user


def test_maker_is_the_first_owner(team, ada):
    assert team.memberships.get().role == Role.OWNER
    assert role_in(ada, make_study(owner=make_user("grace"), team=team)) == Role.OWNER


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_kept_as_text_or_refused(ada, name):
    try:
        team = create_team(name=name, by=actor(ada))
    except Refused:
        assert not Team.objects.exists()
    else:
        assert Team.objects.get().name == team.name
        assert "\0" not in team.name


def test_name_is_taken_once(team, ada):
    with pytest.raises(Refused, match="A team named Vision already"):
        create_team(name=" Vision ", by=actor(ada))
    assert Team.objects.count() == 1


@pytest.mark.parametrize("role", Role)
def test_invited_person_gets_the_role(team, ada, role):
    grace = make_user("grace")

    accept_invitation(secret=invite(team, role=role, by=actor(ada)), by=actor(grace))

    assert team.memberships.get(user=grace).role == role


def test_link_lets_one_person_in(team, ada):
    secret = invite(team, role=Role.VIEWER, by=actor(ada))
    accept_invitation(secret=secret, by=actor(make_user("grace")))

    with pytest.raises(Refused, match="was used, was revoked, or has expired"):
        accept_invitation(secret=secret, by=actor(make_user("mallory")))
    assert team.memberships.count() == 2


def test_secret_is_not_kept(team, ada):
    secret = invite(team, role=Role.VIEWER, by=actor(ada))

    assert secret not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize("end", ["revoked", "expired", "invented"])
def test_dead_link_lets_nobody_in(team, ada, end):
    secret = invite(team, role=Role.OWNER, by=actor(ada))
    if end == "revoked":
        assert revoke_invitation(team, invitation_id=Invitation.objects.get().pk, by=OPERATOR)
    elif end == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        secret = "\ud800 no such secret \x00"

    with pytest.raises(Refused):
        accept_invitation(secret=secret, by=actor(make_user("mallory")))
    assert team.memberships.count() == 1


def test_invitation_never_makes_a_role_smaller(team, ada):
    accept_invitation(secret=invite(team, role=Role.VIEWER, by=actor(ada)), by=actor(ada))

    assert team.memberships.get(user=ada).role == Role.OWNER


def test_last_owner_stays(team, ada):
    join(team, "grace", Role.EDITOR)

    for act in (
        lambda: remove_member(team, user_id=ada.pk, by=OPERATOR),
        lambda: change_role(team, user_id=ada.pk, role=Role.EDITOR, by=OPERATOR),
    ):
        with pytest.raises(Refused, match="Vision needs an owner"):
            act()
    assert team.memberships.get(user=ada).role == Role.OWNER


def test_owner_leaves_after_another_was_made(team, ada):
    grace = join(team, "grace", Role.VIEWER)
    change_role(team, user_id=grace.pk, role=Role.OWNER, by=OPERATOR)

    remove_member(team, user_id=ada.pk, by=OPERATOR)

    assert list(team.memberships.values_list("user", "role")) == [(grace.pk, Role.OWNER)]


def test_role_of_somebody_who_left_cannot_be_changed(team):
    with pytest.raises(Refused, match="no longer a member of the team"):
        change_role(team, user_id=make_user("grace").pk, role=Role.EDITOR, by=OPERATOR)


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_leave_one():
    ada = make_user("ada")
    team = create_team(name="Vision", by=actor(ada))
    grace = join(team, "grace", Role.OWNER)
    barrier, refused = threading.Barrier(2), []

    def remove(user):
        barrier.wait()
        try:
            remove_member(team, user_id=user.pk, by=OPERATOR)
        except Refused as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=(user,)) for user in (ada, grace)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert team.memberships.filter(role=Role.OWNER).count() == 1
    assert len(refused) == 1


# What they see ----------------------------------------------------------------------------------------------


def test_private_study_is_its_owners(ada):
    study = make_study(owner=ada)

    assert role_in(ada, study) == Role.OWNER
    assert role_in(make_user("grace"), study) is None
    assert not studies_visible_to(make_user("grace")).exists()


@pytest.mark.parametrize("role", Role)
def test_study_of_a_team_is_seen_by_its_members(team, ada, role):
    study, member = make_study(owner=ada, team=team), join(team, "grace", role)

    assert studies_visible_to(member).get() == study
    assert role_in(member, study) == role
    assert may(member, study, Role.EDITOR) is (role != Role.VIEWER)


def test_open_study_can_be_looked_at_by_everyone(ada):
    study = make_study(owner=ada, is_open=True)

    assert role_in(make_user("grace"), study) == Role.VIEWER


def test_study_is_seen_once_by_somebody_who_sees_it_for_several_reasons(team, ada):
    make_study(owner=ada, team=team, is_open=True)
    join(team, "grace", Role.EDITOR)

    assert studies_visible_to(ada).count() == 1


def test_staff_look_at_everything_and_superusers_change_it(ada):
    study = make_study(owner=ada)

    assert role_in(make_user("staff", is_staff=True), study) == Role.VIEWER
    assert role_in(make_user("root", is_superuser=True, is_staff=True), study) == Role.OWNER


def test_member_who_left_sees_the_team_no_more(team, ada):
    study, grace = make_study(owner=ada, team=team), join(team, "grace", Role.EDITOR)
    remove_member(team, user_id=grace.pk, by=OPERATOR)

    assert role_in(grace, study) is None


def test_study_can_only_be_put_where_its_owner_may_change_something(team):
    places = [place.label for place in places_for(join(team, "grace", Role.VIEWER))]
    assert places == ["Only me", "Everyone"]
    places = [place.label for place in places_for(join(team, "alan", Role.EDITOR))]
    assert places == ["Only me", "Vision", "Everyone"]
