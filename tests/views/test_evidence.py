import zipfile
from io import BytesIO

import pytest

from handover import seal_key
from handover.models import Event
from tests.evidence import seal, signed_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_files")]


@pytest.fixture
def handover():
    return signed_record()


def test_signer_takes_the_record_away_with_its_proof(client, handover) -> None:
    signer = handover.sign_offs.get(role="outgoing").user
    client.force_login(signer)
    address = f"/handovers/{handover.pk}/evidence/"

    page, answer = client.get(address), client.post(address)

    assert "within a minute or two" in page.content.decode()
    assert answer.headers["Content-Type"] == "application/zip"
    name = f"handover-{handover.pk}-evidence.zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert "record.pdf" in archive.namelist()
    assert Event.objects.get(verb="evidence_exported").actor == signer


def test_page_shows_the_public_key_once_there_is_a_seal(client, handover) -> None:
    client.force_login(handover.sign_offs.get(role="outgoing").user)
    address = f"/handovers/{handover.pk}/evidence/"

    before = client.get(address).content.decode()
    seal()
    after = client.get(address).content.decode()

    key = seal_key.pem(seal_key.load().public_key())
    assert "BEGIN PUBLIC KEY" not in before
    assert key in after


def test_page_of_the_record_says_in_words_whether_it_is_sealed(client, handover) -> None:
    client.force_login(handover.sign_offs.get(role="outgoing").user)
    address = f"/handovers/{handover.pk}/"

    before = client.get(address).content.decode()
    seal()
    after = client.get(address).content.decode()

    assert ("Signed; it is sealed within" in before, "Sealed: nobody" in before) == (True, False)
    assert ("Signed; it is sealed within" in after, "Sealed: nobody" in after) == (False, True)
    assert f"{address}evidence/" in after
