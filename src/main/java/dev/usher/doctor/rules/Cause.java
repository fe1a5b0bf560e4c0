package dev.usher.doctor.rules;

import java.util.Locale;

/** Why connections run out, or that they do not. */
public enum Cause {
    LIMIT_TOO_LOW("max_connections is too low for healthy use"),
    CONNECTION_LEAK("connections leak"),
    SLOW_QUERY_STORM("statements pile up"),
    POOLER_MISSING("one connection per request, and no pool"),
    POOLER_MISCONFIGURED("the pools of the applications are larger than the server"),
    ACCOUNT_LIMIT("an account has reached a limit of its own"),
    DESCRIPTOR_OR_THREAD_LIMIT("the system gives the server no more file descriptors or threads"),
    MEMORY_PRESSURE("memory is short"),
    CONNECT_FLOOD("logins come faster than they can be served, or fail"),
    HEALTHY("healthy");

    private final String title;

    Cause(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** As programs read it, such as {@code limit_too_low}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
