"""Simulated users: who answers the questions that a model asks in a conversation.

Each is a kind of the open set ``users``, one file with one class.
"""

KINDS: dict[str, str] = {
    "chat": "chat:ChatUser",
    "scripted": "scripted:ScriptedUser",
}
