"""TLS at the door and for what is sent: who is let in, who is not and is counted, and files that change."""

import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.settings import Destination, Query, TlsSettings
from db.schema import Refusal
from dicom_node import tls
from dicom_node.app import running
from dicom_node.checks import Check, check
from dicom_node.data_folder import CannotStart
from dicom_node.deliver.send import Fate, Receipt, echo, send
from dicom_node.pacs.query import NoAnswer, count_images
from dicom_node.tls import Credentials, Unusable
from tests.certificates import Authority, Papers, authority, openssl
from tests.factories import REPOSITORY, eventually, make_settings, rows
from tests.peers import archive
from tests.tools import tool
from tests.unit.node.factories import dataset_bytes
from tests.wire.peers import Door, connect, encoded, open_door, pacs, store
from tests.wire.test_send import make_thing

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


@pytest.fixture
def hospital(tmp_path: Path) -> Authority:
    return authority(tmp_path / "hospital")


@pytest.fixture
def node(hospital: Authority) -> Papers:
    return hospital.papers("node")


@pytest.fixture
def secure(tmp_path: Path, node: Papers) -> Iterator[Door]:
    credentials = Credentials(node.settings())
    credentials.server_context()  # as the node does at its start
    with open_door(tmp_path / "door", context=credentials.server_context) as door:
        yield door


