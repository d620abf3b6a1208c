"""Operators on conversations, one per file, each named as its kind."""

KINDS: dict[str, str] = {
    "distractor_turns": "distractor_turns:DistractorTurns",
    "equal_dates": "equal_dates:EqualDates",
    "missing_study": "missing_study:MissingStudy",
    "study_order": "study_order:StudyOrder",
}
