"""The command line behind scripts/api: serve the API here, and sign in to its pool."""

import json
import os
import secrets
import sys
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError
from cat_data_api.app import CLIENT, EXTRACT, handler

from standins.cat_api.gateway import Authorizer, Gateway
from standins.cat_api.page import PAGE, write
from standins.cat_api.pool import cognito_at, make_pool, make_user, running
from standins.cat_api.server import make_server
from standins.cat_api.srp import SignInError, sign_in

USER = "reader"


@click.group()
def main() -> None:
    """Try cat-data-api on this machine."""


@main.command()
@click.option("--extract", required=True, help="Folder or s3://… that was published.")
@click.option("--port", default=8787, show_default=True)
@click.option("--state", required=True, type=click.Path(path_type=Path), help="Where to sign in.")
@click.option("--open", "is_open", is_flag=True, help="Ask for no token.")
def serve(extract: str, port: int, state: Path, is_open: bool) -> None:
    """Serve the API with the function's own code."""
    os.environ[EXTRACT] = extract
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
    with running() as endpoint:
        pool = make_pool(endpoint)
        password = f"Aa1!{secrets.token_urlsafe(18)}"
        make_user(pool, USER, password)
        known = {
            "endpoint": endpoint,
            "pool": pool.pool,
            "client": pool.client,
            "user": USER,
            "password": password,
        }
        state.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(state, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(known, file)
        authorizer = None if is_open else Authorizer(pool.issuer, pool.keys)
        if not is_open:
            os.environ[CLIENT] = pool.client
        try:
            server = make_server(Gateway(handler, authorizer), port)
        except OSError as error:
            raise click.ClickException(
                f"ポート {port} は使えません（--port で変えてください）。 / "
                f"The port {port} cannot be used; choose another by --port: {error}"
            ) from error
        bearer = "" if is_open else '-H "Authorization: Bearer $(scripts/api token)" '
        click.echo(
            f"http://127.0.0.1:{server.server_port}\n"
            f"  curl {bearer}'http://127.0.0.1:{server.server_port}/cats?limit=2'\n"
            f"  curl 'http://127.0.0.1:{server.server_port}/openapi.json'\n"
            "Ctrl-C で終了 / ends it",
            err=True,
        )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()


@main.command()
@click.option("--state", required=True, type=click.Path(path_type=Path))
@click.option("--pool", help="Sign in to this pool of AWS instead (region_id).")
@click.option("--client", help="Its client.")
@click.option("--user", help="Its user; the password is asked for.")
def token(state: Path, pool: str | None, client: str | None, user: str | None) -> None:
    """Print an access token, got by SRP: of the local pool, or of one on AWS."""
    try:
        if pool:
            cognito = cognito_at(None, pool.partition("_")[0])
            name = user or click.prompt("user", err=True)
            secret = click.prompt("password", hide_input=True, err=True)
            code = lambda: str(click.prompt("TOTP", err=True))  # noqa: E731
            tokens = sign_in(cognito, pool, client or "", name, secret, code)
        else:
            known = json.loads(state.read_text())
            tokens = sign_in(
                cognito_at(known["endpoint"]),
                known["pool"],
                known["client"],
                known["user"],
                known["password"],
            )
    except FileNotFoundError:
        click.echo("先に scripts/api を起動してください。 / Start scripts/api first.", err=True)
        sys.exit(2)
    except (SignInError, BotoCoreError, ClientError) as error:
        click.echo(f"サインインできません / sign-in failed: {error}", err=True)
        sys.exit(1)
    click.echo(tokens["AccessToken"])


@main.command()
def page() -> None:
    """Write the reference page anew from the document."""
    write()
    click.echo(str(PAGE))


if __name__ == "__main__":
    main()
