package dev.usher.doctor.facts;

import java.time.Duration;

/** An open transaction of InnoDB. */
public record Transaction(long sessionId, Duration age, String state, long rowsLocked, long rowsModified) {}
