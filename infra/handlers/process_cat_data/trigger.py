"""One batch of messages: claim what arrived, start at most one run, say which messages come back."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from process_cat_data.claims import Attempt, Claims, Clock, Outcome
from process_cat_data.events import Arrival, Ignored, Message, Reason, read_messages
from process_cat_data.observability import logger
from process_cat_data.runs import Runs, StartError, error_code
from process_cat_data.settings import Settings

# Seconds that writing the manifest, starting the run and writing that down may take at worst; on a
# function with little time, a third of it. What is not claimed by then goes back to the queue.
_RESERVED_SECONDS = 20.0
_HARMLESS = frozenset({Reason.TEST, Reason.REMOVED})
_UNAVAILABLE = frozenset({"SlowDown", "Throttling", "ThrottlingException", "ServiceUnavailable"})


@dataclass(slots=True)
class Result:
    """Which messages come back, by id, and what is counted."""

    returned: list[str]
    counts: Counter[str] = field(default_factory=Counter)


class Trigger:
    """Starts runs of the job for the objects of one lake."""

    def __init__(
        self,
        settings: Settings,
        s3: Any,
        glue: Any,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._s3, self._clock = settings, s3, clock
        self._runs = Runs(glue, settings.job_name)

    def process(
        self, records: Iterable[Mapping[str, Any]], seconds_left: Callable[[], float]
    ) -> Result:
        """Process the records of one SQS event."""
        messages = read_messages(records, self._settings)
        counts: Counter[str] = Counter()
        _tell(messages, counts)
        senders = gather(messages)
        back = {message.id for message in messages if message.problem is not None}
        if senders:
            attempt = Attempt.begin(self._clock(), seconds_left())
            claims = Claims(self._s3, self._settings, self._runs, attempt, self._clock)
            mine, waiting = self._claim(claims, list(senders), counts, seconds_left)
            if mine and not self._start(claims, attempt, mine, counts):
                counts["BatchesReturned"] += 1
                waiting += mine
            back.update(id for arrival in waiting for id in senders[arrival])
        returned = [message.id for message in messages if message.id in back]
        counts["MessagesReturned"] += len(returned)
        return Result(returned, counts)

    def _claim(
        self,
        claims: Claims,
        arrivals: Sequence[Arrival],
        counts: Counter[str],
        seconds_left: Callable[[], float],
    ) -> tuple[list[Arrival], list[Arrival]]:
        """Return the arrivals that this attempt is to start, and those that must come back."""
        reserved = min(_RESERVED_SECONDS, seconds_left() / 3)
        found: dict[Outcome, list[Arrival]] = {outcome: [] for outcome in Outcome}
        failed: list[Arrival] = []
        for number, arrival in enumerate(arrivals):
            if seconds_left() < reserved:
                late = arrivals[number:]
                _log("warning", "No time is left for these; they come back.", late)
                failed += late
                break
            try:
                found[claims.take(arrival)].append(arrival)
            except (ClientError, BotoCoreError) as error:
                _log_refusal("The claim cannot be read or written.", error, [arrival])
                failed.append(arrival)
        mine = found[Outcome.TAKEN] + found[Outcome.TAKEN_OVER]
        counts["DuplicatesSkipped"] += len(found[Outcome.STARTED])
        counts["ClaimsTakenOver"] += len(found[Outcome.TAKEN_OVER])
        _log("info", "A run was started for these already.", found[Outcome.STARTED])
        _log("warning", "Claims of an invocation that ended.", found[Outcome.TAKEN_OVER])
        _log("info", "Another invocation has these; they come back.", found[Outcome.HELD])
        return mine, found[Outcome.HELD] + failed

    def _start(
        self, claims: Claims, attempt: Attempt, mine: Sequence[Arrival], counts: Counter[str]
    ) -> bool:
        """Start a run over claimed arrivals; return whether it was started."""
        try:
            claims.write_manifest(arrival.key for arrival in mine)
        except (ClientError, BotoCoreError) as error:
            _log_refusal("The manifest cannot be written; the batch comes back.", error, mine)
            self._release(claims, mine)
            return False
        try:
            run = self._runs.start(attempt.manifest)
        except StartError as error:
            level = "warning" if error.passing else "error"
            counts["StartsDeferred" if error.passing else "StartsRefused"] += 1
            _log(level, "Glue did not start a run; the batch comes back.", mine, error=error.code)
            # Where Glue may have started it all the same, the claims stay: once they are stale, Glue is
            # asked what it did.
            if error.certain:
                self._release(claims, mine)
            return False
        counts["RunsStarted"] += 1
        counts["ObjectsStarted"] += len(mine)
        _log("info", "A run was started.", mine, attempt=attempt.id, job_run_id=run)
        try:
            claims.mark_started(run)
        except (ClientError, BotoCoreError) as error:
            # Whoever finds these claims stale asks Glue for the run.
            _log_refusal("That the run was started could not be written down.", error, mine)
        return True

    def _release(self, claims: Claims, arrivals: Sequence[Arrival]) -> None:
        try:
            claims.release(arrivals)
        except (ClientError, BotoCoreError) as error:
            _log_refusal("Claims could not be given back; they become stale.", error, arrivals)


def gather(messages: Iterable[Message]) -> dict[Arrival, list[str]]:
    """Return each arrival once, with the messages that told of it."""
    senders: dict[Arrival, list[str]] = {}
    for message in messages:
        for arrival in message.arrivals:
            senders.setdefault(arrival, []).append(message.id)
    return senders


def _tell(messages: Iterable[Message], counts: Counter[str]) -> None:
    """Count what came, and log what starts nothing."""
    counts["EventsReceived"] += 0
    ignored: list[Ignored] = []
    told: set[Arrival] = set()
    for message in messages:
        counts["EventsReceived"] += message.events
        ignored += message.ignored
        counts["DuplicatesSkipped"] += len(message.arrivals) - len(set(message.arrivals) - told)
        told.update(message.arrivals)
        if message.problem is not None:
            counts["MessagesMalformed"] += 1
            logger.error(
                "The message is no notification of S3; it goes to the dead-letter queue.",
                problem=message.problem,
                message_id=message.id,
            )
    counts["EventsIgnored"] += len(ignored)
    for reason, events in groupby(sorted(ignored, key=_reason), _reason):
        objects = [event.for_log for event in events]
        if reason is Reason.REMOVED:
            counts["RemovalsIgnored"] += len(objects)
        if reason is Reason.NO_SOURCE:
            counts["ObjectsMisplaced"] += len(objects)
        write = logger.info if reason in _HARMLESS else logger.warning
        write("Events are ignored.", reason=reason.value, objects=objects)


def _reason(event: Ignored) -> Reason:
    return event.reason


def _log(level: str, message: str, arrivals: Sequence[Arrival], **more: str) -> None:
    if arrivals:
        write = getattr(logger, level)
        write(message, objects=[arrival.for_log for arrival in arrivals], **more)


def _log_refusal(message: str, error: Exception, arrivals: Sequence[Arrival]) -> None:
    code = error_code(error) if isinstance(error, ClientError) else type(error).__name__
    level = "warning" if code in _UNAVAILABLE else "error"
    _log(level, message, arrivals, error=code)
