"""Operators on text, one per file, each named as its kind."""

KINDS: dict[str, str] = {
    "keyboard_typo": "keyboard_typo:KeyboardTypo",
    "character_edit": "character_edit:CharacterEdit",
    "misspelling": "misspelling:Misspelling",
    "ocr_confusion": "ocr_confusion:OcrConfusion",
    "letter_case": "letter_case:LetterCase",
    "whitespace": "whitespace:Whitespace",
    "punctuation": "punctuation:Punctuation",
    "contraction": "contraction:Contraction",
    "filler_words": "filler_words:FillerWords",
    "irrelevant_sentence": "irrelevant_sentence:IrrelevantSentence",
    "homoglyph": "homoglyph:Homoglyph",
    "word_drop": "word_drop:WordDrop",
    "number_format": "number_format:NumberFormat",
    "synonym": "synonym:Synonym",
    "entity_substitution": "entity_substitution:EntitySubstitution",
    "chain": "chain:Chain",
    "variants": "variants:Variants",
    "authority_claim": "authority_claim:AuthorityClaim",
    "indirect_request": "indirect_request:IndirectRequest",
    "nlpaug": "nlpaug_backend:Nlpaug",
}
