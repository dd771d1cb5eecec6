"""Uploaded files: what is announced, received, shared and served."""

import mimetypes
from dataclasses import dataclass

from aiohttp import web

from simulator.delivery import Delivery
from simulator.state import Channel, Json, Message, User, Workspace, World, new_id

MOST_FILE_BYTES = 1024**3


class FileError(Exception):
    """`code` is Slack's error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Upload:
    """A file that was announced; `content` is None until its bytes have come."""

    workspace: Workspace
    user: User
    name: str
    length: int
    alt_text: str
    content: bytes | None = None


class Files:
    """Files of all workspaces. `base_url` is set when the server listens."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self.world = world
        self.delivery = delivery
        self.base_url = ""
        self._uploads: dict[str, Upload] = {}

    def begin(self, workspace: Workspace, user: User, name: str, length: int, alt_text: str) -> tuple[str, str]:
        """Announce a file: its id and the address that takes its bytes. Raises FileError."""
        if not name or length <= 0:
            raise FileError("invalid_arguments")
        if length > MOST_FILE_BYTES:
            raise FileError("file_upload_size_restricted")
        file_id = new_id("F")
        self._uploads[file_id] = Upload(workspace, user, name, length, alt_text)
        return file_id, f"{self.base_url}/upload/v1/{file_id}"

    async def receive(self, request: web.Request) -> web.Response:
        """POST /upload/v1/<id>: the bytes, raw or as the first part of a form."""
        upload = self._uploads.get(request.match_info["file"])
        if upload is None:
            return web.Response(status=404, text="no such upload")
        if request.content_type == "multipart/form-data":
            parts = (await request.post()).values()
            part = next((one for one in parts if isinstance(one, web.FileField)), None)
            content = part.file.read() if part is not None else b""
        else:
            content = await request.read()
        if len(content) != upload.length:
            return web.Response(status=400, text="the length differs from what was announced")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")

    def finish(self, workspace: Workspace, user: User, file_id: str, title: str | None) -> Json:
        """The file object of an upload whose bytes are there. Raises FileError."""
        upload = self._uploads.get(file_id)
        if upload is None or upload.workspace is not workspace or upload.content is None:
            raise FileError("file_not_found")
        if upload.user is not user:
            raise FileError("posting_to_channel_denied")
        del self._uploads[file_id]
        return self.add(workspace, user, upload.name, upload.content, title, upload.alt_text, file_id)

    def add(
        self, workspace: Workspace, user: User, name: str, content: bytes, title: str | None = None,
        alt_text: str = "", file_id: str = "",
    ) -> Json:  # fmt: skip
        """Keep a file and return its object."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        suffix = name.rsplit(".", 1)[-1].lower() if "." in name else "binary"
        file_id, now = file_id or new_id("F"), int(self.world.clock.now())
        private = f"{self.base_url}/files-pri/{workspace.team.id}-{file_id}/{name}"
        file: Json = {
            "id": file_id, "created": now, "timestamp": now, "name": name, "title": title or name, "mimetype": kind,
            "filetype": suffix, "pretty_type": suffix.upper(), "user": user.id, "user_team": workspace.team.id,
            "editable": False, "size": len(content), "mode": "hosted", "is_external": False, "external_type": "",
            "is_public": False, "public_url_shared": False, "display_as_bot": False, "username": "",
            "url_private": private, "url_private_download": private.replace("/files-pri/", "/files-pri/download/", 1),
            "permalink": f"https://{workspace.team.domain}.slack.com/files/{user.id}/{file_id}/{name}",
            "file_access": "visible", "alt_txt": alt_text, "channels": [], "groups": [], "ims": [], "shares": {},
            "has_rich_preview": False, "comments_count": 0,
        }  # fmt: skip
        workspace.files[file_id], workspace.contents[file_id] = file, content
        return file

    def shared(self, workspace: Workspace, files: list[Json], channel: Channel, message: Message, user: User) -> None:
        """Note where files are shown now, and tell the apps (file_shared)."""
        shelf = {"channel": "channels", "im": "ims"}.get(channel.kind, "groups")
        for file in files:
            if channel.id not in file[shelf]:
                file[shelf].append(channel.id)
            visibility = "public" if channel.kind == "channel" else "private"
            file["shares"].setdefault(visibility, {}).setdefault(channel.id, []).append({"ts": message.ts})
            event = {
                "type": "file_shared", "file_id": file["id"], "user_id": user.id, "file": {"id": file["id"]},
                "channel_id": channel.id, "event_ts": self.world.next_ts(),
            }  # fmt: skip
            self.delivery.event(workspace, "file_shared", event, channel)

    def delete(self, workspace: Workspace, file_id: str) -> None:
        """Take a file away everywhere."""
        file = workspace.files.pop(file_id)
        workspace.contents.pop(file_id, None)
        for channel in workspace.channels.values():
            for message in channel.messages:
                if file in message.files:
                    message.files.remove(file)
        self.world.changed("file", file_id=file_id)

    async def serve(self, request: web.Request) -> web.Response:
        """GET /files-pri/…: the bytes, for the bearer of a token of that workspace with files:read."""
        team_id, _, file_id = request.match_info["place"].partition("-")
        found = self.world.app_by_token(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if found is None or found[0].team.id != team_id or "files:read" not in found[1].scopes:
            raise web.HTTPFound(f"{self.base_url}/?redir=/files-pri")  # Slack, too, sends strangers to a sign-in page
        return self.response(found[0], file_id)

    def response(self, workspace: Workspace, file_id: str) -> web.Response:
        """The bytes of a file; 404 when there is none. Nothing in it can run in the page."""
        if file_id not in workspace.contents:
            raise web.HTTPNotFound
        kind = str(workspace.files[file_id]["mimetype"])
        headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=workspace.contents[file_id], content_type=kind, headers=headers)
