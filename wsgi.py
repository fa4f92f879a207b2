"""For a WSGI server: `waitress-serve wsgi:app`."""

from compounding.web import create_app

app = create_app()
