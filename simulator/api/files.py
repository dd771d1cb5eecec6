"""files.*: uploading in three steps, and what is known of a file."""

from typing import Any

from simulator.api.registry import TAKES_JSON, Call, SlackError, checked_blocks, method
from simulator.escaping import escape_stray
from simulator.files import FileError
from simulator.messages import Draft
from simulator.state import Channel, Json


@method("files.getUploadURLExternal", "files:write", "4", required=("filename", "length"), filename="text",
        length="number", alt_text="text", alt_txt="text", snippet_type="text")  # fmt: skip
def get_upload_url(call: Call) -> Json:
    alt = call.get("alt_text") or call.get("alt_txt", "")
    try:
        file_id, url = call.core.files.begin(call.workspace, call.bot, call.get("filename"), call.get("length"), alt)
    except FileError as problem:
        raise SlackError(problem.code) from None
    return {"upload_url": url, "file_id": file_id}


@method("files.completeUploadExternal", "files:write", "4", TAKES_JSON, required=("files",), files="json",
        channel_id="text", channels="list", initial_comment="text", thread_ts="text", blocks="json")  # fmt: skip
def complete_upload(call: Call) -> Json:
    """Without a channel the files stay private to the app."""
    wanted = call.get("files")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) and "id" in one for one in wanted) or not wanted:
        raise SlackError("invalid_arguments")
    places = [_channel(call, name) for name in [call.get("channel_id"), *call.get("channels", [])] if name]
    comment, blocks = call.get("initial_comment", ""), call.get("blocks")
    if comment and blocks:
        raise SlackError("invalid_arguments")
    try:
        files = [call.core.files.finish(call.workspace, call.bot, one["id"], one.get("title")) for one in wanted]
    except FileError as problem:
        raise SlackError(problem.code) from None
    for channel in places:
        _share(call, channel, files, escape_stray(comment), blocks)
    return {"files": [dict(file) for file in files]}


@method("files.info", "files:read", "4", required=("file",), file="text", cursor="text", limit="number",
        count="number", page="number")  # fmt: skip
def info(call: Call) -> Json:
    return {"file": _file(call), "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", "files:write", "3", TAKES_JSON, required=("file",), file="text")
def delete(call: Call) -> Json:
    file = _file(call)
    if file["user"] != call.bot.id:
        raise SlackError("cant_delete_file")
    call.core.files.delete(call.workspace, file["id"])
    return {}


def _file(call: Call) -> Json:
    file = call.workspace.files.get(call.get("file"))
    if file is None:
        raise SlackError("file_not_found")
    return file


def _channel(call: Call, name: str) -> Channel:
    call.arguments["channel"] = name
    channel = call.channel()
    if call.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def _share(call: Call, channel: Channel, files: list[Json], comment: str, blocks: Any) -> None:
    thread_ts = call.get("thread_ts")
    if thread_ts and channel.find(thread_ts) is None:
        raise SlackError("thread_not_found")
    draft = Draft(
        text=comment, blocks=checked_blocks(blocks) if blocks else [], files=files, thread_ts=thread_ts,
        subtype="file_share",
    )  # fmt: skip
    message = call.core.messages.post(call.workspace, channel, call.bot, draft, call.app)
    call.core.files.shared(call.workspace, files, channel, message, call.bot)
