"""Operators on conversations, one per file, each named as its kind."""

KINDS: dict[str, str] = {
    "at_turn": "at_turn:AtTurn",
    "context_update": "context_update:ContextUpdate",
    "contradiction": "contradiction:Contradiction",
    "correction": "correction:Correction",
    "disclosure": "disclosure:Disclosure",
    "distractor_turns": "distractor_turns:DistractorTurns",
    "equal_dates": "equal_dates:EqualDates",
    "missing_fact": "missing_fact:MissingFact",
    "missing_study": "missing_study:MissingStudy",
    "persona_drift": "persona_drift:PersonaDrift",
    "pressure": "pressure:Pressure",
    "study_order": "study_order:StudyOrder",
    "topic_switch": "topic_switch:TopicSwitch",
}
