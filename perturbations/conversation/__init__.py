"""Operators on conversations, one per file, each named as its kind."""

KINDS: dict[str, str] = {
    "at_turn": "at_turn:AtTurn",
    "contradiction": "contradiction:Contradiction",
    "correction": "correction:Correction",
    "distractor_turns": "distractor_turns:DistractorTurns",
    "equal_dates": "equal_dates:EqualDates",
    "missing_study": "missing_study:MissingStudy",
    "persona_drift": "persona_drift:PersonaDrift",
    "pressure": "pressure:Pressure",
    "study_order": "study_order:StudyOrder",
    "topic_switch": "topic_switch:TopicSwitch",
}
