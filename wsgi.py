"""For a WSGI server: `waitress-serve wsgi:app`. Which proxy it may believe, it must be told: docs/running.md."""

from compounding.web import create_app

app = create_app()
