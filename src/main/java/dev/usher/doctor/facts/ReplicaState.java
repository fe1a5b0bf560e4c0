package dev.usher.doctor.facts;

import java.util.OptionalLong;

/** A replication channel of this server. */
public record ReplicaState(String channel, boolean running, OptionalLong secondsBehind) {}
