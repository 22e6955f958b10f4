"""DCMTK and Orthanc speak TLS with the node in both directions, in every version of the profile."""

import os
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Destination
from db.schema import Refusal
from dicom_node.app import running
from dicom_node.deliver.send import Fate, Receipt, echo, send
from dicom_node.tls import Credentials
from tests.certificates import RSA, Authority, Papers, authority
from tests.factories import all_sent, destination, eventually, make_settings, study_files
from tests.peers import NODE_AE, ORTHANC_AE, Orthanc, free_port, orthanc
from tests.tools import tool
from tests.unit.node.factories import dataset_bytes, make_image, part10
from tests.wire.peers import SCANNER, Door, numbered, open_door
from tests.wire.test_send import make_thing

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
QUICK = os.environ | {"TCP_NODELAY": "1"}


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls") / "hospital")


@pytest.fixture(scope="module")
def node(hospital: Authority) -> Papers:
    return hospital.papers("node", kind=RSA)


@pytest.fixture(scope="module")
def pacs(hospital: Authority) -> Papers:
    return hospital.papers("pacs", kind=RSA)


def only(version: str, context: Callable[[], ssl.SSLContext]) -> Callable[[], ssl.SSLContext]:
    """The node's context, held to one version."""
    held = context()
    held.minimum_version = held.maximum_version = VERSIONS[version]
    return lambda: held


@contextmanager
def secure_door(folder: Path, node: Papers, version: str, port: int = 0) -> Iterator[Door]:
    context = only(version, Credentials(node.settings()).server_context)
    sources = (SCANNER, SCANNER.model_copy(update={"ae_title": ORTHANC_AE}))
    with open_door(folder, sources=sources, context=context, port=port) as door:
        yield door


def dcmtk_tls(papers: Papers) -> list[str]:
    """What every tool of DCMTK is told."""
    return ["+tls", str(papers.private_key), str(papers.certificate), "+cf", str(papers.trusted)]


def storescu(port: int, papers: Papers, *more: str) -> int:
    command = [tool("storescu"), *dcmtk_tls(papers), "-aet", "SCANNER", "-aec", NODE_AE, "127.0.0.1", str(port)]
    return subprocess.run([*command, *more], env=QUICK, capture_output=True, timeout=60, check=False).returncode


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.dcm"
    path.write_bytes(part10(make_image(**numbered(1))))
    return path


@pytest.mark.parametrize("version", VERSIONS)
def test_dcmtk_sends_to_the_node_by_tls(
    tmp_path: Path, node: Papers, pacs: Papers, image: Path, version: str
) -> None:
    with secure_door(tmp_path, node, version) as door:
        assert storescu(door.port, pacs, str(image)) == 0
        (stored,) = door.stored()
        assert stored.read_bytes().endswith(dataset_bytes(image.read_bytes()))


@pytest.mark.parametrize("profile", ["--profile-bcp195", "--profile-bcp195-nd", "--profile-bcp195-ex"])
def test_every_bcp_195_profile_of_dcmtk_fits_the_node(
    tmp_path: Path, node: Papers, pacs: Papers, image: Path, profile: str
) -> None:
    with open_door(tmp_path, context=Credentials(node.settings()).server_context) as door:
        assert storescu(door.port, pacs, profile, str(image)) == 0


def test_dcmtk_with_a_certificate_of_nobody_we_trust_is_refused_and_counted(
    tmp_path: Path, node: Papers, pacs: Papers, image: Path
) -> None:
    stranger = authority(tmp_path / "elsewhere").papers("stranger", kind=RSA)
    unknown = Papers(stranger.certificate, stranger.private_key, pacs.trusted)
    with open_door(tmp_path / "door", context=Credentials(node.settings()).server_context) as door:
        assert storescu(door.port, unknown, str(image)) != 0
        (row,) = door.rows(Refusal, 1)
        assert row.reason == "TLS handshake failed: unable to get local issuer certificate"
        assert door.stored() == []


@contextmanager
def storescp(folder: Path, papers: Papers) -> Iterator[int]:
    port = free_port()
    folder.mkdir()
    command = [tool("storescp"), *dcmtk_tls(papers), "+B", "-od", str(folder), str(port)]
    with subprocess.Popen(command, env=QUICK) as process:
        try:
            yield port
        finally:
            process.terminate()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_node_sends_to_dcmtk_by_tls(tmp_path: Path, node: Papers, pacs: Papers, version: str) -> None:
    context = only(version, Credentials(node.settings()).client_context)
    thing = make_thing(tmp_path)
    with storescp(tmp_path / "archive", pacs) as port:
        to = by_tls("STORESCP", port)
        eventually(lambda: not echo(to, NODE_AE, context), 30, "storescp")
        assert list(send([thing], to, NODE_AE, context=context)) == [Receipt(1, Fate.SENT)]
    (stored,) = (tmp_path / "archive").iterdir()
    assert stored.read_bytes().endswith(dataset_bytes(thing.path.read_bytes()))


def by_tls(title: str, port: int) -> Destination:
    return Destination.model_validate(destination(title, port, tls=True))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, pacs: Papers) -> Iterator[tuple[Orthanc, int]]:
    """Orthanc with TLS, and the port at which it expects the node."""
    port = free_port()
    with orthanc(tmp_path_factory.mktemp("orthanc") / "orthanc", port, auto_route=False, by_tls=pacs) as here:
        yield here, port


@pytest.mark.parametrize("version", VERSIONS)
def test_orthanc_sends_to_the_node_by_tls(
    tmp_path: Path, archive: tuple[Orthanc, int], node: Papers, image: Path, version: str
) -> None:
    pacs, port = archive
    study = pacs.upload([image])
    with secure_door(tmp_path / "door", node, version, port) as door:
        assert pacs.route(study)
        assert len(door.stored()) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_the_node_sends_to_orthanc_by_tls(
    tmp_path: Path, archive: tuple[Orthanc, int], node: Papers, version: str
) -> None:
    context = only(version, Credentials(node.settings()).client_context)
    to = by_tls(ORTHANC_AE, archive[0].port)
    assert list(send([make_thing(tmp_path)], to, NODE_AE, context=context)) == [Receipt(1, Fate.SENT)]


def test_a_study_goes_from_orthanc_through_the_node_and_back_by_tls_alone(
    tmp_path: Path, data_folder: Path, archive: tuple[Orthanc, int], node: Papers
) -> None:
    pacs, port = archive
    settings = make_settings(
        data_folder,
        receive={"port": port, "tls": True},
        source=[{"ae_title": ORTHANC_AE, "forwards": "finished"}],
        destination=[destination(ORTHANC_AE, pacs.port, tls=True)],
        tls=node.settings().model_dump(),
    )
    study = pacs.upload(study_files(tmp_path / "ct"))
    with running(settings) as here:
        assert pacs.route(study)
        eventually(lambda: all_sent(here.sessions), 120, "results in Orthanc")
    series = pacs.rest.get(f"/studies/{study}/series?expand").json()
    assert {one["MainDicomTags"]["Modality"] for one in series} == {"CT", "SEG", "SR", "OT"}
