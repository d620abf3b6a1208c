"""The words of the finance sentences: instructions, companies, figures that move, events, and what central banks say.

Every sentence is our own. What decides a label stands in these tables alone, so that a label can be checked against them.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

SENTIMENTS = ("positive", "neutral", "negative")
"""The labels of a financial statement, in the order in which FLARE's records list their choices."""

STANCES = ("hawkish", "dovish", "neutral")
"""The labels of what a central bank says: for tighter money, for looser money, or neither."""

SENTIMENT_INSTRUCTIONS = (
    "Analyze the sentiment of this statement taken from a financial news article. Answer with either negative, positive, "
    "or neutral.",
    "What is the sentiment of the following financial statement? Choose positive, neutral, or negative.",
    "Read the sentence from a company announcement and label its tone for investors as neutral, negative, or positive.",
    "Classify this piece of financial news as positive, negative, or neutral.",
    "Would an investor see this statement as negative, neutral, or positive? Give one word.",
    "Decide the sentiment of the text below. The options are positive, neutral, negative.",
)
"""Instructions of the sentiment records."""

SENTIMENT_PARAPHRASES = (
    "Below is a sentence about a company. Say whether its sentiment is neutral, positive, or negative.",
    "Judge the tone of this financial statement. Reply with negative, neutral, or positive.",
    "For the news item that follows, pick the sentiment that fits best: positive, negative, neutral.",
    "As an analyst, rate the statement for shareholders. Your answer must be positive, neutral, or negative.",
)
"""The same, in words that no record holds."""

STANCE_INSTRUCTIONS = (
    "Examine the excerpt from a central bank's release below. Classify it as HAWKISH if it advocates tightening of "
    "monetary policy, DOVISH if it advocates easing of monetary policy, or NEUTRAL if the stance is neutral.",
    "Read this sentence from the minutes of a central bank. Is its stance HAWKISH, DOVISH, or NEUTRAL?",
    "Label the policy stance of the text as DOVISH, NEUTRAL, or HAWKISH. Give one word.",
    "Does the statement lean towards higher rates (HAWKISH), lower rates (DOVISH), or neither (NEUTRAL)?",
    "Decide which monetary policy stance the text expresses. The options are HAWKISH, DOVISH, NEUTRAL.",
)
"""Instructions of the stance records."""

STANCE_PARAPHRASES = (
    "Below is a remark on monetary policy. Say whether it is NEUTRAL, HAWKISH, or DOVISH.",
    "Judge the stance of this central bank statement. Reply with HAWKISH, NEUTRAL, or DOVISH.",
    "For the excerpt that follows, pick the stance that fits best: DOVISH, HAWKISH, NEUTRAL.",
)
"""The same, in words that no record holds."""


class Company(NamedTuple):
    """A company that does not exist. ``seen`` says whether records name it; the others are for exchanging names."""

    name: str
    ticker: str
    sector: str
    size: str
    seen: bool


@cache
def companies() -> tuple[Company, ...]:
    """Every company of the table, in its order."""
    with Path(__file__).with_name("companies.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Company(line["name"], line["ticker"], line["sector"], line["size"], line["seen"] == "yes")
            for line in csv.DictReader(lines)
        )


GENERIC = ("The company", "The group", "The firm")
"""Subjects without a name."""

GOOD_WHEN_UP = (
    "net sales", "operating profit", "net profit", "revenue", "turnover", "order intake", "comparable sales",
    "cash flow", "pretax profit", "order backlog", "net interest income", "EBITDA",
)  # fmt: skip
"""Figures whose rise is good news."""

GOOD_WHEN_DOWN = (
    "net loss", "operating loss", "net debt", "operating costs", "credit losses", "impairment charges",
    "warranty costs", "raw material costs", "overdue loans",
)  # fmt: skip
"""Figures whose fall is good news."""

SINGULAR = frozenset((*GOOD_WHEN_UP, *GOOD_WHEN_DOWN)) - {
    "net sales", "comparable sales", "operating costs", "credit losses", "impairment charges", "warranty costs",
    "raw material costs", "overdue loans",
}  # fmt: skip
"""Those that take a verb in the singular."""

UP = {"rose": "rise", "increased": "increase", "grew": "grow", "climbed": "climb", "jumped": "jump", "went up": "go up",
      "advanced": "advance", "surged": "surge"}  # fmt: skip
"""Verbs of rising, past to plain form."""

DOWN = {"fell": "fall", "decreased": "decrease", "declined": "decline", "dropped": "drop", "shrank": "shrink",
        "went down": "go down", "slipped": "slip", "sank": "sink"}  # fmt: skip
"""Verbs of falling, past to plain form."""

UP_NOUNS = ("increase", "rise", "jump", "growth")
DOWN_NOUNS = ("decrease", "fall", "drop", "decline")
"""What a report calls it."""

