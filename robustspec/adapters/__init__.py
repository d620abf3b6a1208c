"""How a model is called. One adapter per file; this table is how the registry finds them."""

KINDS: dict[str, str] = {
    "callable": "callable:CallableAdapter",
    "command": "command:CommandAdapter",
    "http": "http:HttpAdapter",
    "openai": "openai:OpenAIAdapter",
    "recorded": "recorded:RecordedAdapter",
}
