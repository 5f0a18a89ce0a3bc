"""What the worker does, by the clock or when asked (procrastinate finds it by this name)."""

import logging

import psycopg
from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from tillgate.access.acts import forget_expired_tokens
from tillgate.access.licences import end_licences_of_ended_locations
from tillgate.access.sandbox import end_due_sandboxes, remind_of_endings
from tillgate.access.secrets import end_due_secrets, warn_of_expiries
from tillgate.access.usage import prune_usage, sum_up_counts
from tillgate.exports.acts import forget_old_files, make_file
from tillgate.foundation.config import config
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import database_url
from tillgate.ledger.acts import close_due_days
from tillgate.portal.registration import forget_unfinished
from tillgate.programme.acts.sale import (
    expire_agreements,
    remind_signatories,
    void_outdated_agreements,
)
from tillgate.site import mailing, sandbox

log = logging.getLogger("tillgate.worker")


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="close_due_days", pass_context=False)
def close_days(timestamp: int) -> None:
    """Close the days whose time has come, where the back office has not."""
    with psycopg.connect(database_url(Role.LEDGER)) as connection:
        closed = close_due_days(connection)
    if closed:
        log.info("closed business days", extra={"days": closed})


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock=sandbox.FEEDING, pass_context=False)
def feed_sandbox(timestamp: int) -> None:
    """Bring the sandbox's books up to now, from nothing where there are none."""
    if not config().sandbox:
        return
    url = sandbox.ledger_url()
    if url is None:
        log.warning("the sandbox is not fed: this host does not hold the ledger role's URL")
        return
    days = sandbox.feed(url)
    log.info("fed the sandbox", extra={"days": days})


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="look_after_sandboxes", pass_context=False)
def look_after_sandboxes(timestamp: int) -> None:
    """End the sandboxes whose time is over, and tell people of those that will end soon."""
    ended, reminded = end_due_sandboxes(), remind_of_endings()
    if ended or reminded:
        log.info("looked after sandboxes", extra={"ended": ended, "reminded": reminded})


@app.periodic(cron="13 * * * *")
@app.task(queueing_lock="look_after_agreements", pass_context=False)
def look_after_agreements(timestamp: int) -> None:
    """End what cannot be signed any more, then remind of what waits for a signature."""
    voided, expired = void_outdated_agreements(), expire_agreements()
    reminded = remind_signatories()
    if voided or expired or reminded:
        done = {"voided": voided, "expired": expired, "reminded": reminded}
        log.info("looked after agreements", extra=done)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="end_licences", pass_context=False)
def end_licences(timestamp: int) -> None:
    """Write down where a closed or sold location has left its integrations."""
    if ended := end_licences_of_ended_locations():
        log.info("ended licences of ended locations", extra={"licences": ended})


@app.periodic(cron="29 * * * *")
@app.task(queueing_lock="look_after_secrets", pass_context=False)
def look_after_secrets(timestamp: int) -> None:
    """Say which secrets have ended by themselves, and warn of those that will soon."""
    ended, warned = end_due_secrets(), warn_of_expiries()
    if ended or warned:
        log.info("looked after secrets", extra={"ended": ended, "warned": warned})


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="look_after_usage", pass_context=False)
def look_after_usage(timestamp: int) -> None:
    """Sum up what was called by the day, and forget what is old."""
    summed, gone = sum_up_counts(), prune_usage()
    log.info("looked after usage", extra={"summed": summed, "forgotten": gone})


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget_expired_tokens", pass_context=False)
def forget_tokens(timestamp: int) -> None:
    """Delete tokens, codes, sessions and registrations that nobody can use any more."""
    forget_expired_tokens()
    forget_unfinished()
    SessionStore.clear_expired()


@app.task(pass_context=False)
def make_parquet(file_id: int) -> None:
    """Make a file over many days; queued by `exports.acts.ask_for_parquet`."""
    make_file(file_id)


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="forget_old_files", pass_context=False)
def forget_files(timestamp: int) -> None:
    """Delete the files over many days that were asked for a week ago."""
    forget_old_files()


@app.task(retry=mailing.BackOff(), pass_context=False)
def send_message(message_id: int) -> None:
    """Send a mail; queued by `foundation.mail.queue_mail`."""
    mailing.send_message(message_id)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="requeue_lost_mail", pass_context=False)
def requeue_lost_mail(timestamp: int) -> None:
    """Look for mail that waits and that nobody is going to send."""
    if lost := mailing.requeue_lost():
        log.warning("queued waiting mail again", extra={"mails": lost})
