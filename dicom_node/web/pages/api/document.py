"""The interface as an OpenAPI document: made from the routes, so that it can't say something else."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.concurrency import run_in_threadpool

from db.accounts import Role
from dicom_node.web.visitor import Visitor, needs

router = APIRouter(include_in_schema=False)


@router.get("/api/v1/openapi.json")
async def document(request: Request, visitor: Annotated[Visitor, Depends(needs(Role.VIEWER))]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    return await run_in_threadpool(described, request.app)


def described(app: FastAPI) -> dict[str, Any]:
    """The document of an application, with the way in."""
    made = app.openapi()
    schemes = made["components"].setdefault("securitySchemes", {})
    schemes["token"] = {"type": "http", "scheme": "bearer", "description": "made by `l3node user token`"}
    made["security"] = [{"token": []}]
    return made
