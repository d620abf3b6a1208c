"""How a model is called. One adapter per file; this table is how the registry finds them."""

KINDS: dict[str, str] = {
    "blip": "blip:BlipAdapter",
    "callable": "callable:CallableAdapter",
    "clip": "clip:ClipAdapter",
    "command": "command:CommandAdapter",
    "http": "http:HttpAdapter",
    "openai": "openai:OpenAIAdapter",
    "recorded": "recorded:RecordedAdapter",
    "transformers": "transformers:TransformersAdapter",
    "vit_roberta": "vit_roberta:VitRobertaAdapter",
}
