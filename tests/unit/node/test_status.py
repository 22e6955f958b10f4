"""What the door answers is in one table."""

from dicom_node import status


def test_every_status_has_its_meaning() -> None:
    answered = {value for name, value in vars(status).items() if name.isupper() and isinstance(value, int)}
    assert answered == set(status.MEANING)
