"""Results by DICOMweb: Orthanc takes them, and every other answer has its fate."""

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from config.settings import StowDestination
from dicom_node.deliver import qido, stow
from dicom_node.deliver.fate import HTTP, Fate, Receipt, Thing
from dicom_node.deliver.web import Unanswered
from dicom_node.pacs.presence import Place
from dicom_node.tls import Credentials
from tests.certificates import authority
from tests.peers import free_port, orthanc
from tests.unit.node.factories import make_image, part10
from tests.wire.peers import numbered

DICOM_WEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
CT = "1.2.840.10008.5.1.4.1.1.2"


def make_thing(folder: Path, number: int = 1) -> Thing:
    path = folder / f"{number}.dcm"
    path.write_bytes(part10(make_image(**numbered(number))))
    return Thing(number, path, CT, hashlib.sha256(path.read_bytes()).hexdigest(), f"1.2.3.{number}")


def place(thing: Thing) -> Place:
    image = dcmread(thing.path, stop_before_pixels=True)
    return Place(image.StudyInstanceUID, image.SeriesInstanceUID, thing.sop_instance_uid)


def web(url: str, **fields: Any) -> StowDestination:
    return StowDestination.model_validate({"kind": "stow", "name": "WEB", "url": url, "timeout": 5} | fields)


@dataclass
class Service:
    """A scripted DICOMweb service: `answer(body)` gives code and JSON; what it was asked stands in `asked`."""

    answer: Callable[[bytes], tuple[int, Any]]
    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connections: int = 0


