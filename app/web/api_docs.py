"""The API's documentation in the browser: Swagger UI, from files of our own."""

from __future__ import annotations

from flask import Blueprint, render_template_string

blp = Blueprint("api_docs", __name__)

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Seawall API</title>
<link rel="icon" href="{{ url_for('static', filename='icon.svg') }}">
<link rel="stylesheet" href="{{ url_for('static', filename='vendor/swagger-ui/swagger-ui.css') }}">
<script defer
 src="{{ url_for('static', filename='vendor/swagger-ui/swagger-ui-bundle.js') }}"></script>
<script defer src="{{ url_for('static', filename='api-docs.js') }}"></script>
</head>
<body>
<div id="swagger-ui" data-description="{{ url_for('openapi') }}">
<noscript>This page needs JavaScript; the
<a href="{{ url_for('openapi') }}">description it shows</a> does not.</noscript>
</div>
</body>
</html>
"""


@blp.get("/api/docs")
def api_docs() -> str:
    """Reads, and tries out, ``/api/v1/openapi.json``."""
    return render_template_string(PAGE)
