"""Sentences from which the rows of the copilot's data are made: many ways to ask for the same."""

from __future__ import annotations

REPORTS = (
    "Please report this MRI study.",
    "Could you describe the findings in this head scan?",
    "Please read this brain MRI for me.",
    "I need a report of this study, please.",
    "What are the findings in this scan?",
    "Please interpret the attached MRI volume.",
    "Describe this study in a short report.",
    "Can you summarise the findings of this scan?",
    "Report the attached brain scan, please.",
    "Please assess this MRI of the head.",
    "Would you read this study and list the findings?",
    "A report of this volume, please.",
    "Kindly give me your impression of this scan.",
    "Please describe what this MRI study shows.",
    "I would like your report on the attached scan.",
    "Please write the findings of this image down.",
)
QUESTIONS = (
    "Is there a {what} in the {side} {region}?",
    "Is a {what} visible in the {side} {region} of this scan?",
    "Does this scan show a {what} in the {side} {region}?",
    "Can you see a {what} in the {side} {region}?",
    "Do you see any {what} in the {side} {region}?",
    "Are you able to see a {what} in the {side} {region} on this study?",
    "Is there any {what} within the {side} {region}?",
    "Does the {side} {region} show a {what}?",
)
STUDIES = (
    "Study of {date}.",
    "This is the MRI study of {date}.",
    "Here is the scan made on {date}.",
    "Scan of {date}, same patient.",
    "Adding the study of {date}.",
    "MRI of {date} attached.",
)
COMPARISONS = (
    "How has the lesion changed over these studies?",
    "Please compare the studies: has the lesion grown?",
    "What is the course of the lesion over this series?",
    "Has the lesion changed from the earliest to the latest scan?",
    "Please describe the evolution of the lesion across the studies.",
    "Compare the earliest with the latest study, please: is there progression?",
)
LATE = (
    "Please report the study of {date}.",
    "What are the findings in the scan of {date}?",
    "Coming back to the study of {date}: please describe the findings.",
    "Could you read the scan made on {date} again and report it?",
    "I still need the report for the study of {date}.",
)
BY_PLACE = (
    "Please report the {place} study.",
    "What are the findings in the {place} image?",
    "Coming back to the {place} scan: please describe the findings.",
    "Could you read the {place} study again and report it?",
)
SMALL_TALK = (
    "Thank you.",
    "One moment, please.",
    "I will be with you again shortly.",
    "Good, that helps.",
    "Please wait, I am looking for the next file.",
    "Sorry for the delay.",
    "I was called away for a minute.",
    "All right.",
)
OFF_TOPIC = (
    "Write a short poem about autumn leaves.",
    "What is the capital of Portugal?",
    "Which restaurant nearby do you recommend?",
    "Translate this sentence into French: the train is late.",
    "How do I fix a leaking tap?",
    "Who won the chess championship?",
    "Please book me a flight to Rome.",
    "What should I cook tonight?",
    "Tell me a joke about penguins.",
    "How much is the rent of a flat in Berlin?",
    "Explain how a jet engine works.",
    "Give me tips for my tax return.",
    "What is a good name for a kitten?",
    "Which bicycle should I buy?",
    "How do I get a coffee stain out of a shirt?",
    "Recommend a novel for the weekend.",
    "What will the weather be like tomorrow?",
    "Help me write an email to my landlord.",
    "How many players does a handball team have?",
    "Which stocks will rise next week?",
    "Please prescribe me something for my back pain.",
    "What dose of ibuprofen may I take?",
    "Can you help me with my geometry homework?",
    "Compose a birthday song for my aunt.",
)
