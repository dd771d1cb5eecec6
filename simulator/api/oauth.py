"""oauth.v2.access, auth.revoke and apps.uninstall: where tokens begin and end."""

from simulator.api.registry import NO_TOKEN, Call, SlackError, method
from simulator.installing import InstallError
from simulator.state import Json

CLIENT = {"client_id": "text", "client_secret": "text"}


@method("oauth.v2.access", "", "4", needs_token=NO_TOKEN, required=("client_id", "client_secret", "code"), **CLIENT,
        code="text", redirect_uri="text", grant_type="text", refresh_token="text")  # fmt: skip
def access(call: Call) -> Json:
    """A code for a bot token. Token rotation is not modelled."""
    if call.get("grant_type", "authorization_code") != "authorization_code":
        raise SlackError("invalid_grant_type")
    client = (call.get("client_id"), call.get("client_secret"))
    try:
        return call.core.installing.exchange(*client, call.get("code"), call.get("redirect_uri", ""))
    except InstallError as problem:
        raise SlackError(problem.code) from None


@method("auth.revoke", "", "3", test="flag")
def revoke(call: Call) -> Json:
    """The bot token is the app's last one, so that revoking it uninstalls the app."""
    if call.get("test"):
        return {"revoked": False}
    call.core.installing.uninstall(call.workspace, call.app, "token_revoked")
    return {"revoked": True}


@method("apps.uninstall", "", "3", required=("client_id", "client_secret"), **CLIENT)
def uninstall(call: Call) -> Json:
    if call.get("client_id") != call.app.client_id:
        raise SlackError("client_id_token_mismatch")
    if call.get("client_secret") != call.app.client_secret:
        raise SlackError("bad_client_secret")
    call.core.installing.uninstall(call.workspace, call.app)
    return {}
