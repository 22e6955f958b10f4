"""The running node's own web process: it asks destinations and tells Prometheus what came."""

import re
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from dicom_node.app import running
from tests.factories import destination, eventually, make_settings, send_study, study_files
from tests.peers import free_port

NODE_AE = "L3NODE"


def told(page: httpx.Client, name: str) -> str:
    """What a destination says when it is asked from the page."""
    (csrf,) = re.findall(r'name="csrf" content="(\w+)"', page.get("/system").text)
    answer = page.post(f"/api/v1/destinations/{name}/echo", headers={"x-csrf-token": csrf})
    return str(answer.json()["said"])


def received(page: httpx.Client) -> float:
    """Series, as Prometheus reads them."""
    families = text_string_to_metric_families(page.get("/metrics").text)
    return next(
        one.value for family in families for one in family.samples if one.name == "l3node_series_received_total"
    )


def test_the_web_process_asks_destinations_and_tells_what_the_door_received(
    tmp_path: Path, data_folder: Path
) -> None:
    port = free_port()
    settings = make_settings(
        data_folder,
        receive={"port": port},
        web={"enabled": True, "sign_in": False},
        source=[{"ae_title": "SCANNER", "forwards": "finished"}, {"ae_title": NODE_AE}],
        destination=[destination(NODE_AE, port), destination("NOBODY", free_port())],
    )
    with (
        running(settings) as node,
        httpx.Client(
            base_url=f"http://127.0.0.1:{node.web_port}", headers={"accept": "text/html"}, timeout=60, trust_env=False
        ) as page,
    ):
        assert told(page, NODE_AE) == "answers C-ECHO"
        assert told(page, "NOBODY") == "no connection or no answer"
        assert received(page) == 0
        send_study(study_files(tmp_path / "ct"), node.port)
        eventually(lambda: received(page) == 1, what="the series is counted")