EVENTS = {
    "positive": (
        "won an order worth {money} from a customer in {place}",
        "raised its guidance for {year}",
        "beat the expectations of analysts in {period}",
        "returned to profit in {period}",
        "will pay a special dividend of {money} in total",
        "was awarded a contract worth {money} in {place}",
        "gained {count} new customers in {period}",
        "signed its largest supply agreement so far, worth {money}",
        "received approval for its main product in {place}",
        "raised its dividend after a strong {year}",
    ),
    "negative": (
        "issued a profit warning for {period}",
        "lost its largest customer in {place}",
        "will lay off {count} employees in {place}",
        "missed the expectations of analysts in {period}",
        "cut its dividend after a weak {year}",
        "lowered its guidance for {year}",
        "was fined {money} by the regulator in {place}",
        "recalled {count} products because of a defect",
        "filed for protection from its creditors in {place}",
        "will close its plant in {place} and write off {money}",
    ),
    "neutral": (
        "will hold its annual general meeting on {date}",
        "will publish its interim report on {date}",
        "employs {count} people in {place}",
        "is headquartered in {place} and was founded in {past}",
        "appointed a new head of communications in {place}",
        "opened an office in {place} on {date}",
        "did not disclose the value of the agreement",
        "has {count} shares listed in {place}",
        "changed the name of its unit in {place}",
        "makes products for customers in {place} and other countries",
        "moved its head office to {place} in {past}",
        "kept its dividend policy for {year}",
    ),
}
"""What happens to a company, by what it means to a shareholder."""

FLAT = ("was unchanged at", "remained at", "came in at", "amounted to")
"""A figure that says nothing by itself; with plural figures ``was`` becomes ``were``."""

REMARKS = (
    "The figures are unaudited.", "The report was published on {date}.", "The company has {count} employees.",
    "The chief executive commented on the report in {place}.", "A conference call takes place on {date}.",
    "The shares are listed in {place}.",
)  # fmt: skip
"""Second sentences that bear on nothing."""

HEDGES = ("Reportedly, ", "According to the report, ", "Analysts said that ", "According to preliminary figures, ")
"""Beginnings that bear on nothing."""

PLACES = (
    "Finland",
    "Sweden",
    "Poland",
    "Germany",
    "Brazil",
    "Canada",
    "Japan",
    "Spain",
    "Kenya",
    "Chile",
    "Norway",
    "India",
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip

SPEAKERS = {
    "committee": ("The Committee", "The Board", "The Governing Council", "Members"),
    "officials": ("Several participants", "A few officials", "Most participants", "The Chair", "The Governor"),
    "staff": ("The staff", "Economists at the bank", "The report"),
}
"""Who speaks, by group."""

CIRCUMSTANCES = (
    "", "", " ahead of the meeting on {date}", ", given the data for {month}", " at the meeting in {place}",
    ", based on the survey of {date}", ", as in {month} {year}",
)  # fmt: skip
"""What is added to a statement and bears on nothing."""

VIEWS = ("noted that", "said that", "judged that", "stressed that", "agreed that", "saw that", "remarked that")

STANCE_CLAUSES = {
    ("hawkish", "rates"): (
        "the target range should be raised by {points} basis points",
        "further increases in the policy rate would be appropriate",
        "rates needed to stay restrictive for longer",
        "a tighter policy was warranted in {period}",
        "the policy rate should move up at the next meeting",
    ),
    ("hawkish", "inflation"): (
        "inflation remained well above the target of 2 percent",
        "price pressures were broad and persistent",
        "inflation had climbed to {high} percent and required a firm response",
        "risks to the outlook for inflation were tilted to the upside",
        "inflation expectations were at risk of rising",
    ),
    ("hawkish", "labour"): (
        "the labour market was overheated and wages grew too fast",
        "wage growth of {high} percent was adding to inflation",
        "the shortage of workers kept costs under upward pressure",
    ),
    ("hawkish", "assets"): (
        "the balance sheet should shrink by {billions} billion dollars a month",
        "purchases of assets should end earlier than planned",
        "it was time to withdraw the support for markets",
    ),
    ("dovish", "rates"): (
        "the target range should be lowered by {points} basis points",
        "cuts in the policy rate would be appropriate",
        "rates could stay low for an extended period",
        "a looser policy was warranted in {period}",
        "the policy rate should move down at the next meeting",
    ),
    ("dovish", "inflation"): (
        "inflation was running below the target of 2 percent",
        "price pressures had faded quickly",
        "inflation had dropped to {low} percent and left room for support",
        "risks to the outlook for inflation were tilted to the downside",
        "inflation expectations were at risk of falling",
    ),
    ("dovish", "labour"): (
        "the labour market was weak and called for more support",
        "unemployment of {high} percent was too high",
        "slack among workers left room for lower rates",
    ),
    ("dovish", "assets"): (
        "purchases of assets should go on at {billions} billion dollars a month",
        "the balance sheet should grow to support lending",
        "more support for markets was needed",
    ),
    ("neutral", "rates"): (
        "the target range would be left unchanged",
        "the decision on rates would be published on {date}",
        "the policy rate was one of several tools",
        "future decisions would depend on incoming data",
    ),
    ("neutral", "inflation"): (
        "inflation was in line with the target of 2 percent",
        "the report on prices would be revised in {period}",
        "risks to the outlook for inflation were balanced",
    ),
    ("neutral", "labour"): (
        "the survey of employers had been extended to {count} firms",
        "conditions in the labour market were broadly stable",
        "data on wages would be released on {date}",
    ),
    ("neutral", "assets"): (
        "the composition of the balance sheet was reviewed each year",
        "holdings of securities were described in the annex",
        "the size of the balance sheet was {billions} billion dollars",
    ),
}
"""What is said, by stance and topic."""