def client(papers: Papers, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A peer's own context, without ours: whoever it is, and of one version if told so."""
    context = ssl.create_default_context(cafile=str(papers.trusted))
    context.load_cert_chain(papers.certificate, papers.private_key)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def server(papers: Papers) -> ssl.SSLContext:
    """A PACS' context."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(papers.trusted))
    context.load_cert_chain(papers.certificate, papers.private_key)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def accepted(door: Door, papers: Papers, version: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
    """The connection of a peer that could associate and store an image, released."""
    association = connect(door.port, context=client(papers, version))
    assert association.is_established
    link: ssl.SSLSocket = association.dul.socket.socket
    told = (link.version(), link.cipher(), link.getpeercert())
    assert store(association, encoded()) == 0x0000
    association.release()
    return told


def name_of(certificate: dict[str, Any]) -> str:
    return {key: value for ((key, value),) in certificate["subject"]}["commonName"]


def refusal(door: Door) -> str:
    """The one refusal that is counted, from an address and without titles."""
    (row,) = door.rows(Refusal, 1)
    assert (row.kind, row.calling_ae, row.called_ae, row.address) == ("association", "", "", "127.0.0.1")
    return str(row.reason)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_peer_with_a_certificate_of_the_hospital_stores_by_tls(
    secure: Door, hospital: Authority, version: str
) -> None:
    spoken, (suite, _, _), certificate = accepted(secure, hospital.papers("scanner"), VERSIONS[version])
    assert (spoken, name_of(certificate)) == (version, "node")
    assert "GCM" in suite or "CHACHA20" in suite
    assert len(secure.stored()) == 1


def anonymous(hospital: Authority, _folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(hospital.certificate))


def of_another_authority(hospital: Authority, folder: Path) -> ssl.SSLContext:
    stranger = authority(folder / "elsewhere").papers("stranger")
    return client(Papers(stranger.certificate, stranger.private_key, hospital.certificate))


def expired(hospital: Authority, _folder: Path) -> ssl.SSLContext:
    return client(hospital.papers("late", days=-1))


def only_a_server(hospital: Authority, _folder: Path) -> ssl.SSLContext:
    return client(hospital.papers("archive", usage="serverAuth"))


def of_tls_1_1(hospital: Authority, _folder: Path) -> ssl.SSLContext:
    context = client(hospital.papers("old"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def with_weak_suites(hospital: Authority, _folder: Path) -> ssl.SSLContext:
    context = client(hospital.papers("weak"), ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA")
    return context


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (anonymous, "peer did not return a certificate"),
        (of_another_authority, "unable to get local issuer certificate"),
        (expired, "certificate has expired"),
        (only_a_server, "unsuitable certificate purpose"),
        (of_tls_1_1, "unsupported protocol"),
        (with_weak_suites, "no shared cipher"),
    ],
)
def test_who_does_not_belong_is_refused_and_counted(
    secure: Door, hospital: Authority, tmp_path: Path, who: Callable[[Authority, Path], ssl.SSLContext], reason: str
) -> None:
    assert not connect(secure.port, context=who(hospital, tmp_path)).is_established
    assert refusal(secure) == f"TLS handshake failed: {reason}"
    accepted(secure, hospital.papers("scanner"))


def test_plain_dicom_at_the_tls_port_is_refused_and_counted(secure: Door, hospital: Authority) -> None:
    assert not connect(secure.port).is_established
    assert refusal(secure) == "TLS handshake failed: the peer speaks no TLS"
    accepted(secure, hospital.papers("scanner"))


def test_a_connection_without_a_hello_holds_up_nobody(secure: Door, hospital: Authority) -> None:
    with socket.create_connection(("127.0.0.1", secure.port)):
        accepted(secure, hospital.papers("scanner"))
    assert refusal(secure) == "TLS handshake failed: unexpected eof while reading"


def test_a_connection_without_a_hello_does_not_hold_up_the_end(tmp_path: Path, node: Papers) -> None:
    before = set(threading.enumerate())
    context = Credentials(node.settings()).server_context
    with ExitStack() as peers:
        with open_door(tmp_path / "door", context=context, network_timeout=200) as door:
            peers.enter_context(socket.create_connection(("127.0.0.1", door.port)))
            eventually(lambda: len(set(threading.enumerate()) - before) > 2, what="the connection")
        eventually(lambda: set(threading.enumerate()) <= before, 20, "the end of every thread")


def test_a_hello_that_never_ends_is_ended_however_slowly_it_goes_on(tmp_path: Path, node: Papers) -> None:
    context = Credentials(node.settings()).server_context
    with (
        open_door(tmp_path / "door", context=context, network_timeout=0.5) as door,
        socket.create_connection(("127.0.0.1", door.port)) as peer,
    ):
        peer.settimeout(0.1)
        peer.sendall(b"\x16\x03\x01\x3f\xff")

        def gone() -> bool:
            with suppress(TimeoutError):
                return not peer.recv(1)
            peer.sendall(b"\x01")
            return False

        with suppress(ConnectionError):
            eventually(gone, 30, "the end of the connection")
        assert refusal(door) == "TLS handshake failed: not in time"


def test_a_replaced_certificate_is_shown_to_the_next_peer_and_who_is_connected_stays(
    secure: Door, hospital: Authority, node: Papers
) -> None:
    scanner = hospital.papers("scanner")
    before = connect(secure.port, context=client(scanner))
    node.replace(hospital.papers("renewed"))
    assert name_of(accepted(secure, scanner)[2]) == "renewed"
    assert store(before, encoded()) == 0x0000
    before.release()


def test_who_is_no_longer_trusted_is_refused_without_a_restart(
    tmp_path: Path, hospital: Authority, node: Papers
) -> None:
    trusted, scanner, other = tmp_path / "trusted.pem", hospital.papers("scanner"), hospital.papers("other")
    trusted.write_bytes(scanner.certificate.read_bytes() + other.certificate.read_bytes())
    own = TlsSettings(certificate=node.certificate, private_key=node.private_key, trusted=trusted)
    with open_door(tmp_path / "door", context=Credentials(own).server_context) as door:
        accepted(door, scanner)
        trusted.write_bytes(other.certificate.read_bytes())
        assert not connect(door.port, context=client(scanner)).is_established
        assert refusal(door) == "TLS handshake failed: self-signed certificate in certificate chain"
        accepted(door, other)


def test_a_broken_replacement_is_logged_once_and_what_was_good_goes_on(
    secure: Door, hospital: Authority, node: Papers
) -> None:
    scanner = hospital.papers("scanner")
    with capture_logs() as logs:
        node.private_key.write_bytes(scanner.private_key.read_bytes())
        for _ in range(2):
            assert name_of(accepted(secure, scanner)[2]) == "node"
    assert [line["log_level"] for line in logs if line["event"] == "tls.new_files_unusable"] == ["error"]
    node.certificate.write_bytes(scanner.certificate.read_bytes())
    assert name_of(accepted(secure, scanner)[2]) == "scanner"


def missing(node: Papers) -> str:
    node.trusted.unlink()
    return f"can't read [tls] trusted {node.trusted}: No such file or directory"


def not_readable(node: Papers) -> str:
    node.certificate.unlink()
    node.certificate.mkdir()
    return f"can't read [tls] certificate {node.certificate}: Is a directory"


def open_to_everybody(node: Papers) -> str:
    node.private_key.chmod(0o644)
    return f"[tls] private_key {node.private_key} is open to everybody (mode 644); chmod 600 it"


def of_another_key(node: Papers) -> str:
    shutil.copy(node.trusted.parent / "authority.key", node.private_key)
    return "[tls] certificate and private_key can't be used: key values mismatch"


def with_a_passphrase(node: Papers) -> str:
    openssl("ec", "-in", node.private_key, "-out", node.private_key, "-aes256", "-passout", "pass:secret")
    return "[tls] certificate and private_key can't be used: not PEM, or with a passphrase"


def without_a_certificate(node: Papers) -> str:
    node.certificate.write_text("nothing")
    return "[tls] certificate and private_key can't be used: not PEM, or with a passphrase"


def without_a_key(node: Papers) -> str:
    node.private_key.write_text("nothing")
    return "[tls] certificate and private_key can't be used: not PEM, or with a passphrase"


def trusting_nobody(node: Papers) -> str:
    node.trusted.write_text("")
    return f"[tls] trusted {node.trusted} can't be used: no certificate or crl found"


FAULTS = [
    *(missing, not_readable, open_to_everybody, of_another_key, with_a_passphrase),
    *(without_a_certificate, without_a_key, trusting_nobody),
]


@pytest.mark.parametrize("spoil", FAULTS)
def test_what_is_wrong_with_the_files_is_told_in_one_sentence(node: Papers, spoil: Callable[[Papers], str]) -> None:
    sentence = spoil(node)
    with pytest.raises(Unusable) as told:
        Credentials(node.settings()).server_context()
    assert str(told.value).startswith(sentence)


def test_a_node_whose_certificate_is_missing_does_not_start(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "node", receive={"tls": True}, tls={"certificate": tmp_path / "none.pem"})
    with pytest.raises(CannotStart, match=r"can't read \[tls\] certificate"), running(settings):
        pass


def test_results_go_out_by_tls_byte_for_byte(tmp_path: Path, hospital: Authority, node: Papers) -> None:
    thing = make_thing(tmp_path)
    with pacs(context=server(hospital.papers("pacs"))) as here:
        context = Credentials(node.settings()).client_context
        receipts = send([thing], here.destination(tls=True), "L3NODE", context=context)
        assert list(receipts) == [Receipt(1, Fate.SENT)]
        assert here.received == {"1.2.3.1": dataset_bytes(thing.path.read_bytes())}


def test_a_destination_is_called_by_the_name_in_its_certificate(hospital: Authority, node: Papers) -> None:
    context = Credentials(node.settings()).client_context
    with pacs(context=server(hospital.papers("pacs", names="DNS:pacs.hospital.example"))) as here:
        assert echo(here.destination(tls="pacs.hospital.example"), "L3NODE", context) == ""
        for name in (True, "other.example"):
            assert "certificate is not valid for" in echo(here.destination(tls=name), "L3NODE", context)


@pytest.mark.parametrize("name", ["", ".example", "pacs..example", "a" * 64, "pacs example", "p\xe4cs"])
def test_a_name_that_no_certificate_can_be_for_is_a_fault_in_the_settings(name: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        Destination.model_validate({"ae_title": "PACS", "host": "127.0.0.1", "port": 104, "tls": name})


def test_a_destination_that_nobody_trusted_vouches_for_gets_nothing(tmp_path: Path, node: Papers) -> None:
    context = Credentials(node.settings()).client_context
    with pacs(context=server(authority(tmp_path / "elsewhere").papers("pacs"))) as here:
        (receipt,) = send([make_thing(tmp_path)], here.destination(tls=True), "L3NODE", context=context)
        assert receipt == Receipt(1, Fate.LATER, "TLS failed: self-signed certificate in certificate chain")
        assert here.associations == 0


def test_a_destination_that_does_not_trust_us_is_told_from_one_that_is_silent(
    tmp_path: Path, hospital: Authority
) -> None:
    stranger = authority(tmp_path / "elsewhere").papers("node")
    own = Papers(stranger.certificate, stranger.private_key, hospital.certificate)
    with pacs(context=server(hospital.papers("pacs"))) as here:
        why = echo(here.destination(tls=True), "L3NODE", Credentials(own.settings()).client_context)
        assert why.startswith("TLS failed: ")


def test_a_destination_that_speaks_no_tls_gets_nothing(tmp_path: Path, node: Papers) -> None:
    context = Credentials(node.settings()).client_context
    with pacs() as here:
        (receipt,) = send([make_thing(tmp_path)], here.destination(tls=True), "L3NODE", context=context)
        assert receipt == Receipt(1, Fate.LATER, "TLS failed: the peer speaks no TLS")
        assert here.associations == 0


def test_nothing_goes_out_plain_where_tls_is_asked_for_and_no_certificate_is_at_hand(tmp_path: Path) -> None:
    with pacs() as here:
        (receipt,) = send([make_thing(tmp_path)], here.destination(tls=True), "L3NODE")
        assert (receipt.fate, bool(receipt.reason)) == (Fate.LATER, True)
        assert here.associations == 0


def tls_line(settings: Any) -> Check | None:
    return next((line for line in check(settings) if line.name == "TLS"), None)


def test_the_check_tells_when_the_certificate_expires_and_fails_30_days_before(
    tmp_path: Path, hospital: Authority
) -> None:
    for days, good in ((100, True), (20, False)):
        files = hospital.papers("node", days=days).settings()
        line = tls_line(make_settings(tmp_path / "node", receive={"tls": True}, tls=files.model_dump()))
        assert line
        assert (line.good, f"in {days - 1} days" in line.seen) == (good, True)
        assert f"{tls.valid_until(files.certificate):%Y-%m-%d}" in line.seen


def test_the_check_tells_what_is_wrong_with_the_files(tmp_path: Path, node: Papers) -> None:
    node.private_key.chmod(0o644)
    to = {"ae_title": "PACS", "host": "127.0.0.1", "port": 1, "tls": True}
    settings = make_settings(tmp_path / "node", destination=[to], tls=node.settings().model_dump())
    lines = {line.name: line for line in check(settings)}
    assert (lines["TLS"].good, lines["destination PACS"].good) == (False, False)
    assert "open to everybody" in lines["TLS"].seen


def test_the_check_says_nothing_of_tls_where_it_is_not_used(tmp_path: Path) -> None:
    assert tls_line(make_settings(tmp_path / "node")) is None


@pytest.mark.parametrize(("days", "form"), [(100, "x509"), (20000, "x509"), (100, "trusted")])
def test_the_end_of_a_certificate_is_read_as_openssl_reads_it(hospital: Authority, days: int, form: str) -> None:
    papers = hospital.papers("node", days=days)
    trusted = ("-trustout",) if form == "trusted" else ()
    openssl("x509", "-in", papers.certificate, *trusted, "-text", "-out", papers.certificate)
    Credentials(papers.settings()).server_context()
    command = [tool("openssl"), "x509", "-in", str(papers.certificate), "-noout", "-enddate", "-dateopt", "iso_8601"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == f"notAfter={tls.valid_until(papers.certificate):%Y-%m-%d %H:%M:%SZ}\n"


def test_the_conformance_statement_lists_the_suites_that_the_node_speaks() -> None:
    told = subprocess.run([tool("openssl"), "ciphers", "-stdname", tls.SUITES], capture_output=True, text=True)
    statement = (REPOSITORY / "dicom_node" / "CONFORMANCE.md").read_text()
    assert set(re.findall(r"\bTLS_\w+", statement)) == {line.split()[0] for line in told.stdout.splitlines()}


def test_no_refusal_is_counted_for_who_is_let_in(secure: Door, hospital: Authority) -> None:
    accepted(secure, hospital.papers("scanner"))
    assert rows(secure.sessions, Refusal) == []


def test_a_source_is_asked_by_tls_and_not_at_all_without_a_certificate(hospital: Authority) -> None:
    archives, ours = hospital.papers("archive"), hospital.papers("node")
    context = Credentials(ours.settings()).client_context
    with archive(context=server(archives)) as here:
        where = Query(host="127.0.0.1", port=here.port, tls=True, timeout=5)
        assert count_images("1.2.3", where, "ARCHIVE", "L3NODE", context) == {}
        with pytest.raises(NoAnswer, match="Unusable"):
            count_images("1.2.3", where, "ARCHIVE", "L3NODE")
    assert len(here.asked) == 1
