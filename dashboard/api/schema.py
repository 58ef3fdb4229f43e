"""The API as a whole, under /api/v1/, described in OpenAPI 3.1."""

from ninja import NinjaAPI

from dashboard.api.around import router as around
from dashboard.api.auth import TokenAuth
from dashboard.api.problems import add_handlers
from dashboard.api.studies import router as studies
from dashboard.api.training import router as training
from dashboard.api.trials import router as trials

WORDS = (
    "Make studies, ask for trials, report, and read results from any program. Tokens are made on the page "
    "*API tokens*, and are sent as `Authorization: Bearer pzn_...`.\n\n"
    "Every error is a problem document (RFC 9457): `type` says what went wrong in one word, such as "
    "`urn:parzen:late`, and `detail` in a sentence. A request with an `Idempotency-Key` that comes twice is "
    "done once. Answers to GET have an `ETag`."
)

api = NinjaAPI(
    title="Parzen",
    version="1",
    description=WORDS,
    urls_namespace="api",
    auth=TokenAuth(),
    docs_url=None,
    openapi_url="/openapi.json",
)
for router in (training, studies, trials, around):
    api.add_router("", router)
add_handlers(api)
