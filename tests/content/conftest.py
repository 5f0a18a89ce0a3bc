"""An operator, and somebody who is none."""

import pytest
from tests.access.world import make_person

from tillgate.access.acts import add_staff_role
from tillgate.directory.models import Person, StaffRole


def staff(role: StaffRole) -> Person:
    person = make_person(role.value)
    add_staff_role(person=person, role=role, actor="test")
    return person


@pytest.fixture
def operator(db: None) -> Person:
    return staff(StaffRole.OPERATOR)


@pytest.fixture
def account_manager(db: None) -> Person:
    return staff(StaffRole.ACCOUNT_MANAGER)