@contextmanager
def service(answer: Callable[[bytes], tuple[int, Any]], context: ssl.SSLContext | None = None) -> Iterator[Service]:
    here = Service(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            here.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            code, told = here.answer(body)
            data = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    here.url = f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}/dicom-web"
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stored(uid: str = "1.2.3.1") -> dict[str, Any]:
    return {"00081199": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": [uid]}}]}}


def refused(reason: int, uid: str = "1.2.3.1") -> dict[str, Any]:
    item = {"00081155": {"vr": "UI", "Value": [uid]}, "00081197": {"vr": "US", "Value": [reason]}}
    return {"00081198": {"vr": "SQ", "Value": [item]}}


def test_orthanc_stores_what_was_stored_byte_for_byte(tmp_path: Path) -> None:
    things = [make_thing(tmp_path, number) for number in (1, 2)]
    with orthanc(tmp_path / "orthanc", free_port(), auto_route=False, dicom_web=DICOM_WEB) as pacs:
        to = web(f"{pacs.rest.base_url}/dicom-web")
        assert stow.echo(to) == ""
        assert list(stow.send(things, to, "L3NODE")) == [Receipt(1, Fate.SENT), Receipt(2, Fate.SENT)]
        there_now = {pacs.rest.get(f"/instances/{one}/file").content for one in pacs.contents()["CT"]}
        assert there_now == {one.path.read_bytes() for one in things}


def test_qido_tells_what_orthanc_has_and_what_it_has_not(tmp_path: Path) -> None:
    things = [make_thing(tmp_path, number) for number in (1, 2)]
    with orthanc(tmp_path / "orthanc", free_port(), auto_route=False, dicom_web=DICOM_WEB) as pacs:
        to = web(f"{pacs.rest.base_url}/dicom-web")
        assert list(stow.send(things[:1], to, "L3NODE")) == [Receipt(1, Fate.SENT)]
        assert list(qido.present(map(place, things), to)) == [things[0].sop_instance_uid]
        (instance,) = pacs.contents()["CT"]
        pacs.rest.delete(f"/instances/{instance}").raise_for_status()
        assert list(qido.present(map(place, things), to)) == []


def test_a_service_that_can_not_be_asked_says_nothing_of_what_is_there(tmp_path: Path) -> None:
    thing = make_thing(tmp_path)
    with pytest.raises(Unanswered):
        list(qido.present([place(thing)], web(f"http://127.0.0.1:{free_port()}")))


def test_by_https_only_whom_the_trusted_file_vouches_for_gets_anything(tmp_path: Path) -> None:
    hospital, stranger = (authority(tmp_path / name) for name in ("hospital", "stranger"))
    node, thing = hospital.papers("node"), make_thing(tmp_path)
    for issuer, fate, answers in ((hospital, Fate.SENT, 1), (stranger, Fate.LATER, 0)):
        papers = replace(issuer.papers("archive"), trusted=hospital.certificate)
        with service(lambda _body: (200, stored()), Credentials(papers.settings()).server_context()) as here:
            context = Credentials(node.settings()).client_context
            (receipt,) = stow.send([thing], web(here.url), "L3NODE", context=context)
        assert (receipt.fate, len(here.asked)) == (fate, answers), receipt.reason


def test_one_connection_carries_a_batch(tmp_path: Path) -> None:
    things = [make_thing(tmp_path, number) for number in (1, 2, 3)]
    with service(
        lambda body: (200, stored(next(one.sop_instance_uid for one in things if one.path.read_bytes() in body)))
    ) as here:
        assert {one.fate for one in stow.send(things, web(here.url), "L3NODE")} == {Fate.SENT}
        assert (here.connections, [path for path, _ in here.asked]) == (1, ["/dicom-web/studies"] * 3)


@pytest.mark.parametrize(
    ("code", "told", "fate"),
    [
        (200, stored(), Fate.SENT),
        (202, stored(), Fate.SENT),
        (200, [stored()], Fate.SENT),
        (200, {}, Fate.AGAIN),
        (200, stored("1.2.3.9"), Fate.AGAIN),
        (200, "words", Fate.AGAIN),
        (409, refused(0xA700), Fate.LATER),
        (409, refused(0xA900), Fate.NEVER),
        (409, refused(0xC000), Fate.AGAIN),
        (409, refused(0x0111), Fate.SENT),
        (409, {}, Fate.AGAIN),
        (400, {}, Fate.AGAIN),
        (413, {}, Fate.AGAIN),
        (302, {}, Fate.LATER),
        (401, {}, Fate.LATER),
        (404, {}, Fate.LATER),
        (429, {}, Fate.LATER),
        (503, {}, Fate.LATER),
    ],
)
def test_the_answer_decides_and_a_success_that_names_nothing_is_none(
    tmp_path: Path, code: int, told: Any, fate: Fate
) -> None:
    with service(lambda _body: (code, told)) as here:
        (receipt,) = stow.send([make_thing(tmp_path)], web(here.url), "L3NODE")
    assert receipt.fate is fate
    assert fate in {row.fate for row in HTTP} | {Fate.LATER, Fate.NEVER}


@pytest.mark.parametrize(
    ("setting", "text", "header"),
    [("basic_file", "me:secret\n", "Basic bWU6c2VjcmV0"), ("token_file", "t0ken", "Bearer t0ken")],
)
def test_a_secret_comes_from_a_private_file_and_is_read_for_each_connection(
    tmp_path: Path, setting: str, text: str, header: str
) -> None:
    secret, thing = tmp_path / "secret", make_thing(tmp_path)
    secret.write_text(text)
    secret.chmod(0o644)
    with service(lambda _body: (200, stored())) as here:
        to = web(here.url, **{setting: secret})
        (receipt,) = stow.send([thing], to, "L3NODE")
        assert (receipt.fate, "chmod 600" in receipt.reason, here.asked) == (Fate.LATER, True, [])
        secret.chmod(0o600)
        assert [one.fate for one in stow.send([thing], to, "L3NODE")] == [Fate.SENT]
        assert here.asked[0][1]["authorization"] == header
    assert text.strip() not in repr(to) + str(to.model_dump())


def test_nobody_there_waits_and_silence_after_the_request_is_no_answer(tmp_path: Path) -> None:
    thing, hang = make_thing(tmp_path), threading.Event()
    (receipt,) = stow.send([thing], web(f"http://127.0.0.1:{free_port()}"), "L3NODE")
    assert (receipt.fate, receipt.reason) == (Fate.LATER, "no connection: ConnectError")

    def silent(_body: bytes) -> tuple[int, Any]:
        hang.wait(10)
        return 503, {}

    with service(silent) as here:
        (receipt,) = stow.send([thing], web(here.url, timeout=0.3), "L3NODE")
        hang.set()
    assert (receipt.fate, receipt.reason) == (Fate.LOST, "no answer: ReadTimeout")


def test_a_damaged_file_is_never_sent(tmp_path: Path) -> None:
    thing = make_thing(tmp_path)
    thing.path.write_bytes(b"other")
    (receipt,) = stow.send([thing], web("http://127.0.0.1:9"), "L3NODE")
    assert receipt.fate is Fate.NEVER
    with pytest.raises(Exception, match="DICM"):
        dcmread(thing.path)
