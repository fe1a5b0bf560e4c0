package dev.usher.doctor.sizing;

import java.util.Locale;
import java.util.OptionalInt;

/** What to do about a limit that somebody wants raised. */
public sealed interface RaisePlan {
    /** The value that was asked for, or that {@code auto} came to. */
    int target();

    /** @param consequence what {@code --force} accepts; empty if the target is at or below the ceiling */
    record Raise(int target, String consequence) implements RaisePlan {}

    /** The limit is there, or above. */
    record Unchanged(int target, String why) implements RaisePlan {}

    record Refused(int target, Reason reason, String why) implements RaisePlan {}

    /** Why not, for programs. */
    enum Reason {
        ABOVE_CEILING,
        /** Not even {@code --force} helps: a server with that many connections and no memory for them ends at the worst moment. */
        TEN_THOUSAND_WITHOUT_THE_MEMORY,
        MEMORY_UNKNOWN,
        ABOVE_SERVER_MAXIMUM;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    int MANY = 10_000;

    /**
     * @param to what was asked for; nothing for {@code auto}, which is as many as are safe when all run at once
     * @param force whether the ceiling may be passed
     */
    static RaisePlan of(Sizing sizing, OptionalInt to, boolean force) {
        if (to.isEmpty()) {
            return automatic(sizing);
        }
        int target = to.getAsInt();
        if (target > SystemBounds.SERVER_MAXIMUM) {
            return new Refused(target, Reason.ABOVE_SERVER_MAXIMUM, "no server takes more than " + number(SystemBounds.SERVER_MAXIMUM));
        }
        if (target <= sizing.current()) {
            return new Unchanged(target, "max_connections is " + number(sizing.current()) + " already, and raise does not lower it");
        }
        if (target <= sizing.ceiling()) {
            return new Raise(target, "");
        }
        String consequence = consequence(sizing, target);
        boolean memory = sizing.bounds().stream().anyMatch(bound -> isMemory(bound.kind()) && bound.connections() < target);
        if (target >= MANY && memory) {
            return new Refused(target, Reason.TEN_THOUSAND_WITHOUT_THE_MEMORY,
                    number(target) + " connections, and no memory for them. " + consequence
                            + " Not with --force either; a pool serves that many clients with a few dozen connections");
        }
        if (force) {
            return new Raise(target, consequence);
        }
        return sizing.limitedBy() == LimitKind.MEMORY_UNKNOWN
                ? new Refused(target, Reason.MEMORY_UNKNOWN, consequence)
                : new Refused(target, Reason.ABOVE_CEILING, consequence + " --force does it all the same");
    }

    private static RaisePlan automatic(Sizing sizing) {
        if (sizing.recommended() > sizing.current()) {
            return new Raise(sizing.recommended(), "");
        }
        if (sizing.limitedBy() == LimitKind.MEMORY_UNKNOWN) {
            return new Refused(sizing.current(), Reason.MEMORY_UNKNOWN, consequence(sizing, sizing.current()));
        }
        return new Unchanged(sizing.current(), sizing.ceiling() > sizing.current()
                ? "no more than %s are safe when all of them run a statement at once. Up to %s are, as long as no more than %d do: --to %d"
                        .formatted(number(sizing.recommended()), number(sizing.ceiling()), sizing.active(), sizing.ceiling())
                : "max_connections is at its ceiling, or above it");
    }

    private static boolean isMemory(LimitKind kind) {
        return kind == LimitKind.MEMORY || kind == LimitKind.CGROUP || kind == LimitKind.ADDRESS_SPACE || kind == LimitKind.MEMORY_UNKNOWN;
    }

    private static String consequence(Sizing sizing, int target) {
        return switch (sizing.limitedBy()) {
            case MEMORY, CGROUP ->
                "%s connections need %s beside what the server takes now, and %s allows %s of them: when they are there, the system kills the server, and every transaction with it."
                        .formatted(number(target), Amount.text(sizing.memoryFor(target)), sizing.limitedBy(), number(sizing.ceiling()));
            case ADDRESS_SPACE ->
                "Above %s the server gets no memory any more: statements fail with 1038 or 1041, new connections with 1135, and it may end."
                        .formatted(number(sizing.ceiling()));
            case FILE_DESCRIPTORS ->
                "Above %s the server has no file descriptor left: tables do not open (1016, 1105), connections are closed without a word."
                        .formatted(number(sizing.ceiling()));
            case THREADS, MAPPINGS -> "Above %s the server cannot make threads: new connections get 1135 (Can't create a new thread)."
                    .formatted(number(sizing.ceiling()));
            case SERVER_MAXIMUM -> "No server takes more than " + number(sizing.ceiling()) + ".";
            case MEMORY_UNKNOWN -> "How much memory the server's machine has cannot be seen from here, and guessing may end the server: "
                    + "--memory SIZE says it (of the machine, or of the container if that has less).";
        };
    }

    private static String number(int value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
